internal import Assets
internal import Engine

/// Conditions of the checks of steps whose columns are known.
extension SQLCompilation {
    /// All conditions of a step as one query; where that fails, one by one.
    mutating func check(_ compilers: inout Compilers) async throws(EngineError) {
        var left: [(position: Int, checks: CheckConditions)] = []
        var quick: [(position: Int, checks: CheckConditions)] = []
        var queries: [DescribedQuery] = []
        for position in compilers.indices {
            for checks in compilers[position].compiler.conditions(columns) {
                if DescribedQuery.canGive(checks.rows), var given = given(checks.conditions.compactMap(\.table)) {
                    given[[SQLColumn].rowsName] = checks.rows
                    quick.append((position, checks))
                    queries.append(DescribedQuery(checks.together(from: try SQL.identifier([SQLColumn].rowsName)), given: given))
                } else {
                    left.append((position, checks))
                }
            }
        }
        var compiled: [(position: Int, checks: CheckConditions)] = []
        for (question, answer) in zip(quick, try await describe(queries)) {
            if case .failure = answer { left.append(question) } else { compiled.append(question) }
        }
        // A condition may name tables that the query has opened.
        try await make(Set(left.flatMap { compilers[$0.position].compiler.tables + $0.checks.conditions.compactMap(\.table) }))
        for (position, checks) in left {
            let rows = try checks.rows.row()
            var fine: [CheckCondition] = []
            for (condition, answer) in zip(checks.conditions, try await describe(checks.conditions.map { DescribedQuery($0.query(upon: rows)) })) {
                guard case .failure(let error) = answer else {
                    fine.append(condition)
                    continue
                }
                var concernsManyRows = false
                if let query = condition.manyRowsQuery(upon: rows), case .success? = try await describe([DescribedQuery(query)]).first {
                    concernsManyRows = true
                }
                compilers[position].compiler.report(condition, error, concernsManyRows: concernsManyRows)
            }
            compiled.append((position, CheckConditions(rows: checks.rows, conditions: fine)))
        }
        try await evaluate(compiled, of: &compilers)
    }

    /// Constants become values of their types only where a condition is evaluated: once, for a row of NULL.
    private func evaluate(_ compiled: [(position: Int, checks: CheckConditions)], of compilers: inout Compilers) async throws(EngineError) {
        let asked = compiled.compactMap { position, checks -> (position: Int, checks: CheckConditions)? in
            let conditions = checks.conditions.filter { $0.comparesConstants(checks.rows) }
            return conditions.isEmpty ? nil : (position, CheckConditions(rows: checks.rows, conditions: conditions))
        }
        var queries: [DescribedQuery] = []
        for (_, checks) in asked { queries.append(Self.evaluated(checks.together(from: "(\(try checks.rows.row()))"))) }
        for ((position, checks), answer) in zip(asked, try await describe(queries)) {
            guard case .failure = answer else { continue }
            let rows = try checks.rows.row()
            for (condition, answer) in zip(checks.conditions, try await describe(checks.conditions.map { Self.evaluated($0.query(upon: rows)) })) {
                guard case .failure(let error) = answer, error.kind == .conversion else { continue }
                compilers[position].compiler.report(condition, error, concernsManyRows: false)
            }
        }
    }

    /// A query that is run, for the errors of it.
    static func evaluated(_ sql: String) -> DescribedQuery { DescribedQuery("SELECT 1", after: sql) }
}
