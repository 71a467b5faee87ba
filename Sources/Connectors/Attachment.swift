package import Engine
internal import State
internal import Support

/// A database connection made visible in the engine, under the connection's name.
package enum Attachment {
    package enum Access: Sendable { case read, write }

    /// Statements that attach the database. Names of host and user go through the engine's secret store, not through the path
    /// that the engine shows in its catalog; the password is in no statement at all.
    static func statements(
        for connection: ResolvedConnection, access: Access, passwordFile: String? = nil, connectTimeout: Int? = nil
    ) throws(EngineError) -> [String] {
        let name = try SQL.identifier(connection.name)
        let readOnly = access == .read ? ", READ_ONLY" : ""
        switch connection.kind {
        case .files: return []
        case .sqlite(let path): return ["ATTACH \(try SQL.literal(path)) AS \(name) (TYPE sqlite\(readOnly))"]
        case .duckdb(let path): return ["ATTACH \(try SQL.literal(path)) AS \(name) (TYPE duckdb\(readOnly))"]
        case .postgres(let settings):
            let secret = try SQL.identifier("pipectl_" + connection.name)
            let fields = [
                "TYPE postgres", "HOST \(try SQL.literal(settings.host))", "PORT \(settings.port)",
                "DATABASE \(try SQL.literal(settings.database))", "USER \(try SQL.literal(settings.user))",
            ]
            var options = settings.sslMode.map { ["sslmode=\($0)"] } ?? []
            if let connectTimeout { options.append("connect_timeout=\(connectTimeout)") }
            // Without a word on the password the library takes PGPASSWORD of the process before it looks into the file.
            if let passwordFile { options += ["password=''", "passfile=\(passwordFile)"] }
            return [
                "CREATE OR REPLACE TEMPORARY SECRET \(secret) (\(fields.joined(separator: ", ")))",
                "ATTACH \(try SQL.literal(options.joined(separator: " "))) AS \(name) (TYPE postgres, SECRET \(secret)\(readOnly))",
            ]
        }
    }

    static func `extension`(for connection: ResolvedConnection) -> String? {
        switch connection.kind {
        case .sqlite: "sqlite_scanner"
        case .postgres: "postgres_scanner"
        case .files, .duckdb: nil
        }
    }

    /// Attaches the database to the engine of this session; what is attached is seen by all sessions.
    /// - Parameter connectTimeout: in seconds; nil: as long as the system tries.
    package static func attach(
        _ connection: ResolvedConnection, access: Access, engine: any Engine, session: any EngineSession, connectTimeout: Int? = nil
    ) async throws(ConnectorError) {
        switch connection.kind {
        case .sqlite(let path), .duckdb(let path):
            try prepare(path, of: connection, access: access)
        default: break
        }
        let passwordFile = try PasswordFile.path(for: connection)
        do throws(EngineError) {
            if let name = self.extension(for: connection) { try await engine.loadExtension(name) }
            for statement in try statements(for: connection, access: access, passwordFile: passwordFile, connectTimeout: connectTimeout) { try await session.execute(statement) }
        } catch {
            throw ConnectorError(connection.name, "cannot open \(connection.summary): \(PasswordFile.withoutItsPath(error.message))")
        }
    }

    private static func prepare(_ path: String, of connection: ResolvedConnection, access: Access) throws(ConnectorError) {
        switch access {
        case .read:
            guard FileSystem.kind(of: path, followLinks: true) == .file else {
                throw ConnectorError(
                    connection.name, "there is no database file \(path)",
                    help: "run the pipeline that makes it, or correct the path in the environment")
            }
            try open(path, of: connection)
        case .write:
            try open(path, of: connection)
            do {
                try FileSystem.createDirectory(FileSystem.parent(of: path))
            } catch {
                throw ConnectorError(connection.name, "\(error)")
            }
        }
    }

    /// Opens an SQLite file as SQLite does. A writer that died has left a journal beside it, which only one who may write
    /// can roll back: the engine's connections for reading fail until then. And a file that is no database is told by its
    /// name; the engine would open it later, and tell a table.
    private static func open(_ path: String, of connection: ResolvedConnection) throws(ConnectorError) {
        guard case .sqlite = connection.kind, FileSystem.kind(of: path, followLinks: true) == .file else { return }
        do throws(StateError) {
            let database = try Database(path: path, create: false, busyTimeout: .milliseconds(100))
            // Closing what was only read changes nothing; the handle goes with the object.
            defer { try? database.close() }
            _ = try database.read { (connection) throws(StateError) in
                try connection.rows("SELECT count(*) FROM sqlite_master") { (row) throws(StateError) in try row.integer() }
            }
        } catch {
            // Whatever else it is (somebody at work on it, a folder that is read-only), the engine meets it too, and tells it.
            guard [.foreign, .damaged].contains(error.kind) else { return }
            throw ConnectorError(connection.name, "\(path) is no SQLite database, or it is damaged", help: "correct the path in the environment")
        }
    }
}
