extension Journal {
    /// The version of a table this run reads from here on: the one pinned at the first read, else `version`, which is
    /// pinned now.
    package func pin(run: String, table: String, version: Int64) throws(StateError) -> Int64 {
        try database.write { (connection) throws(StateError) in
            _ = try require(run, &connection)
            try connection.execute(
                "INSERT INTO pins VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [.name(run), .name(table), .integer(version)])
            return try connection.rows(
                "SELECT version FROM pins WHERE run = ? AND table_name = ?", [.name(run), .name(table)]
            ) { (row) throws(StateError) in try row.integer() }[0]
        }
    }

    /// Moves a run's pin on, after the run itself has written a new version.
    package func movePin(run: String, table: String, to version: Int64) throws(StateError) {
        try database.write { (connection) throws(StateError) in
            _ = try require(run, &connection)
            try connection.execute(
                "INSERT INTO pins VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version",
                [.name(run), .name(table), .integer(version)])
        }
    }

    /// Pinned version by table.
    package func pins(run: String) throws(StateError) -> [String: Int64] {
        let found = try database.read { (connection) throws(StateError) in
            try connection.rows("SELECT table_name, version FROM pins WHERE run = ?", [.name(run)]) {
                (row) throws(StateError) in (try row.text(), try row.integer())
            }
        }
        return Dictionary(uniqueKeysWithValues: found)
    }

    /// Records what an activity read. Recording the same twice is allowed.
    package func recordInput(run: String, path: String, table: String, version: Int64?) throws(StateError) {
        try record(TableUse(run: run, path: path, direction: .input, table: table, version: version))
    }

    /// Records what an activity wrote. Recording the same version again replaces its row count.
    package func recordOutput(
        run: String, path: String, table: String, version: Int64?, rows: Int64?
    ) throws(StateError) {
        try record(TableUse(run: run, path: path, direction: .output, table: table, version: version, rows: rows))
    }

    private func record(_ use: TableUse) throws(StateError) {
        try database.write { (connection) throws(StateError) in
            _ = try require(use.run, &connection)
            try connection.execute(
                """
                INSERT INTO table_uses (\(TableUse.columns)) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (run, path, direction, table_name, coalesce(version, -1)) DO UPDATE SET rows = excluded.rows
                """,
                [
                    .name(use.run), .name(use.path), .name(use.direction.rawValue), .name(use.table),
                    StateValue(use.version), StateValue(use.rows),
                ])
        }
    }

    /// What a run read and wrote, in the order it was recorded.
    package func tableUses(run: String) throws(StateError) -> [TableUse] {
        try uses("run = ?", [.name(run)])
    }

    /// The runs' reads and writes of one table, in the order they were recorded.
    package func tableUses(table: String) throws(StateError) -> [TableUse] {
        try uses("table_name = ?", [.name(table)])
    }

    private func uses(_ condition: String, _ values: [StateValue]) throws(StateError) -> [TableUse] {
        try database.read { (connection) throws(StateError) in
            try connection.rows("SELECT \(TableUse.columns) FROM table_uses WHERE \(condition) ORDER BY id", values) {
                (row) throws(StateError) in try TableUse(&row)
            }
        }
    }
}
