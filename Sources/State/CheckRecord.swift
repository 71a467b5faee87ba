package import Support

/// The outcome of one check on the rows an activity was about to publish.
package struct CheckRecord: Sendable, Hashable {
    package let run: String
    /// Path of the activity.
    package let path: String
    /// Unique within the activity: `notNull order_id`.
    package let name: String
    /// The table checked.
    package let table: String?
    /// `notNull`, `unique`, ...
    package let kind: String
    /// `fail`, `warn`, `drop` or `quarantine`.
    package let onViolation: String
    /// Rows that violate it.
    package let violations: Int64
    package let passed: Bool
    /// A few of those rows.
    package let sample: JSONValue?

    package init(
        run: String, path: String, name: String, table: String? = nil, kind: String, onViolation: String,
        violations: Int64, passed: Bool, sample: JSONValue? = nil
    ) {
        self.run = run
        self.path = path
        self.name = name
        self.table = table
        self.kind = kind
        self.onViolation = onViolation
        self.violations = violations
        self.passed = passed
        self.sample = sample
    }
}

extension CheckRecord {
    /// In the order in which `init(_ row:)` reads.
    static let columns = "run, path, name, table_name, kind, on_violation, violations, passed, sample"

    init(_ row: inout Row) throws(StateError) {
        run = try row.text()
        path = try row.text()
        name = try row.text()
        table = row.optionalText()
        kind = try row.text()
        onViolation = try row.text()
        violations = try row.integer()
        passed = try row.integer() != 0
        sample = try row.optionalJSON()
    }
}

extension Journal {
    /// Records the outcomes of an activity's checks, in place of those of an earlier attempt with the same names.
    package func recordChecks(_ checks: [CheckRecord]) throws(StateError) {
        guard !checks.isEmpty else { return }
        try database.write { (connection) throws(StateError) in
            for check in checks {
                _ = try require(check.run, &connection)
                try connection.execute(
                    "INSERT OR REPLACE INTO checks (\(CheckRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        .name(check.run), .name(check.path), .text(check.name), StateValue(name: check.table), .name(check.kind),
                        .name(check.onViolation), .integer(check.violations), .integer(check.passed ? 1 : 0),
                        StateValue(check.sample),
                    ])
            }
        }
    }

    /// The checks of a run, in the order they were recorded.
    package func checks(run: String) throws(StateError) -> [CheckRecord] {
        try database.read { (connection) throws(StateError) in
            try connection.rows("SELECT \(CheckRecord.columns) FROM checks WHERE run = ? ORDER BY id", [.name(run)]) {
                (row) throws(StateError) in try CheckRecord(&row)
            }
        }
    }
}
