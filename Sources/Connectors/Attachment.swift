package import Engine
internal import Support

/// A database connection made visible in the engine, under the connection's name.
package enum Attachment {
    package enum Access: Sendable { case read, write }

    /// Statements that attach the database. Credentials go through the engine's secret store, not through the path
    /// that the engine shows in its catalog.
    static func statements(for connection: ResolvedConnection, access: Access) throws(EngineError) -> [String] {
        let name = try SQL.identifier(connection.name)
        let readOnly = access == .read ? ", READ_ONLY" : ""
        switch connection.kind {
        case .files: return []
        case .sqlite(let path): return ["ATTACH \(try SQL.literal(path)) AS \(name) (TYPE sqlite\(readOnly))"]
        case .duckdb(let path): return ["ATTACH \(try SQL.literal(path)) AS \(name) (TYPE duckdb\(readOnly))"]
        case .postgres(let settings):
            let secret = try SQL.identifier("pipectl_" + connection.name)
            var fields = [
                "TYPE postgres", "HOST \(try SQL.literal(settings.host))", "PORT \(settings.port)",
                "DATABASE \(try SQL.literal(settings.database))", "USER \(try SQL.literal(settings.user))",
            ]
            if let password = settings.password, !password.isEmpty { fields.append("PASSWORD \(try SQL.literal(password))") }
            let options = settings.sslMode.map { "sslmode=\($0)" } ?? ""
            return [
                "CREATE OR REPLACE TEMPORARY SECRET \(secret) (\(fields.joined(separator: ", ")))",
                "ATTACH \(try SQL.literal(options)) AS \(name) (TYPE postgres, SECRET \(secret)\(readOnly))",
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
    package static func attach(
        _ connection: ResolvedConnection, access: Access, engine: any Engine, session: any EngineSession
    ) async throws(ConnectorError) {
        switch connection.kind {
        case .sqlite(let path), .duckdb(let path):
            try prepare(path, of: connection, access: access)
        default: break
        }
        do throws(EngineError) {
            if let name = self.extension(for: connection) { try await engine.loadExtension(name) }
            for statement in try statements(for: connection, access: access) { try await session.execute(statement) }
            if case .sqlite(let path) = connection.kind { try await open(connection, path, session) }
        } catch {
            throw ConnectorError(connection.name, "cannot open \(connection.summary)", error)
        }
    }

    /// The engine opens an SQLite file when it first reads it. Done at once, so that a file that is no database is told by
    /// its name; and it must not stay attached, as the engine would meet it in every look at its catalog.
    private static func open(_ connection: ResolvedConnection, _ path: String, _ session: any EngineSession) async throws(EngineError) {
        guard FileSystem.exists(path) else { return }
        do throws(EngineError) {
            _ = try await session.query("SELECT count(*) FROM sqlite_scan(\(try SQL.literal(path)), 'sqlite_master')")
        } catch {
            // The first error is the one to tell.
            _ = try? await session.execute("DETACH \(try SQL.identifier(connection.name))")
            throw error
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
        case .write:
            do {
                try FileSystem.createDirectory(FileSystem.parent(of: path))
            } catch {
                throw ConnectorError(connection.name, "\(error)")
            }
        }
    }
}
