internal import Support

extension Journal {
    /// Runs that match, newest first, at most `limit`.
    package func runs(_ filter: RunFilter = RunFilter(), limit: Int = 50) throws(StateError) -> [RunRecord] {
        var conditions: [String] = []
        var values: [StateValue] = []
        func require(_ condition: String, _ value: StateValue) {
            conditions.append(condition)
            values.append(value)
        }
        if !filter.includesChildren { conditions.append("parent IS NULL") }
        if let pipeline = filter.pipeline { require("pipeline = ?", .name(pipeline)) }
        if let environment = filter.environment { require("environment = ?", .name(environment)) }
        if let since = filter.since { require("started >= ?", .integer(since.microseconds)) }
        if let before = filter.before { require("started < ?", .integer(before.microseconds)) }
        if !filter.statuses.isEmpty {
            conditions.append("status IN (\(filter.statuses.map { _ in "?" }.joined(separator: ", ")))")
            values += filter.statuses.map { .name($0.rawValue) }
        }
        let condition = conditions.isEmpty ? "true" : conditions.joined(separator: " AND ")
        values.append(.integer(Int64(limit)))
        return try database.read { (connection) throws(StateError) in
            try connection.rows(
                "SELECT \(RunRecord.columns) FROM runs WHERE \(condition) ORDER BY sequence DESC LIMIT ?", values
            ) { (row) throws(StateError) in try RunRecord(&row) }
        }
    }

    /// Runs the given one started, oldest first.
    package func children(of id: String) throws(StateError) -> [RunRecord] {
        try database.read { (connection) throws(StateError) in
            try connection.rows("SELECT \(RunRecord.columns) FROM runs WHERE parent = ? ORDER BY sequence", [.name(id)]) {
                (row) throws(StateError) in try RunRecord(&row)
            }
        }
    }

    /// The run a user means: an id, `last` (the newest that no other run started), or a beginning of an id or of its
    /// last part that fits one run only.
    /// - Throws: `notFound`, or `ambiguous` with the ids that fit.
    package func run(matching text: String) throws(StateError) -> RunRecord {
        try database.read { (connection) throws(StateError) in
            if text == "last" {
                if let run = try Self.find("parent IS NULL ORDER BY sequence DESC LIMIT 1", [], &connection) { return run }
                throw failure(.notFound, "there are no runs yet")
            }
            if let run = try Self.find("id = ?", [.name(text)], &connection) { return run }
            // The id is compared by substr: LIKE would give `%` and `_` a meaning.
            let found = try connection.rows(
                """
                SELECT \(RunRecord.columns) FROM runs
                WHERE length(?1) > 0 AND (substr(id, 1, length(?1)) = ?1 OR substr(id, 17, length(?1)) = ?1)
                ORDER BY sequence DESC LIMIT 6
                """, [.name(text)]
            ) { (row) throws(StateError) in try RunRecord(&row) }
            if found.count == 1 { return found[0] }
            guard !found.isEmpty else { throw failure(.notFound, "there is no run \"\(text)\"") }
            let names = found.prefix(5).map(\.id).joined(separator: ", ") + (found.count > 5 ? ", ..." : "")
            throw failure(.ambiguous, "\"\(text)\" fits more than one run: \(names)")
        }
    }

    /// The run with exactly this id, nil where there is none.
    package func run(_ id: String) throws(StateError) -> RunRecord? {
        try database.read { (connection) throws(StateError) in try Self.find("id = ?", [.name(id)], &connection) }
    }

    static func find(
        _ condition: String, _ values: [StateValue], _ connection: inout Connection
    ) throws(StateError) -> RunRecord? {
        try connection.rows("SELECT \(RunRecord.columns) FROM runs WHERE \(condition)", values) {
            (row) throws(StateError) in try RunRecord(&row)
        }.first
    }

    func require(_ id: String, _ connection: inout Connection) throws(StateError) -> RunRecord {
        guard let run = try Self.find("id = ?", [.name(id)], &connection) else {
            throw failure(.notFound, "there is no run \"\(id)\"")
        }
        return run
    }
}
