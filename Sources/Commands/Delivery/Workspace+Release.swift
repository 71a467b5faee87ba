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
        guard let name = run?.release ?? current else { return self }
        let folder = live.path(of: name)
        guard FileSystem.kind(of: folder) == .directory else {
            throw CommandFailure("the files of release \(name) are not there any more: \(folder)", help: "start a new run, with the release that is live", .failure)
        }
        var workspace = Workspace(folder: self.folder, project: ProjectLoader.load(try WorkingTree(root: folder)), opener: opener)
        workspace.release = LiveRelease(name: name, folder: folder)
        return workspace
    }
}
