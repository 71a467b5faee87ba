internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Engine
internal import Support
internal import Validation

/// The folder of a project, not read yet.
struct ProjectFolder: Sendable {
    let tree: WorkingTree
    let processEnvironment: [String: String]
    /// Folder of the program: tools that were set up beside it are found there.
    let executableFolder: String?

    /// Absolute path, links resolved.
    var root: String { tree.root }

    /// The folder that was named, or the nearest one above that has a project file.
    static func find(_ context: CommandContext) throws -> ProjectFolder {
        let folder = try path(context)
        let tree: WorkingTree
        do {
            tree = try WorkingTree(root: folder)
        } catch {
            throw CommandFailure("there is no folder \(folder)", .usage)
        }
        return ProjectFolder(tree: tree, processEnvironment: context.environment, executableFolder: executablePath.map(FileSystem.parent(of:)))
    }

    private static func path(_ context: CommandContext) throws -> String {
        if let given = context.global.project {
            guard FileSystem.exists(FileSystem.join(given, Project.fileName)) || FileSystem.kind(of: given, followLinks: true) == .directory else {
                throw CommandFailure("there is no folder \(given)", .usage)
            }
            return given
        }
        var folder = FileSystem.currentDirectory
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

    /// A program that cannot find itself has no tools beside it.
    private static var executablePath: String? { try? FileSystem.realPath("/proc/self/exe") }

    // MARK: Engine

    /// Never in the project itself: what somebody puts into a repository must not be loaded by who checks it.
    var search: DuckDBSearch { Self.search(executableFolder: executableFolder, environment: processEnvironment) }

    static func search(environment: [String: String]) -> DuckDBSearch {
        search(executableFolder: executablePath.map(FileSystem.parent(of:)), environment: environment)
    }

    private static func search(executableFolder: String?, environment: [String: String]) -> DuckDBSearch {
        var roots: [String] = []
        // Built in place (.build/release/pipectl), the folder that was set up lies above the program's.
        var folder = executableFolder
        for _ in 0..<4 {
            guard let present = folder, present != "/" else { break }
            roots.append(present)
            folder = FileSystem.parent(of: present)
        }
        return .standard(roots: roots, environment: environment)
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

    // MARK: Validation

    /// - Parameter isUsed: false for one that keeps nothing.
    func cache(isUsed: Bool = true) -> CacheFolder {
        CacheFolder(state: FileSystem.join(root, ".pipectl"), program: isUsed ? identity : nil)
    }

    /// Tells this program with this engine from others: of either, another build may find something else. nil where that cannot be told.
    private var identity: ContentDigest? {
        guard let program = Self.executablePath.flatMap(FileSystem.identity(of:)) else { return nil }
        var builder = ContentDigestBuilder()
        builder.add(program)
        // Without an engine SQL cannot be compiled, and that has to be told.
        builder.add((try? search.locate()).flatMap { FileSystem.identity(of: $0.path) } ?? ContentDigest([]))
        return builder.digest
    }

    /// All findings, with those of the last time where the files have not changed.
    func validate(hasSQL: Bool = true, hasCache: Bool = true) async throws -> ProjectValidation {
        let tree = tree
        let cache = cache(isUsed: hasCache)
        let earlier = cache.validation()
        let validation =
            hasSQL
            ? try await withEngineSupply { engine in
                async let prepared: Void = prepare(engine, earlier, cache)
                let validation = try await ProjectValidation.validate(tree, engine: engine, cache: earlier, program: cache.program, keeps: cache.keeps)
                await prepared
                return validation
            }
            : try await ProjectValidation.validate(tree, engine: nil, cache: earlier, program: cache.program, keeps: cache.keeps)
        cache.keep(validation.cache)
        return validation
    }

    /// Opens the engine at once where it looks as if it were needed: that takes as long as reading all files.
    private func prepare(_ engine: EngineSupply, _ earlier: CacheFiles, _ cache: CacheFolder) async {
        let newest = cache.path(of: earlier.recent == nil ? CacheFolder.base : CacheFolder.recent)
        let folders = Project.Folders.standard
        let isChanged = earlier.seemToHaveSQL && [folders.pipelines, folders.templates, folders.schemas, folders.environments].contains {
            FileSystem.holdsNewer(than: newest, below: FileSystem.join(root, $0))
        }
        if isChanged { await engine.prepare() }
    }
}
