internal import Engine
internal import Support

/// Asks the engine what it makes of SQL whose tokens differ.
enum SQLTrees {
    static func compare(_ old: inout Meaning, _ new: inout Meaning, _ engine: EngineSupply) async throws(EngineError) {
        let (before, after) = (texts(old), texts(new))
        // What stands in one side only, token by token.
        let open = Set(before.keys).symmetricDifference(after.keys).sorted()
        guard !open.isEmpty else { return }
        let queries = open.map { before[$0] ?? after[$0] ?? "" }
        let answers = try await engine.sessions(1)[0].query(
            """
            SELECT json_serialize_sql(query, skip_null := true, skip_empty := true, skip_default := true)
            FROM (SELECT unnest($1::VARCHAR[]) AS query)
            """, [.list(queries.map { .text($0.utf8.contains(0) || SQL.endlessComment(in: $0) != nil ? "" : $0) })])
        var trees: [ExactText: JSONValue] = [:]
        for (text, row) in zip(open, answers.rows) {
            // What is no SELECT, or nests deeper than JSON is read, is compared by its tokens.
            guard case .text(let json) = row[0], let tree = try? JSONValue(parsing: json), tree["error"]?.asBool == false else { continue }
            trees[text] = withoutPlaces(tree)
        }
        set(trees, in: &old)
        set(trees, in: &new)
    }

    /// Texts to be parsed by their tokens.
    private static func texts(_ meaning: Meaning) -> [ExactText: String] {
        var result: [ExactText: String] = [:]
        for sql in meaning.sql.values where sql.role != .foreign { result[key(sql)] = sql.parsable }
        for part in meaning.parts { result.merge(texts(part)) { first, _ in first } }
        return result
    }

    private static func key(_ sql: SQLMeaning) -> ExactText { ExactText((sql.role == .condition ? "?" : "=") + sql.tokens.text) }

    private static func set(_ trees: [ExactText: JSONValue], in meaning: inout Meaning) {
        for (field, sql) in meaning.sql { meaning.sql[field]?.tree = sql.role == .foreign ? nil : trees[key(sql)] }
        for index in meaning.parts.indices { set(trees, in: &meaning.parts[index]) }
    }

    private static func withoutPlaces(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            .object(JSONObject(object.members.filter { $0.key != "query_location" }.map { ($0.key, withoutPlaces($0.value)) }))
        case .array(let items): .array(items.map(withoutPlaces))
        default: value
        }
    }
}
