internal import AssetLoading
internal import Assets
internal import Delivery
internal import Diagnostics
internal import Runtime
internal import Secrets
internal import Support

/// A project as a state in git has it, with the environment that it describes: secrets come from there, data lies where the project does.
struct ReleasedProject: Sendable {
    let tree: GitTree
    let workspace: Workspace
    let environment: Environment

    var project: LoadedProject { workspace.project }

    init(_ tree: GitTree, _ project: LoadedProject, _ environment: Environment, _ folder: ProjectFolder, opener: IdentityOpener) {
        self.tree = tree
        self.environment = environment
        workspace = Workspace(folder: folder, project: project, opener: opener)
    }

    /// The files of a release.
    init(_ release: Release, at site: DeliverySite, _ folder: ProjectFolder, opener: IdentityOpener) throws {
        let tree = release.content(site.line, try site.repository())
        let project = ProjectLoader.load(tree)
        guard let environment = project.environment(named: site.line.environment)?.asset else {
            throw DeliveryError(.damaged, "release \(release.number) of \(site.line.environment) does not describe that environment, or cannot be read by this version of pipectl")
        }
        self.init(tree, project, environment, folder, opener: opener)
    }

    /// Where an expression fails, that is told.
    func resolved() throws -> ResolvedEnvironment {
        let tree = tree
        let resolved = ResolvedEnvironment.resolve(
            environment, projectRoot: workspace.root, processEnvironment: workspace.processEnvironment, opener: workspace.opener, clock: .system,
            storeContent: { try? tree.read($0) })
        guard let environment = resolved.environment else { throw Workspace.Invalid(diagnostics: resolved.diagnostics, root: workspace.root) }
        return environment
    }

    /// A store's secrets as far as no key is needed; nil where it cannot be read.
    static func inventory(of store: String, in tree: GitTree) -> SecretInventory? {
        let path = FileSystem.normalise(store)
        guard let bytes = try? tree.read(path) else { return nil }
        guard let file = try? SecretStoreFile(path: "/" + path, name: path, content: bytes).read() else { return nil }
        return SecretInventory(file)
    }
}
