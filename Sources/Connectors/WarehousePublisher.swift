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

        var place: WarehousePlace { WarehousePlace(schema: schema, name: name) }
    }

    package let warehouse: ResolvedConnection
    package let session: any EngineSession
    /// All that the project has, each after those it reads.
    let views: [WarehouseView]
    /// Name of the release that they come from.
    let release: String?

    package init(warehouse: ResolvedConnection, session: any EngineSession, views: [WarehouseView] = [], release: String? = nil) {
        self.warehouse = warehouse
        self.session = session
        self.views = views
        self.release = release
    }

    /// Says no where the warehouse cannot be opened, or a view that is not ours has the place of a table. Changes nothing.
    package func requireRoom(for tables: [WarehousePlace]) async throws(ConnectorError) {
        do {
            let inspection = try await inspect()
            let foreign = Set(inspection.views.filter { !$0.isOurs }.map { inspection.key($0.place) })
            guard let taken = tables.sorted().first(where: { foreign.contains(inspection.key($0)) }) else { return }
            throw ConnectorError(warehouse.name, "\(taken.text) is a view that pipectl has not made: no table can take its place", help: "drop it there")
        } catch {
            throw WarehouseViews(warehouse: warehouse, session: session).failure("cannot open the warehouse", error)
        }
    }

    private func inspect() async throws -> WarehouseInspection {
        guard case .duckdb(let path) = warehouse.kind else { return try await WarehouseViews(warehouse: warehouse, session: session).inspect() }
        guard FileSystem.exists(path) else { return .empty }
        return try await reading(path) { $0 }
    }

    /// - Parameter removing: tables that are taken out in the same step; those that are not there, or are views by now, are passed over.
    /// - Returns: rows published, by table in the order given, and what became of the views.
    package func publish(_ tables: [Table], removing: [WarehousePlace] = []) async throws(ConnectorError) -> (rows: [Int], views: ViewChanges) {
        switch warehouse.kind {
        case .duckdb(let path): return try await publishFile(tables, removing, path: path)
        case .postgres: return try await publishTransaction(tables, removing)
        case .files, .sqlite:
            throw ConnectorError(warehouse.name, "a warehouse is of type duckdb or postgres")
        }
    }

    private func publishTransaction(_ tables: [Table], _ removing: [WarehousePlace]) async throws(ConnectorError) -> (rows: [Int], views: ViewChanges) {
        let present = WarehouseViews(warehouse: warehouse, session: session)
        let inspection = try await present.inspect()
        let difference = inspection.difference(to: views, publishing: Set(tables.map(\.place)), removing: Set(removing))
        do {
            var counts: [Int] = []
            try await session.execute("BEGIN TRANSACTION")
            do {
                try await present.remove(difference)
                let removed = inspection.tables(of: removing)
                let gone = inspection.views.isEmpty ? [] : try await makeWay(for: tables, removed, present)
                for place in removed { try await remove(place, from: warehouse) }
                for table in tables { counts.append(try await put(table, in: warehouse)) }
                try await present.make(difference, gone: Set(gone.map(\.place)), release: release)
                let made = Set(views.map(\.place))
                for grant in gone.flatMap(\.grants) where made.contains(grant.place) { try await present.tell(grant.sql) }
                try await session.execute("COMMIT")
            } catch {
                // The first error is the one to tell.
                _ = try? await session.execute("ROLLBACK")
                throw error
            }
            return (counts, ViewChanges(difference))
        } catch {
            throw present.failure("cannot publish", error)
        }
    }

    /// A table that gets other columns is made anew, and cannot be dropped under the views that read it. Ours go, and are made again.
    private func makeWay(
        for tables: [Table], _ removing: [WarehousePlace], _ views: WarehouseViews
    ) async throws -> [(place: WarehousePlace, grants: [(place: WarehousePlace, sql: String)])] {
        var changed = removing
        for table in tables {
            let writer = DatabaseWriter(table: DatabaseTable(warehouse, "\(table.schema).\(table.name)"), session: session)
            if let present = try await writer.columnsIfExists(try writer.table.sql), present != table.columns { changed.append(table.place) }
        }
        let readers = try await views.dependents(of: changed)
        let foreign = readers.filter { !$0.isOurs }
        guard foreign.isEmpty else {
            throw views.blocked(by: foreign, "the columns of \(changed.map(\.text).sorted().joined(separator: ", ")) change, and \(changed.count == 1 ? "the table cannot" : "the tables cannot all") be made anew")
        }
        let places = Set(readers.map(\.place)).sorted()
        let grants = try await views.grants(on: places)
        try await views.drop(places)
        return places.map { place in (place, grants.filter { $0.place == place }) }
    }

    private func put(_ table: Table, in connection: ResolvedConnection) async throws -> Int {
        let writer = DatabaseWriter(table: DatabaseTable(connection, "\(table.schema).\(table.name)"), session: session)
        return try await writer.replace(
            .init(query: table.query, columns: table.columns, mode: .overwrite, key: [], mark: .init(writer: "publish", sequence: 0)))
    }

    /// Makes the next file beside the present one and exchanges them: a reader that has the old file open keeps
    /// reading it, and none has to be locked out.
    private func publishFile(_ tables: [Table], _ removing: [WarehousePlace], path: String) async throws(ConnectorError) -> (rows: [Int], views: ViewChanges) {
        let next = path + ".next"
        let incoming = ResolvedConnection(name: "_pipectl_next", kind: .duckdb(path: next))
        do {
            try FileSystem.createDirectory(FileSystem.parent(of: path))
            for leftover in [next, next + ".wal"] { try FileSystem.removeFile(leftover) }
            try await session.execute("ATTACH \(try SQL.literal(next)) AS \(try SQL.identifier(incoming.name))")
            var counts: [Int] = []
            let changes: ViewChanges
            do {
                let places = Set(tables.map(\.place))
                let old = try await keepOthers(than: places.union(removing), from: path, in: incoming)
                changes = ViewChanges(old.difference(to: views, publishing: places, removing: Set(removing)))
                let next = WarehouseViews(warehouse: incoming, session: session)
                let difference = try await next.inspect().difference(to: views, publishing: places, removing: Set(removing))
                try await next.remove(difference)
                for place in old.tables(of: removing) { try await remove(place, from: incoming) }
                for table in tables { counts.append(try await put(table, in: incoming)) }
                // Columns of views are those of their tables as they were: all are made anew.
                try await next.make(difference, everything: true, release: release)
                try await session.execute("CHECKPOINT \(try SQL.identifier(incoming.name))")
            } catch {
                _ = try? await session.execute("DETACH \(try SQL.identifier(incoming.name))")
                throw error
            }
            try await session.execute("DETACH \(try SQL.identifier(incoming.name))")
            try FileSystem.synchroniseFile(next)
            try FileSystem.rename(from: next, to: path)
            try FileSystem.synchroniseDirectory(FileSystem.parent(of: path))
            return (counts, changes)
        } catch {
            // Where the disk is full, half a warehouse would keep it so; what remains, the next publishing removes.
            for leftover in [next, next + ".wal"] { try? FileSystem.removeFile(leftover) }
            throw WarehouseViews(warehouse: warehouse, session: session).failure("cannot publish", error)
        }
    }

    private func remove(_ place: WarehousePlace, from connection: ResolvedConnection) async throws(EngineError) {
        try await session.execute("DROP TABLE IF EXISTS \(try SQL.qualified([connection.name, place.schema, place.name]))")
    }

    /// Carries over what the warehouse holds beside the tables that are published or taken out now, and views that are made anew.
    /// - Returns: what it holds.
    private func keepOthers(than tables: Set<WarehousePlace>, from path: String, in incoming: ResolvedConnection) async throws -> WarehouseInspection {
        guard FileSystem.exists(path) else { return .empty }
        return try await reading(path) { inspection in
            let published = tables.union(inspection.views.filter(\.isOurs).map(\.place))
            if !inspection.relations.isSubset(of: published) {
                try await session.execute("COPY FROM DATABASE \(try SQL.identifier(Self.old)) TO \(try SQL.identifier(incoming.name))")
            }
            return inspection
        }
    }

    private static let old = "_pipectl_old"

    /// The file is open while `body` runs, so that nobody can write to it.
    private func reading<Value>(_ path: String, _ body: (WarehouseInspection) async throws -> Value) async throws -> Value {
        let old = try SQL.identifier(Self.old)
        try await session.execute("ATTACH \(try SQL.literal(path)) AS \(old) (READ_ONLY)")
        let value: Value
        do {
            let present = ResolvedConnection(name: Self.old, kind: .duckdb(path: path))
            value = try await body(try await WarehouseViews(warehouse: present, session: session).inspect())
        } catch {
            _ = try? await session.execute("DETACH \(old)")
            throw error
        }
        try await session.execute("DETACH \(old)")
        return value
    }
}
