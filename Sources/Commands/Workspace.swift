internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Engine
internal import Lake
internal import Runtime
internal import State
internal import Support

/// The project a command works on.
struct Workspace: Sendable {
    let folder: ProjectFolder
    let project: LoadedProject
    /// Of the stores of secrets, each when its first secret is asked for.
    let opener: IdentityOpener

    var root: String { folder.root }
    var processEnvironment: [String: String] { folder.processEnvironment }
    var search: DuckDBSearch { folder.search }

    /// Loads the project in the folder that was named, or in the nearest one above.
    ///
    /// - Parameter identity: the file that `--identity` names.
    static func open(_ context: CommandContext, identity: String? = nil) throws -> Workspace {
        let folder = try ProjectFolder.find(context)
        return Workspace(folder: folder, project: ProjectLoader.load(folder.tree), opener: IdentityOpener(identity: identity, context))
    }

    // MARK: Environment

    /// The environment of that name, or the project's default one, ready to be used.
    func environment(_ name: String?) throws -> ResolvedEnvironment {
        let file = try environmentFile(name)
        let resolved = ResolvedEnvironment.resolve(
            file.asset, projectRoot: root, processEnvironment: processEnvironment, opener: opener, clock: .system)
        guard let environment = resolved.environment else { throw Invalid(diagnostics: resolved.diagnostics, root: root) }
        return environment
    }

    /// The file of the environment of that name, or of the project's default one.
    func environmentFile(_ name: String?) throws -> AssetFile<Environment> {
        let known = project.environments.map(\.asset.name.value)
        guard let wanted = name ?? project.project?.defaultEnvironment?.value ?? (known.count == 1 ? known[0] : nil) else {
            throw CommandFailure(
                known.isEmpty ? "the project has no environment" : "no environment was named",
                help: known.isEmpty
                    ? "describe one in \(project.project?.folders.environments ?? "environments")/dev.yml"
                    : "use --env NAME (\(known.joined(separator: ", "))), or set defaultEnvironment in \(Project.fileName)", .usage)
        }
        guard let file = project.environment(named: wanted) else {
            // Its file may be there and not be readable; then that is what to tell.
            if project.diagnostics.hasErrors { throw Invalid(diagnostics: project.diagnostics, root: root) }
            let near = Suggestion.nearest(to: wanted, in: known)
            throw CommandFailure(
                "there is no environment \"\(wanted)\"",
                help: near.map { "did you mean \"\($0)\"?" } ?? (known.isEmpty ? "the project has none" : "environments: \(known.joined(separator: ", "))"), .usage)
        }
        return file
    }

    /// Findings that keep a command from going on; the command shows them as `validate` would.
    struct Invalid: Error {
        let diagnostics: [Diagnostic]
        /// The project's folder, where the files are that the findings point into.
        let root: String
    }

    // MARK: Engine and stores

    /// Calls `body` with an engine that is closed afterwards.
    func withEngine<Value: Sendable>(
        for environment: ResolvedEnvironment?, _ body: (DuckDBEngine) async throws -> Value
    ) async throws -> Value {
        let engine = try await engine(for: environment)
        do {
            let value = try await body(engine)
            await engine.close()
            return value
        } catch {
            await engine.close()
            throw error
        }
    }

    func engine(for environment: ResolvedEnvironment?) async throws -> DuckDBEngine {
        var configuration = EngineConfiguration()
        if let environment {
            if let memory = environment.engine.memory { configuration.memory = memory }
            configuration.threads = environment.engine.threads.flatMap { $0 > 0 ? $0 : nil }
            configuration.temporaryDirectory = environment.temporaryDirectory
        }
        return try await DuckDBEngine.open(configuration, search: search)
    }

    /// Calls `body` with the lake for looking only: an engine is started where a checkpoint has to be read.
    func withLake<Value: Sendable>(
        of environment: ResolvedEnvironment, _ body: (Lake) async throws -> Value
    ) async throws -> Value {
        let workspace = self
        let session = LazySession { try await workspace.engine(for: environment) }
        let lake = Lake(root: environment.lakeRoot, engineInfo: "pipectl/\(Application.version)") { () async throws(EngineError) in
            try await session.value()
        }
        do {
            let value = try await body(lake)
            await session.close()
            return value
        } catch {
            await session.close()
            throw error
        }
    }

    func journal(of environment: ResolvedEnvironment, create: Bool) throws -> Journal? {
        if !create, !FileSystem.exists(environment.statePath) { return nil }
        return try Journal(path: environment.statePath, create: create)
    }
}

/// A session, with an engine of its own, that is opened when it is first asked for.
actor LazySession {
    private let make: @Sendable () async throws -> DuckDBEngine
    private var opened: (engine: DuckDBEngine, session: any EngineSession)?

    init(_ make: @escaping @Sendable () async throws -> DuckDBEngine) { self.make = make }

    func value() async throws(EngineError) -> any EngineSession {
        if let opened { return opened.session }
        do {
            let engine = try await make()
            let session = try await engine.openSession()
            opened = (engine, session)
            return session
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.unavailable, "\(error)")
        }
    }

    func close() async {
        guard let opened else { return }
        await opened.session.close()
        await opened.engine.close()
        self.opened = nil
    }
}
