package import Support

extension Journal {
    /// A number in the sequence of runs, for what is no run.
    package func drawSequence(at now: Instant) throws(StateError) -> Int64 {
        try database.write { (connection) throws(StateError) in try Self.nextSequence(at: now, &connection) }
    }

    /// Recording the same again is to no effect.
    package func record(_ restoration: RestorationRecord) throws(StateError) {
        try database.write { (connection) throws(StateError) in
            try connection.execute(
                """
                INSERT INTO restorations (\(RestorationRecord.columns), last_use)
                SELECT ?, ?, ?, ?, ?, ?, coalesce(max(id), 0) FROM table_uses WHERE true ON CONFLICT DO NOTHING
                """,
                [
                    .integer(restoration.sequence), .name(restoration.environment), .integer(Int64(restoration.release)),
                    .integer(Int64(restoration.target)), .integer(restoration.time.microseconds), .name(restoration.tables.text()),
                ])
        }
    }

    /// Oldest first.
    package func restorations(environment: String) throws(StateError) -> [RestorationRecord] {
        try database.read { (connection) throws(StateError) in
            try connection.rows(
                "SELECT \(RestorationRecord.columns) FROM restorations WHERE environment = ? ORDER BY sequence", [.name(environment)]
            ) { (row) throws(StateError) in try RestorationRecord(&row) }
        }
    }

    /// Runs of releases after the one with that number, by id, with the time of their start. Those without a release count from `next`
    /// on, when the release after it was made.
    package func runs(environment: String, afterRelease number: Int, next: Instant) throws(StateError) -> [String: Instant] {
        let found = try database.read { (connection) throws(StateError) in
            try connection.rows("SELECT id, started FROM runs AS r WHERE \(Self.isLater)", Self.later(environment, number, next)) {
                (row) throws(StateError) in (try row.text(), try row.instant())
            }
        }
        return Dictionary(uniqueKeysWithValues: found)
    }

    /// What those runs wrote, but for the warehouse, in the order it was recorded.
    package func outputs(environment: String, afterRelease number: Int, next: Instant) throws(StateError) -> [TableUse] {
        try database.read { (connection) throws(StateError) in
            try connection.rows(
                """
                SELECT \(TableUse.columns) FROM table_uses AS u WHERE direction = 'output'
                AND EXISTS (SELECT 1 FROM runs AS r WHERE r.id = u.run AND \(Self.isLater))
                AND NOT EXISTS (SELECT 1 FROM activities AS a WHERE a.run = u.run AND a.path = u.path AND a.type = 'publish') ORDER BY id
                """, Self.later(environment, number, next)
            ) { (row) throws(StateError) in try TableUse(&row) }
        }
    }

    /// `12-0a1b2c3d4e5f` is cast to 12.
    private static let isLater = """
        r.environment = ? AND (CAST(r.release_name AS INTEGER) > ? OR r.release_name IS NULL AND r.started >= ?)
        """

    private static func later(_ environment: String, _ number: Int, _ next: Instant) -> [StateValue] {
        [.name(environment), .integer(Int64(number)), .integer(next.microseconds)]
    }

    /// A table that was put into the warehouse, by a run or when data was taken back.
    package struct Publication: Sendable, Hashable {
        package enum Source: Sendable, Hashable {
            case run(String)
            /// Of that release.
            case restoration(release: Int)
        }

        package let source: Source
        /// `gold.sales`
        package let table: String
        /// Of the lake's table; nil where it was taken out.
        package let version: Int64?
        /// Whether it is known to have come to its end.
        package let isDone: Bool
    }

    /// In the order in which they were made.
    package func publications(environment: String) throws(StateError) -> [Publication] {
        try database.read { (connection) throws(StateError) in
            let runs = try connection.rows(
                """
                SELECT coalesce(o.id, i.id), i.run, i.table_name, i.version, o.id IS NOT NULL FROM table_uses AS i
                JOIN runs AS r ON r.id = i.run AND r.environment = ?
                LEFT JOIN table_uses AS o
                ON o.run = i.run AND o.path = i.path AND o.direction = 'output' AND o.table_name = 'warehouse.' || i.table_name
                WHERE i.direction = 'input'
                AND EXISTS (SELECT 1 FROM activities AS a WHERE a.run = i.run AND a.path = i.path AND a.type = 'publish')
                """, [.name(environment)]
            ) { (row) throws(StateError) in
                let id = try row.integer()
                let source = Publication.Source.run(try row.text())
                return (id, Publication(source: source, table: try row.text(), version: row.optionalInteger(), isDone: try row.integer() != 0))
            }
            let restorations = try connection.rows(
                "SELECT last_use, \(RestorationRecord.columns) FROM restorations WHERE environment = ? ORDER BY sequence", [.name(environment)]
            ) { (row) throws(StateError) in (try row.integer(), try RestorationRecord(&row)) }
            var all = runs.map { (place: $0.0, rank: 0, publication: $0.1) }
            for (rank, (place, record)) in restorations.enumerated() {
                for (table, version) in record.warehouse {
                    all.append((place, rank + 1, Publication(source: .restoration(release: record.release), table: table, version: version, isDone: true)))
                }
            }
            return all.sorted { ($0.place, $0.rank, $0.publication.table) < ($1.place, $1.rank, $1.publication.table) }.map(\.publication)
        }
    }
}
