internal import Assets
package import Engine
internal import Support

/// Puts tables of the lake into the warehouse, all of them in one step: who reads the warehouse sees every table as
/// it was, or every table as it is now. A PostgreSQL warehouse must be attached for writing.
package struct WarehousePublisher: Sendable {
    package struct Table: Sendable {
        package let schema: String
        package let name: String
        /// A SELECT over the lake table.
        package let query: String
        package let columns: [SQLColumn]

        package init(schema: String, name: String, query: String, columns: [SQLColumn]) {
            self.schema = schema
            self.name = name
            self.query = query
            self.columns = columns
        }
    }

    package struct TableName: Sendable, Hashable {
        package let schema: String
        package let name: String

        package init(schema: String, name: String) {
            self.schema = schema
            self.name = name
        }
    }

    package let warehouse: ResolvedConnection
    package let session: any EngineSession

    package init(warehouse: ResolvedConnection, session: any EngineSession) {
        self.warehouse = warehouse
        self.session = session
    }

    /// - Parameter removing: tables that are taken out in the same step; those that are not there are passed over.
    /// - Returns: rows published, by table in the order given.
    package func publish(_ tables: [Table], removing: [TableName] = []) async throws(ConnectorError) -> [Int] {
        switch warehouse.kind {
        case .duckdb(let path): return try await publishFile(tables, removing, path: path)
        case .postgres: return try await publishTransaction(tables, removing)
        case .files, .sqlite:
            throw ConnectorError(warehouse.name, "a warehouse is of type duckdb or postgres")
        }
    }

    private func publishTransaction(_ tables: [Table], _ removing: [TableName]) async throws(ConnectorError) -> [Int] {
        do {
            var counts: [Int] = []
            try await session.execute("BEGIN TRANSACTION")
            do {
                for name in removing { try await remove(name, from: warehouse) }
                for table in tables { counts.append(try await put(table, in: warehouse)) }
                try await session.execute("COMMIT")
            } catch {
                // The first error is the one to tell.
                _ = try? await session.execute("ROLLBACK")
                throw error
            }
            return counts
        } catch let error as EngineError {
            throw ConnectorError(warehouse.name, "cannot publish", error)
        } catch {
            throw ConnectorError(warehouse.name, "cannot publish: \(error)")
        }
    }

    private func put(_ table: Table, in connection: ResolvedConnection) async throws -> Int {
        let writer = DatabaseWriter(table: DatabaseTable(connection, "\(table.schema).\(table.name)"), session: session)
        return try await writer.replace(
            .init(query: table.query, columns: table.columns, mode: .overwrite, key: [], mark: .init(writer: "publish", sequence: 0)))
    }

    /// Makes the next file beside the present one and exchanges them: a reader that has the old file open keeps
    /// reading it, and none has to be locked out.
    private func publishFile(_ tables: [Table], _ removing: [TableName], path: String) async throws(ConnectorError) -> [Int] {
        let next = path + ".next"
        let incoming = ResolvedConnection(name: "_pipectl_next", kind: .duckdb(path: next))
        do {
            try FileSystem.createDirectory(FileSystem.parent(of: path))
            for leftover in [next, next + ".wal"] { try FileSystem.removeFile(leftover) }
            try await session.execute("ATTACH \(try SQL.literal(next)) AS \(try SQL.identifier(incoming.name))")
            var counts: [Int] = []
            do {
                try await keepOthers(than: Set(tables.map { TableName(schema: $0.schema, name: $0.name) } + removing), from: path, in: incoming)
                for name in removing { try await remove(name, from: incoming) }
                for table in tables { counts.append(try await put(table, in: incoming)) }
                try await session.execute("CHECKPOINT \(try SQL.identifier(incoming.name))")
            } catch {
                _ = try? await session.execute("DETACH \(try SQL.identifier(incoming.name))")
                throw error
            }
            try await session.execute("DETACH \(try SQL.identifier(incoming.name))")
            try FileSystem.synchroniseFile(next)
            try FileSystem.rename(from: next, to: path)
            try FileSystem.synchroniseDirectory(FileSystem.parent(of: path))
            return counts
        } catch {
            // Where the disk is full, half a warehouse would keep it so; what remains, the next publishing removes.
            for leftover in [next, next + ".wal"] { try? FileSystem.removeFile(leftover) }
            if let error = error as? EngineError { throw ConnectorError(warehouse.name, "cannot publish", error) }
            throw ConnectorError(warehouse.name, "cannot publish: \(error)")
        }
    }

    private func remove(_ name: TableName, from connection: ResolvedConnection) async throws(EngineError) {
        try await session.execute("DROP TABLE IF EXISTS \(try SQL.qualified([connection.name, name.schema, name.name]))")
    }

    /// Carries over what the warehouse holds beside the tables that are published or taken out now.
    private func keepOthers(than tables: Set<TableName>, from path: String, in incoming: ResolvedConnection) async throws {
        guard FileSystem.exists(path) else { return }
        let old = try SQL.identifier("_pipectl_old")
        try await session.execute("ATTACH \(try SQL.literal(path)) AS \(old) (READ_ONLY)")
        do {
            let names = try await session.query(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = '_pipectl_old'")
            let published = Set(tables.map { [SQLValue.text($0.schema), .text($0.name)] })
            let views = try await session.query(
                "SELECT 1 FROM duckdb_views() WHERE database_name = '_pipectl_old' AND NOT internal")
            if !views.rows.isEmpty || names.rows.contains(where: { !published.contains($0) }) {
                try await session.execute("COPY FROM DATABASE \(old) TO \(try SQL.identifier(incoming.name))")
            }
        } catch {
            _ = try? await session.execute("DETACH \(old)")
            throw error
        }
        try await session.execute("DETACH \(old)")
    }
}
