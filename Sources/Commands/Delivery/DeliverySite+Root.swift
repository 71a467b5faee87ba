internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Runtime
internal import Support

extension DeliverySite {
    /// A release lies where its own file says that its data is. One that says otherwise would run beside the data that everybody looks at.
    func requireRoot(of release: Release, _ workspace: Workspace) throws {
        let frame = ProjectLoader.frame(of: release.content(line, try repository()))
        let name = line.environment
        guard let environment = frame.environment(named: name)?.asset else {
            throw DeliveryError(.damaged, "release \(release.number) of \(name) does not describe that environment, or cannot be read by this version of pipectl")
        }
        let found = try workspace.root(of: environment)
        if found == root { return }
        throw CommandFailure(
            "release \(release.number) of \(name) keeps its data in \(found), and \(name) is in \(root) now",
            help: "give `root` its value of then back in the environment's file, commit, and deploy", .failure)
    }
}

extension Workspace {
    /// Absolute path of an environment's folder.
    func root(of environment: Environment) throws -> String {
        let found = ResolvedEnvironment.root(of: environment, projectRoot: root, processEnvironment: processEnvironment, opener: opener, clock: .system)
        guard let root = found.root else { throw Invalid(diagnostics: found.diagnostics, root: release?.folder ?? self.root) }
        return root
    }
}
