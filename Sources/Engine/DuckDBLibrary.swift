internal import CDuckDB
internal import Glibc
internal import Synchronization

/// DuckDB's shared library, opened in this process, with its C API as a table. Opened once, never closed.
final class DuckDBLibrary: @unchecked Sendable {
    /// The release everything here was verified with; extensions load into exactly their own.
    static let requiredVersion = "v1.5.5"

    let path: String
    let functions: duckdb_functions

    private init(path: String, functions: duckdb_functions) {
        self.path = path
        self.functions = functions
    }

    private static let opened = Mutex<DuckDBLibrary?>(nil)

    /// The library found by `search`, opened if need be. Two different copies in one process would share symbols with
    /// each other's extensions, so the first one opened serves the whole process.
    /// Throws `.unavailable` with every place looked at.
    static func load(_ search: DuckDBSearch) throws(EngineError) -> DuckDBLibrary {
        // A typed error does not pass through `withLock`: carry it in a result.
        let result: Result<DuckDBLibrary, EngineError> = opened.withLock { opened in
            if let opened { return .success(opened) }
            do throws(EngineError) {
                let library = try open(try search.locate())
                opened = library
                return .success(library)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func open(_ location: DuckDBSearch.Library) throws(EngineError) -> DuckDBLibrary {
        if let python = location.python {
            // The wheel's module refers to symbols of the interpreter, which must be visible to it.
            guard dlopen(python, RTLD_NOW | RTLD_GLOBAL) != nil else { throw unavailable(python, lastLoaderError()) }
        }
        guard let handle = dlopen(location.path, RTLD_NOW | RTLD_LOCAL) else {
            throw unavailable(location.path, lastLoaderError())
        }
        var functions = duckdb_functions()
        if let missing = duckdb_functions_load(handle, &functions) {
            dlclose(handle)
            throw unavailable(location.path, "it lacks the symbol \(String(cString: missing))")
        }
        let version = functions.library_version().map { String(cString: $0) } ?? "unknown"
        guard version == requiredVersion else {
            dlclose(handle)
            throw unavailable(location.path, "it is DuckDB \(version), and \(requiredVersion) is needed")
        }
        return DuckDBLibrary(path: location.path, functions: functions)
    }

    private static func unavailable(_ path: String, _ reason: String) -> EngineError {
        EngineError(.unavailable, "cannot load DuckDB from \(path): \(reason); run scripts/setup")
    }

    private static func lastLoaderError() -> String { dlerror().map { String(cString: $0) } ?? "unknown reason" }
}
