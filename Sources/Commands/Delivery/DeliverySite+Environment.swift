internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Git
internal import Runtime
internal import State
internal import Support

extension DeliverySite {
    /// - Parameter path: of the project, from the top of the repository.
    static func of(_ environment: Environment, path: String, folder: ProjectFolder, _ context: CommandContext) throws -> DeliverySite {
        let found = ResolvedEnvironment.root(
            of: environment, projectRoot: folder.root, processEnvironment: folder.processEnvironment, opener: IdentityOpener(identity: nil, context),
            clock: .system)
        guard let root = found.root else { throw Workspace.Invalid(diagnostics: found.diagnostics, root: folder.root) }
        var site = DeliverySite(
            projectRoot: folder.root, line: ReleaseLine(environment: environment.name.value, project: path), root: root, remote: environment.remote,
            variables: context.environment, clock: .system, version: Application.version)
        let data = EnvironmentData(site: site, folder: folder, opener: IdentityOpener(identity: nil, context))
        site.restoreData = { work in
            let lock = try data.seize()
            defer { lock.release() }
            try await data.finish(work)
        }
        site.warehouse = ViewApplication(
            folder: folder, live: site.live, environment: environment.name.value, opener: IdentityOpener(identity: nil, context))
        return site
    }

    /// Of an environment as the folder's files have it.
    static func of(_ workspace: Workspace, _ environment: String?, _ context: CommandContext) throws -> (site: DeliverySite, environment: Environment) {
        let environment = try workspace.environmentFile(environment).asset
        let path = try GitRepository.open(at: workspace.root).path(of: workspace.root)
        return (try of(environment, path: path, folder: workspace.folder, context), environment)
    }

    /// Runs that may go on keep the files they began with.
    func deployment() -> Deployment {
        let path = FileSystem.join(root, "state.db")
        return Deployment(self) {
            guard FileSystem.exists(path) else { return [] }
            let journal = try Journal(path: path, create: false)
            let running = try journal.runs(RunFilter(statuses: [.running], includesChildren: true), limit: 1000)
            try journal.close()
            return Set(running.compactMap(\.release))
        }
    }
}
