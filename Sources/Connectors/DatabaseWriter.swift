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
            if let present = try await columnsIfExists(try table.sql) {
                try refuseLoss(request.columns, into: present)
            } else if request.mode == .merge {
                // Merging twice into a new table ends as merging once.
                try await refuseDuplicates(request.query, key: request.key)
                return try await overwrite(request)
            } else {
                try await createEmpty(request.columns)
            }
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
        try await session.execute("CREATE TABLE \(try table.sql) (\(try Self.declarations(request.columns)))")
        return try await session.execute("INSERT INTO \(try table.sql) \(request.query)")
    }

    /// The engine makes SQLite tables without the types that reading them needs, so the table is declared by SQLite itself.
    private func replaceSQLite(_ request: Request, path: String) async throws -> Int {
        let incoming = table.table + "__incoming"
        try sqlite(path, [
            "DROP TABLE IF EXISTS \(try SQL.identifier(incoming))",
            "CREATE TABLE \(try SQL.identifier(incoming)) (\(try Self.sqliteDeclarations(request.columns)))",
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

    private static func declarations(_ columns: [SQLColumn]) throws -> String {
        try columns.map { "\(try SQL.identifier($0.name)) \($0.type.sql)" }.joined(separator: ", ")
    }

    private static func sqliteDeclarations(_ columns: [SQLColumn]) throws -> String {
        try columns.map { "\(try SQL.identifier($0.name)) \(sqliteType($0.type))" }.joined(separator: ", ")
    }

    /// A table without rows: the first append has to carry its mark as every other does.
    private func createEmpty(_ columns: [SQLColumn]) async throws {
        if case .sqlite(let path) = table.connection.kind {
            return try sqlite(path, ["CREATE TABLE IF NOT EXISTS \(try SQL.identifier(table.table)) (\(try Self.sqliteDeclarations(columns)))"])
        }
        if let schema = table.schema {
            try await session.execute("CREATE SCHEMA IF NOT EXISTS \(try SQL.qualified([table.connection.name, schema]))")
        }
        try await session.execute("CREATE TABLE IF NOT EXISTS \(try table.sql) (\(try Self.declarations(columns)))")
    }

    // MARK: Append and merge

    /// The engine would round and cut to make values fit; rows that do not fit as they are have to be cast by their query.
    private func refuseLoss(_ incoming: [SQLColumn], into present: [SQLColumn]) throws(ConnectorError) {
        for column in incoming {
            guard let target = present.first(where: { $0.name.lowercased() == column.name.lowercased() }) else {
                throw ConnectorError(
                    table.connection.name, "table \(table.table) has no column \"\(column.name)\"",
                    help: "add it there, or leave it out of the rows: onSchemaChange concerns tables of the lake only")
            }
            guard column.type.fits(target.type) else {
                throw ConnectorError(
                    table.connection.name,
                    "column \"\(column.name)\" of \(table.table) is \(target.type.sql), and the rows have \(column.type.sql)",
                    help: "cast it in a transform")
            }
        }
    }

    private func refuseDuplicates(_ rows: String, key: [String]) async throws {
        let names = try key.map { try SQL.identifier($0) }
        let present = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let list = names.joined(separator: ", ")
        let found = try await session.query(
            "SELECT \(list) FROM (\(rows)) WHERE \(present) GROUP BY \(list) HAVING count(*) > 1 ORDER BY \(list) LIMIT 1")
        guard let row = found.rows.first else { return }
        let example = zip(found.columns, row).map { "\($0.name) = \($1.displayText)" }.joined(separator: ", ")
        throw ConnectorError(
            table.connection.name, "the key (\(key.joined(separator: ", "))) of the rows for \(table.table) is not unique: \(example) is there more than once",
            help: "leave one row for each key")
    }

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
            try await refuseDuplicates("SELECT * FROM \(staged)", key: request.key)
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
