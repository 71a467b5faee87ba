package import Assets
package import Engine
internal import State

/// Writes rows into a table of an attached database. Readers of the database see the table as it was or as it will
/// be: everything happens in one transaction, or beside the table with an exchange of names at the end.
package struct DatabaseWriter: Sendable {
    package struct Request: Sendable {
        /// One SELECT of the engine, with the columns as they are to be stored.
        package let query: String
        package let columns: [SQLColumn]
        package let mode: WriteMode
        package let key: [String]
        /// Who writes and in which run: an append that was done before under the same mark is not done again.
        package let mark: Mark

        package init(query: String, columns: [SQLColumn], mode: WriteMode, key: [String], mark: Mark) {
            self.query = query
            self.columns = columns
            self.mode = mode
            self.key = key
            self.mark = mark
        }
    }

    package struct Mark: Sendable {
        package let writer: String
        package let sequence: Int64
        package init(writer: String, sequence: Int64) {
            self.writer = writer
            self.sequence = sequence
        }
    }

    package let table: DatabaseTable
    package let session: any EngineSession

    package init(table: DatabaseTable, session: any EngineSession) {
        self.table = table
        self.session = session
    }

    /// - Returns: rows written; 0 where an append of the same mark was done before.
    package func write(_ request: Request) async throws(ConnectorError) -> Int {
        do {
            if request.mode == .overwrite { return try await overwrite(request) }
            guard try await columnsIfExists(try table.sql) != nil else { return try await overwrite(request) }
            return try await request.mode == .append ? append(request) : merge(request)
        } catch let error as EngineError {
            throw ConnectorError(table.connection.name, "cannot write \(table.table)", error)
        } catch let error as ConnectorError {
            throw error
        } catch {
            throw ConnectorError(table.connection.name, "cannot write \(table.table): \(error)")
        }
    }

    /// Columns of a table; nil where there is no such table.
    package func columnsIfExists(_ name: String) async throws(EngineError) -> [SQLColumn]? {
        do {
            return try await session.describe("SELECT * FROM \(name)")
        } catch {
            if error.kind == .catalog { return nil }
            throw error
        }
    }

    // MARK: Overwrite

    private func overwrite(_ request: Request) async throws -> Int {
        switch table.connection.kind {
        case .sqlite(let path): return try await replaceSQLite(request, path: path)
        default: return try await inTransaction { try await replace(request) }
        }
    }

    /// Within a transaction: keeps the table, with its grants and views, where the columns are the same.
    package func replace(_ request: Request) async throws -> Int {
        let present = try await columnsIfExists(try table.sql)
        if present == request.columns {
            try await session.execute("DELETE FROM \(try table.sql)")
            return try await session.execute("INSERT INTO \(try table.sql) \(request.query)")
        }
        if let schema = table.schema {
            try await session.execute("CREATE SCHEMA IF NOT EXISTS \(try SQL.qualified([table.connection.name, schema]))")
        }
        try await session.execute("DROP TABLE IF EXISTS \(try table.sql)")
        let columns = try request.columns.map { "\(try SQL.identifier($0.name)) \($0.type.sql)" }.joined(separator: ", ")
        try await session.execute("CREATE TABLE \(try table.sql) (\(columns))")
        return try await session.execute("INSERT INTO \(try table.sql) \(request.query)")
    }

    /// The engine makes SQLite tables without the types that reading them needs, so the table is declared by SQLite itself.
    private func replaceSQLite(_ request: Request, path: String) async throws -> Int {
        let incoming = table.table + "__incoming"
        let columns = try request.columns.map { "\(try SQL.identifier($0.name)) \(Self.sqliteType($0.type))" }.joined(separator: ", ")
        try sqlite(path, [
            "DROP TABLE IF EXISTS \(try SQL.identifier(incoming))", "CREATE TABLE \(try SQL.identifier(incoming)) (\(columns))",
        ])
        do {
            let target = try SQL.qualified([table.connection.name, "main", incoming])
            let rows = try await session.execute("INSERT INTO \(target) \(request.query)")
            try sqlite(path, [
                "DROP TABLE IF EXISTS \(try SQL.identifier(table.table))",
                "ALTER TABLE \(try SQL.identifier(incoming)) RENAME TO \(try SQL.identifier(table.table))",
            ])
            return rows
        } catch {
            // The first error is the one to tell; a table that stays is dropped by the next attempt.
            try? sqlite(path, ["DROP TABLE IF EXISTS \(try SQL.identifier(incoming))"])
            throw error
        }
    }

    private func sqlite(_ path: String, _ statements: [String]) throws {
        let database = try Database(path: path)
        do {
            try database.write { (connection) throws(StateError) in
                for statement in statements { try connection.execute(statement) }
            }
        } catch {
            // The first error is the one to tell.
            try? database.close()
            throw error
        }
        try database.close()
    }

    /// Declared types that SQLite stores as text or number and the engine reads back as what they were.
    static func sqliteType(_ type: SQLType) -> String {
        switch type {
        case .boolean: "BOOLEAN"
        case .tinyInt, .smallInt, .integer, .bigInt, .unsignedTinyInt, .unsignedSmallInt, .unsignedInteger: "BIGINT"
        case .float, .double: "DOUBLE"
        case .date: "DATE"
        case .timestamp: "TIMESTAMP"
        case .blob: "BLOB"
        default: "VARCHAR"
        }
    }

    // MARK: Append and merge

    private static let ledger = "_pipectl_ledger"

    private func append(_ request: Request) async throws -> Int {
        let ledger = try SQL.qualified([table.connection.name, table.schema, Self.ledger].compactMap { $0 })
        return try await inTransaction {
            try await session.execute("CREATE TABLE IF NOT EXISTS \(ledger) (writer VARCHAR, sequence BIGINT)")
            let known = try await session.query(
                "SELECT 1 FROM \(ledger) WHERE writer = ? AND sequence = ?",
                [.text(request.mark.writer), .integer(request.mark.sequence)])
            guard known.rows.isEmpty else { return 0 }
            let rows = try await insert(request.columns, request.query)
            try await session.execute("DELETE FROM \(ledger) WHERE writer = \(try SQL.literal(request.mark.writer))")
            try await session.execute(
                "INSERT INTO \(ledger) VALUES (\(try SQL.literal(request.mark.writer)), \(request.mark.sequence))")
            return rows
        }
    }

    private func merge(_ request: Request) async throws -> Int {
        try await inTransaction {
            let staged = try SQL.identifier("_pipectl_merge")
            try await session.execute("CREATE OR REPLACE TEMPORARY TABLE \(staged) AS \(request.query)")
            let same = try request.key.map { "t.\(try SQL.identifier($0)) = s.\(try SQL.identifier($0))" }.joined(separator: " AND ")
            try await session.execute("DELETE FROM \(try table.sql) AS t WHERE EXISTS (SELECT 1 FROM \(staged) AS s WHERE \(same))")
            let rows = try await insert(request.columns, "SELECT * FROM \(staged)")
            try await session.execute("DROP TABLE \(staged)")
            return rows
        }
    }

    private func insert(_ columns: [SQLColumn], _ query: String) async throws -> Int {
        let names = try columns.map { try SQL.identifier($0.name) }.joined(separator: ", ")
        return try await session.execute("INSERT INTO \(try table.sql) (\(names)) \(query)")
    }

    package func inTransaction(_ body: () async throws -> Int) async throws -> Int {
        try await session.execute("BEGIN TRANSACTION")
        do {
            let rows = try await body()
            try await session.execute("COMMIT")
            return rows
        } catch {
            // The first error is the one to tell; a rollback that fails has nothing left to undo.
            _ = try? await session.execute("ROLLBACK")
            throw error
        }
    }
}
