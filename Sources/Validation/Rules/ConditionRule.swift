internal import Assets
internal import Diagnostics
internal import Engine

/// A condition is one expression by itself: put between brackets, it must not close them.
enum ConditionRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        scope.pipeline.forEachActivity { activity in
            for condition in activity.sqlConditions {
                guard let offset = SQL.unopenedBracket(in: condition.value) else { continue }
                diagnostics.append(
                    scope.finding(
                        .sqlSyntax, "this bracket closes none of the condition", at: condition.range(at: offset, length: 1), in: activity,
                        help: "remove it, or open it in the condition"))
            }
        }
        return diagnostics
    }
}

extension Activity {
    /// Conditions in SQL that stand in the file.
    fileprivate var sqlConditions: [SQLCondition] {
        if case .delete(.rows(_, let condition)) = kind { return [condition.written].compactMap { $0 } }
        return (kind.write?.checks ?? []).compactMap { if case .expression(let sql, _) = $0.kind { sql } else { nil } }
    }
}
