internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Runtime
internal import State
internal import Support

extension Workspace {
    /// The same project as the release has it that a run in this environment uses; itself where that is the working tree.
    func released(in environment: ResolvedEnvironment, resuming run: RunRecord?, usesWorkingTree: Bool) throws -> Workspace {
        let live = LiveFolder(root: environment.root)
        let current = try live.current()
        if usesWorkingTree {
            guard try !environmentFile(environment.name).asset.isProtected else {
                throw CommandFailure("environment \"\(environment.name)\" is protected: only releases run there", help: "leave out --working-tree", .failure)
            }
            return self
        }
        if let run, run.release == nil { return self }
        guard let name = run?.release ?? current else {
            try requireNoRelease(in: environment, live)
            return self
        }
        let folder = live.path(of: name)
        guard FileSystem.kind(of: folder) == .directory else {
            let help = run == nil ? "put them back: pipectl drift --fix --env \(ShellWord.quoted(environment.name))" : "start a new run, with the release that is live"
            throw CommandFailure("the files of release \(name) are not there any more: \(folder)", help: help, .failure)
        }
        var workspace = Workspace(folder: self.folder, project: ProjectLoader.load(try WorkingTree(root: folder)), opener: opener)
        workspace.release = LiveRelease(name: name, folder: folder)
        let root = try workspace.root(of: workspace.environmentFile(environment.name).asset)
        guard root == environment.root else {
            throw CommandFailure(
                "release \(name) keeps its data in \(root), and the environment's file here says \(environment.root)",
                help: "deploy the environment's file as it is, or give its `root` the value that the release has", .failure)
        }
        return workspace
    }

    /// The files of the folder are for environments that have no release, not for those whose link has got lost.
    private func requireNoRelease(in environment: ResolvedEnvironment, _ live: LiveFolder) throws {
        let name = ShellWord.quoted(environment.name)
        guard try !live.hasReleases() else {
            throw CommandFailure("environment \"\(environment.name)\" has releases, and \(live.link) leads to none", help: "put it back: pipectl status --env \(name)", .failure)
        }
        guard try !environmentFile(environment.name).asset.isProtected else {
            throw CommandFailure("environment \"\(environment.name)\" is protected, and has no release: only releases run there", help: "make one: pipectl deploy --env \(name)", .failure)
        }
    }
}
