package import Assets
package import Engine
internal import State
internal import Support

/// Asks a live source what it holds. Its database must be attached.
package struct SourceInspector: Sendable {
    package let connection: ResolvedConnection
    package let engine: any Engine
    package let session: any EngineSession

    package init(connection: ResolvedConnection, engine: any Engine, session: any EngineSession) {
        self.connection = connection
        self.engine = engine
        self.session = session
    }

    /// Columns as the engine reads them; nil where a table does not exist.
    package func columns(of selection: SourceRead.Selection, format: FileFormat?) async throws(ConnectorError) -> [SQLColumn]? {
        let source = ResolvedSource(connection: connection, selection: .init(selection), format: format)
        do {
            let scan = try source.scanSQL()
            try await source.checkReadable(scan, in: session)
            let columns = try await describe(scan, in: source.catalogOfQuery)
            // What could not be read back would make the lock file unusable.
            for column in columns {
                guard (try? SQLType(parsing: column.type.sql)) == column.type else {
                    throw ConnectorError(
                        connection.name, "column \"\(column.name)\" of \(source.label) has the type \(column.type.sql), which cannot be locked",
                        help: "read it by a query that casts the column")
                }
            }
            return columns
        } catch let error as ConnectorError {
            throw error
        } catch let error as EngineError {
            if case .table = selection, error.kind == .catalog { return nil }
            // The engine repeats its candidates below its message.
            let first = error.message.split(whereSeparator: \.isNewline).first.map(String.init) ?? error.message
            throw ConnectorError(
                connection.name, "cannot read \(source.label): \(first)",
                help: error.candidates.isEmpty ? nil : "the nearest names are \(error.candidates.prefix(3).joined(separator: ", "))")
        } catch {
            throw ConnectorError(connection.name, "cannot read \(source.label): \(error)")
        }
    }

    /// Queries of a database file look up bare names there; that setting is the session's, so it gets one of its own.
    private func describe(_ scan: String, in catalog: String?) async throws -> [SQLColumn] {
        guard let catalog else { return try await session.describe(scan) }
        return try await engine.withSession { session in
            try await session.execute("USE \(try SQL.identifier(catalog))")
            return try await session.describe(scan)
        }
    }

    /// Names of all tables and views, as pipelines would write them, sorted. What pipectl keeps there itself is left out.
    package func tables() async throws(ConnectorError) -> [String] {
        // The engine looks into every view to list it, and one that is broken would hide all the others.
        if case .sqlite(let path) = connection.kind {
            do {
                return try sqliteTables(path: path)
            } catch {
                throw ConnectorError(connection.name, "cannot list the tables: \(error)")
            }
        }
        do {
            let found = try await session.query(
                """
                SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = ? \
                AND table_schema NOT IN ('information_schema', 'pg_catalog', 'pg_toast')
                """, [.text(connection.name)])
            let names = found.rows.compactMap { row -> String? in
                guard case .text(let schema)? = row.first, case .text(let table)? = row.last, !table.hasPrefix("_pipectl_"),
                    !table.hasPrefix("sqlite_")
                else { return nil }
                return schema == DatabaseTable(connection, table).schema ? table : "\(schema).\(table)"
            }
            return Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw ConnectorError(connection.name, "cannot list the tables", error)
        }
    }

    /// Columns of the primary key, in its order; none where the table declares none.
    package func key(ofTable name: String) async throws(ConnectorError) -> [String] {
        let table = DatabaseTable(connection, name)
        do {
            switch connection.kind {
            case .files: return []
            case .sqlite(let path): return try sqliteKey(table.table, path: path)
            case .duckdb:
                return try await names(
                    """
                    SELECT unnest(constraint_column_names) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY' \
                    AND database_name = \(try SQL.literal(connection.name)) AND lower(schema_name) = lower(\(try SQL.literal(table.schema ?? "main"))) \
                    AND lower(table_name) = lower(\(try SQL.literal(table.table)))
                    """)
            case .postgres:
                // The names go as values into the text of the query that the server runs.
                let query = """
                    SELECT a.attname::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
                    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) \
                    WHERE i.indisprimary AND n.nspname = \(try SQL.literal(table.schema ?? "public")) \
                    AND c.relname = \(try SQL.literal(table.table)) ORDER BY array_position(i.indkey::int2[], a.attnum)
                    """
                return try await names(
                    "SELECT name FROM postgres_query(\(try SQL.literal(connection.name)), \(try SQL.literal(query)))")
            }
        } catch let error as EngineError {
            throw ConnectorError(connection.name, "cannot look at \(name)", error)
        } catch {
            throw ConnectorError(connection.name, "cannot look at \(name): \(error)")
        }
    }

    private func names(_ sql: String) async throws(EngineError) -> [String] {
        try await session.query(sql).rows.compactMap { if case .text(let name)? = $0.first { name } else { nil } }
    }

    private func sqliteTables(path: String) throws(StateError) -> [String] {
        let database = try Database(path: path, create: false)
        defer { try? database.close() }
        let names = try database.read { (connection) throws(StateError) in
            try connection.rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')", []) { (row) throws(StateError) in try row.text() }
        }
        return names.filter { !$0.hasPrefix("_pipectl_") && !$0.hasPrefix("sqlite_") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The engine does not pass on the keys of SQLite's tables.
    private func sqliteKey(_ table: String, path: String) throws(StateError) -> [String] {
        let database = try Database(path: path, create: false)
        // Closing what was only read changes nothing; the handle goes with the object.
        defer { try? database.close() }
        return try database.read { (connection) throws(StateError) in
            try connection.rows("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", [.name(table)]) {
                (row) throws(StateError) in try row.text()
            }
        }
    }
}

extension ResolvedSource.Selection {
    init(_ selection: SourceRead.Selection) {
        switch selection {
        case .table(let table): self = .table(table)
        case .query(let query): self = .query(query)
        case .path(let path): self = .path(path)
        }
    }
}
