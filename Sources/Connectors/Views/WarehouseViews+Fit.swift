internal import Engine

extension WarehouseViews {
    /// Views that cannot be made upon the tables as they are: their release brings tables with other columns, and no run has published
    /// these yet. Each is described upon empty tables with the columns that are there, in a database that is gone afterwards.
    func unfit(_ difference: ViewsDifference) async throws -> Set<WarehousePlace> {
        let candidates = WarehouseView.inOrder(difference.create + difference.replace.map(\.view))
        guard !candidates.isEmpty else { return [] }
        let scratch = "_pipectl_scratch"
        try await session.execute("ATTACH ':memory:' AS \(try SQL.identifier(scratch))")
        do {
            let found = try await unfit(candidates, in: scratch)
            try await session.execute("DETACH \(try SQL.identifier(scratch))")
            return found
        } catch {
            // The first error is the one to tell.
            _ = try? await session.execute("DETACH \(try SQL.identifier(scratch))")
            throw error
        }
    }

    private func unfit(_ candidates: [WarehouseView], in scratch: String) async throws -> Set<WarehousePlace> {
        var made: Set<WarehousePlace> = []
        var unfit: Set<WarehousePlace> = []
        for view in candidates {
            do {
                for place in view.reads.sorted() where !made.contains(place.folded) {
                    let columns = try await session.describe("SELECT * FROM \(try SQL.qualified([warehouse.name, place.schema, place.name]))")
                    try await make(place, columns, in: scratch)
                    made.insert(place.folded)
                }
                let columns = try await describe(view, in: scratch)
                try await make(view.place, columns, in: scratch)
                made.insert(view.place.folded)
            } catch let error as EngineError where error.kind == .binder || error.kind == .catalog {
                unfit.insert(view.place)
            }
        }
        return unfit
    }

    private func describe(_ view: WarehouseView, in scratch: String) async throws -> [SQLColumn] {
        let rows = try await session.query("SELECT current_database(), current_schema()", [])
        guard let row = rows.rows.first, case .text(let database) = row[0], case .text(let schema) = row[1] else {
            throw EngineError(.other, "the engine does not tell its current database")
        }
        try await session.execute("USE \(try SQL.identifier(scratch))")
        let answer: Result<[SQLColumn], EngineError>
        do throws(EngineError) {
            answer = .success(try await session.describe(view.sql))
        } catch {
            answer = .failure(error)
        }
        try await session.execute("USE \(try SQL.qualified([database, schema]))")
        return try answer.get()
    }

    private func make(_ place: WarehousePlace, _ columns: [SQLColumn], in scratch: String) async throws(EngineError) {
        var list: [String] = []
        for column in columns { list.append("\(try SQL.identifier(column.name)) \(column.type.sql)") }
        try await session.execute("CREATE SCHEMA IF NOT EXISTS \(try SQL.qualified([scratch, place.schema]))")
        try await session.execute("CREATE OR REPLACE TABLE \(try SQL.qualified([scratch, place.schema, place.name])) (\(list.joined(separator: ", ")))")
    }
}
