package import Support

extension Journal {
    /// Records that an attempt at an activity begins.
    /// - Parameter path: `load/ingest[3]/copy`, unique within the run.
    /// - Returns: the number of the attempt, from 1.
    package func beginAttempt(
        run: String, path: String, name: String, type: String, at now: Instant
    ) throws(StateError) -> Int {
        try database.write { (connection) throws(StateError) in
            _ = try require(run, &connection)
            try connection.execute(
                "DELETE FROM activities WHERE run = ? AND path = ? AND attempt = 0", [.name(run), .name(path)])
            return Int(
                try connection.rows(
                    """
                    INSERT INTO activities (run, path, attempt, name, type, status, started)
                    SELECT ?1, ?2, coalesce(max(attempt), 0) + 1, ?3, ?4, 'running', ?5
                    FROM activities WHERE run = ?1 AND path = ?2 RETURNING attempt
                    """, [.name(run), .name(path), .name(name), .name(type), .integer(now.microseconds)]
                ) { (row) throws(StateError) in try row.integer() }[0])
        }
    }

    /// Records how a running attempt ended. Throws `conflict` where it is not running.
    package func finishAttempt(
        run: String, path: String, attempt: Int, _ status: ActivityStatus, output: JSONValue? = nil, error: String? = nil,
        rows: RowCounts = RowCounts(), at now: Instant
    ) throws(StateError) {
        precondition(status != .running && status != .pending, "a finished attempt has an outcome")
        try database.write { (connection) throws(StateError) in
            let changed = try connection.execute(
                """
                UPDATE activities SET status = ?, finished = ?, output = ?, error = ?, rows_read = ?, rows_written = ?,
                rows_quarantined = ? WHERE run = ? AND path = ? AND attempt = ? AND status = 'running'
                """,
                [
                    .name(status.rawValue), .integer(now.microseconds), StateValue(output), StateValue(error),
                    StateValue(rows.read), StateValue(rows.written), StateValue(rows.quarantined), .name(run), .name(path),
                    .integer(Int64(attempt)),
                ])
            guard changed == 1 else {
                throw failure(.conflict, "attempt \(attempt) at \(path) of run \(run) is not running")
            }
        }
    }

    /// Records an activity that waits (`pending`) or will not be started (`skipped`, `cancelled`), in place of an earlier
    /// such entry. Attempts that were made stay.
    package func recordUnstarted(
        run: String, path: String, name: String, type: String, _ status: ActivityStatus, reason: String? = nil,
        at now: Instant
    ) throws(StateError) {
        precondition([.pending, .skipped, .cancelled].contains(status), "a started activity has attempts")
        try database.write { (connection) throws(StateError) in
            _ = try require(run, &connection)
            try connection.execute(
                """
                INSERT INTO activities (run, path, attempt, name, type, status, finished, error) VALUES (?, ?, 0, ?, ?, ?, ?, ?)
                ON CONFLICT (run, path, attempt) DO UPDATE
                SET status = excluded.status, finished = excluded.finished, error = excluded.error
                """,
                [
                    .name(run), .name(path), .name(name), .name(type), .name(status.rawValue),
                    StateValue(status == .pending ? nil : now.microseconds), StateValue(reason),
                ])
        }
    }

    /// All attempts of a run, in the order they were recorded.
    package func activities(run: String) throws(StateError) -> [ActivityRecord] {
        try database.read { (connection) throws(StateError) in
            try connection.rows("SELECT \(ActivityRecord.columns) FROM activities WHERE run = ? ORDER BY id", [.name(run)]) {
                (row) throws(StateError) in try ActivityRecord(&row)
            }
        }
    }

    /// Output by path of the activities whose latest attempt succeeded: what a resumed run does not do again.
    /// An activity without output has `null`.
    package func succeededActivities(run: String) throws(StateError) -> [String: JSONValue] {
        let found = try database.read { (connection) throws(StateError) in
            try connection.rows(
                """
                SELECT path, output FROM activities AS a WHERE run = ? AND status = 'succeeded'
                AND attempt = (SELECT max(attempt) FROM activities AS b WHERE b.run = a.run AND b.path = a.path)
                """, [.name(run)]
            ) { (row) throws(StateError) in (try row.text(), try row.optionalJSON() ?? .null) }
        }
        return Dictionary(uniqueKeysWithValues: found)
    }
}
