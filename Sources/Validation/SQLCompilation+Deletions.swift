internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Engine
internal import Support

/// Conditions by which rows of tables are deleted, once the columns of all tables are known.
extension SQLCompilation {
    private struct Deletion {
        let unit: Int
        let facts: PipelineFacts.Deletion
        let rows: [SQLColumn]
        let position: Int
    }

    mutating func compileDeletions() async throws(EngineError) {
        var open: [Deletion] = []
        for (unit, facts) in units.map(\.facts).enumerated() {
            for deletion in facts.deletions {
                let number = columns.number(of: .lake(deletion.table))
                guard let rows = columns[number] else { continue }
                let key = key(of: deletion, upon: number, unit)
                let known = key.flatMap(earlier)
                if known == nil { open.append(Deletion(unit: unit, facts: deletion, rows: rows, position: outcomes.count)) }
                keys.append(key)
                outcomes.append(known ?? StepOutcome())
            }
        }
        guard !open.isEmpty else { return }
        try await loadUnits(Set(open.map(\.unit)).sorted())
        // Whether a run can see tables that a condition names itself hangs on what the run has read before.
        let conditions = open.map { condition(of: $0) }
        let answers = try await engine.divide(conditions.map { Self.query($0, upon: "t").sql }) { session, texts in
            await session.tableReferences(inEach: texts)
        }
        var asked: [(deletion: Deletion, condition: SQLCondition)] = []
        for ((deletion, condition), answer) in zip(zip(open, conditions), answers) {
            guard let condition, SQL.unopenedBracket(in: condition.value) == nil else { continue }
            if case .success(let tables) = answer, tables.count > 1 { continue }
            asked.append((deletion, condition))
        }
        let given = try SQL.identifier([SQLColumn].rowsName)
        let quick = asked.map { deletion, condition in
            DescribedQuery(
                Self.query(condition, upon: given).sql, given: DescribedQuery.canGive(deletion.rows) ? [[SQLColumn].rowsName: deletion.rows] : [:])
        }
        for ((deletion, condition), answer) in zip(asked, try await describe(quick)) {
            let query = Self.query(condition, upon: "(\(try deletion.rows.row()))")
            let own: DescribedQuery
            if case .failure = answer {
                own = DescribedQuery(query.sql)
            } else if condition.value.utf8.contains(UInt8(ascii: "'")), SQL.isPlainExpression(condition.value) {
                // Constants become values of their types only where it is evaluated.
                own = Self.evaluated(query.sql)
            } else {
                continue
            }
            guard case .failure(let error)? = try await describe([own]).first else { continue }
            if case .success = answer, error.kind != .conversion { continue }
            let problem = ConditionProblem(error, of: condition, at: query.offset, in: query.sql)
            outcomes[deletion.position].diagnostics = [
                deletion.facts.site.finding(problem.code, problem.message, at: problem.range, help: problem.help)
            ]
        }
    }

    private func condition(of deletion: Deletion) -> SQLCondition? {
        guard let activity = units[deletion.unit].model?.file.pipeline?.activity(named: deletion.facts.activity),
            case .delete(.rows(_, let condition)) = activity.kind
        else { return nil }
        return condition.written
    }

    /// As a run finds the rows that go.
    private static func query(_ condition: SQLCondition?, upon rows: String) -> (sql: String, offset: Int) {
        let opening = "SELECT count(*) FROM \(rows) AS t WHERE (\n"
        return ("\(opening)\(condition?.value ?? "true")\n)", opening.utf8.count)
    }

    private mutating func key(of deletion: PipelineFacts.Deletion, upon table: Int, _ unit: Int) -> ContentDigest? {
        guard let unit = units[unit].key else { return nil }
        var builder = ContentDigestBuilder()
        builder.add("deletion")
        builder.add(unit)
        builder.add(deletion.activity)
        columns.addState(of: table, to: &builder)
        return builder.digest
    }
}
