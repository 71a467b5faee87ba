internal import CDuckDB
internal import Synchronization

/// The open database. The engine and each of its sessions retain it; the last to release it closes it, on its own
/// thread, because closing writes a checkpoint.
final class DuckDBDatabase: @unchecked Sendable {
    let library: DuckDBLibrary
    private let handle: duckdb_database
    private let users = Mutex(1)
    private let takesGivenTables = Mutex(false)

    /// Opens it; blocking. The caller is its first user.
    init(_ library: DuckDBLibrary, path: String?, options: [(name: String, value: String)]) throws(EngineError) {
        let functions = library.functions
        var config: duckdb_config?
        guard functions.create_config(&config) == 0 else { throw EngineError(.outOfMemory, "cannot open the database: out of memory") }
        defer { functions.destroy_config(&config) }
        for option in options {
            guard functions.set_config(config, option.name, option.value) == 0 else {
                throw EngineError(.other, "cannot open the database: \(option.name) cannot be \(option.value)")
            }
        }
        var opened: duckdb_database?
        var error: UnsafeMutablePointer<CChar>?
        guard functions.open_ext(path ?? ":memory:", &opened, config, &error) == 0, let opened else {
            defer { functions.free(error) }
            let reason = error.map { String(cString: $0) } ?? "unknown reason"
            throw EngineError(duckDB: reason, sql: nil).adding("cannot open \(path ?? "an in-memory database")")
        }
        self.library = library
        handle = opened
    }

    /// A connection, and a retained database until `disconnect`.
    func connect() throws(EngineError) -> DuckDBConnection {
        var connection: duckdb_connection?
        guard library.functions.connect(handle, &connection) == 0, let connection else {
            throw EngineError(.other, "cannot connect to the database")
        }
        users.withLock { $0 += 1 }
        return DuckDBConnection(library: library, handle: connection)
    }

    /// Makes `GivenTables` known to it, once.
    func takeGivenTables(_ connection: DuckDBConnection) throws(EngineError) {
        let isFirst = takesGivenTables.withLock { known in
            defer { known = true }
            return !known
        }
        if isFirst { try GivenTables.register(handle, connection) }
    }

    func disconnect(_ connection: DuckDBConnection) {
        var handle: duckdb_connection? = connection.handle
        library.functions.disconnect(&handle)
        release()
    }

    func release() {
        let remaining = users.withLock { users in
            users -= 1
            return users
        }
        precondition(remaining >= 0, "a database is released once by each user")
        if remaining == 0 {
            var handle: duckdb_database? = handle
            library.functions.close(&handle)
        }
    }
}

extension EngineError {
    /// The same error, with what was being done in front of its message.
    func adding(_ context: String) -> EngineError {
        EngineError(kind, "\(context): \(message)", sql: sql, offset: offset, candidates: candidates)
    }
}
