package import Support

extension DuckDBSession {
    /// By the engine's `json_serialize_plan`, not optimised, so that every expression still is as the query has it. What
    /// the query names must exist; what is wrong with it is the error that `describe` gives.
    package func boundPlan(of sql: String) async throws(EngineError) -> JSONValue {
        if sql.utf8.contains(0) { throw EngineError(.syntax, "the statement holds a NUL byte", sql: sql) }
        let answer = try await perform(optimizing: false) { connection throws(EngineError) in
            try Self.rows(
                connection, "SELECT json_serialize_plan($1::VARCHAR, skip_null := true, skip_empty := true)", [.text(sql)]
            ).rows.first?.first
        }
        guard case .text(let text)? = answer else { throw EngineError(.other, "the engine gives no plan", sql: sql) }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: text)
        } catch {
            throw EngineError(.other, "the engine's plan cannot be read: \(error.message)", sql: sql)
        }
        if document["error"]?.asBool == true {
            throw EngineError(
                document["error_type"]?.asString == "parser" ? .syntax : .binder,
                document["error_message"]?.asString ?? "the query cannot be planned", sql: sql,
                offset: document["position"]?.asString.flatMap { Int($0) })
        }
        guard let plans = document["plans"]?.asArray, plans.count == 1 else {
            throw EngineError(.syntax, "one query is expected", sql: sql)
        }
        return plans[0]
    }
}
