internal import Engine

/// Which views of a DuckDB warehouse are ours, in a table of it: `create or replace view` takes the comment of a view away, and with
/// it the mark. On a server comments stay.
struct ViewRecord {
    static let place = WarehousePlace(schema: "main", name: "_pipectl_views")

    /// Name of the database in the engine.
    let database: String
    let session: any EngineSession

    private func table() throws(EngineError) -> String { try SQL.qualified([database, Self.place.schema, Self.place.name]) }

    /// By places in lower case.
    func read() async throws(EngineError) -> [WarehousePlace: ViewMark] {
        let rows = try await session.query("SELECT schema_name, view_name, mark FROM \(try table())", []).rows
        return Dictionary(
            rows.compactMap { row in
                guard case .text(let mark) = row[2] else { return nil }
                return ViewMark(comment: mark).map { (WarehouseViews.place(row).folded, $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// In the transaction that makes the views. Where there are none no table is left.
    func write(_ marks: [(place: WarehousePlace, mark: ViewMark)]) async throws(EngineError) {
        guard !marks.isEmpty else {
            try await session.execute("DROP TABLE IF EXISTS \(try table())")
            return
        }
        try await session.execute("CREATE OR REPLACE TABLE \(try table()) (schema_name VARCHAR, view_name VARCHAR, mark VARCHAR)")
        var rows: [String] = []
        for (place, mark) in marks.sorted(by: { $0.place < $1.place }) {
            rows.append("(\(try SQL.literal(place.schema)), \(try SQL.literal(place.name)), \(try SQL.literal(mark.comment)))")
        }
        try await session.execute("INSERT INTO \(try table()) VALUES \(rows.joined(separator: ", "))")
    }
}
