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
    /// Absolute path, links resolved.
    let root: String
    let project: LoadedProject
    let processEnvironment: [String: String]
    /// Folder of the program: tools that were set up beside it are found there.
    let executableFolder: String?

    /// Loads the project in the folder that was named, or in the nearest one above.
    static func open(_ context: CommandContext) throws -> Workspace {
        let folder = try findRoot(context)
        let tree: WorkingTree
        do {
            tree = try WorkingTree(root: folder)
        } catch {
            throw CommandFailure("there is no folder \(folder)", .usage)
        }
        return Workspace(
            root: tree.root, project: ProjectLoader.load(tree), processEnvironment: context.environment,
            executableFolder: executableFolder)
    }

    private static func findRoot(_ context: CommandContext) throws -> String {
        if let given = context.global.project {
            guard FileSystem.exists(FileSystem.join(given, Project.fileName)) || FileSystem.kind(of: given, followLinks: true) == .directory else {
                throw CommandFailure("there is no folder \(given)", .usage)
            }
            return given
        }
        let start = FileSystem.currentDirectory
        var folder = start
        while true {
            if FileSystem.kind(of: FileSystem.join(folder, Project.fileName), followLinks: true) == .file { return folder }
            let parent = FileSystem.parent(of: folder)
            if parent == folder { break }
            folder = parent
        }
        throw CommandFailure(
            "there is no \(Project.fileName) in this folder or one above it",
            help: "run `pipectl init` to make a project, or name one with --project DIR", .usage)
    }

    private static var executableFolder: String? {
        // A program that cannot find itself has no tools beside it.
        guard let path = try? FileSystem.realPath("/proc/self/exe") else { return nil }
        return FileSystem.parent(of: path)
    }

    // MARK: Environment

    /// The environment of that name, or the project's default one.
    func environment(_ name: String?) throws -> ResolvedEnvironment {
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
            if project.diagnostics.hasErrors { throw Invalid(diagnostics: project.diagnostics) }
            let near = Suggestion.nearest(to: wanted, in: known)
            throw CommandFailure(
                "there is no environment \"\(wanted)\"",
                help: near.map { "did you mean \"\($0)\"?" } ?? (known.isEmpty ? "the project has none" : "environments: \(known.joined(separator: ", "))"), .usage)
        }
        let resolved = ResolvedEnvironment.resolve(
            file.asset, projectRoot: root, processEnvironment: processEnvironment, now: WallClock.system.now())
        guard let environment = resolved.environment else { throw Invalid(diagnostics: resolved.diagnostics) }
        return environment
    }

    /// Findings that keep a command from going on; the command shows them as `validate` would.
    struct Invalid: Error { let diagnostics: [Diagnostic] }

    // MARK: Engine and stores

    var search: DuckDBSearch {
        var roots = [root]
        // Built in place (.build/release/pipectl), the folder that was set up lies above the program's.
        var folder = executableFolder
        for _ in 0..<4 {
            guard let present = folder, present != "/" else { break }
            roots.append(present)
            folder = FileSystem.parent(of: present)
        }
        return .standard(roots: roots, environment: processEnvironment)
    }

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

    /// Calls `body` with an engine without data that is opened when it is first needed.
    func withEngineSupply<Value: Sendable>(_ body: (EngineSupply) async throws -> Value) async throws -> Value {
        let search = search
        return try await EngineSupply.with({ () async throws(EngineError) in
            var configuration = EngineConfiguration()
            // Nothing runs in it: each session compiles on a thread of its own.
            configuration.threads = 1
            // What is validated may come from anybody: nothing it says may touch a file.
            configuration.isIsolated = true
            return try await DuckDBEngine.open(configuration, search: search)
        }, body)
    }

    private func engine(for environment: ResolvedEnvironment?) async throws -> DuckDBEngine {
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
