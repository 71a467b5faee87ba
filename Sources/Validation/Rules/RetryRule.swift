internal import Assets
internal import Diagnostics

/// Retries of what does not get better, or worse, by repetition. Writes of rows are repeatable: each carries a mark of its run.
enum RetryRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        scope.pipeline.forEachActivity { activity in
            guard activity.retry.count > 0 else { return }
            let range = activity.retry.range ?? activity.name.range
            switch activity.kind {
            case .fail:
                diagnostics.append(
                    scope.finding(
                        .retryWithoutEffect, "this activity fails at every attempt", at: range, in: activity, help: "remove \"retry\""))
            case .wait(let seconds) where seconds.literal != nil:
                diagnostics.append(
                    scope.finding(
                        .retryWithoutEffect, "waiting does not fail, so there is nothing to retry", at: range, in: activity,
                        help: "remove \"retry\""))
            case .forEach, .if:
                guard let (inner, name) = append(in: activity.kind.children) else { return }
                diagnostics.append(
                    scope.finding(
                        .retryNotRepeatable, "each attempt adds to variable \"\(name.value)\" again", at: range, in: activity,
                        labels: [.init(name.range, "added to by \"\(inner.name.value)\"")],
                        help: "retry the activities inside instead, or set the variable before"))
            default: break
            }
        }
        return diagnostics
    }

    private static func append(in activities: [Activity]) -> (activity: Activity, variable: Located<String>)? {
        for activity in activities {
            if case .appendVariable(let name, _) = activity.kind { return (activity, name) }
            if let found = append(in: activity.kind.children) { return found }
        }
        return nil
    }
}

extension DiagnosticCode {
    static let retryNotRepeatable = DiagnosticCode(
        "retry-not-repeatable", .warning, isAdvice: true, summary: "A step is retried whose repetition changes the result.",
        explanation: "Rows are written once however often an activity is tried, but a variable is added to at every attempt: after a retry its list holds values twice. Retry the activities inside the loop or branch instead of all of it.",
        example: "- name: each\n  type: forEach\n  retry: { count: 2 }\n  items: [a, b]\n  activities:\n    - { name: note, type: appendVariable, variable: names, value: \"${{ item() }}\" }",
        fix: "- name: each\n  type: forEach\n  items: [a, b]\n  activities:\n    - { name: note, type: appendVariable, variable: names, value: \"${{ item() }}\" }")
    static let retryWithoutEffect = DiagnosticCode(
        "retry-without-effect", .warning, isAdvice: true, summary: "A step is retried that always or never fails.",
        explanation: "`fail` ends every attempt alike, and only later; `wait` does not fail. Remove the retry.",
        example: "- { name: stop, type: fail, message: no rows, retry: { count: 3 } }", fix: "- { name: stop, type: fail, message: no rows }")
}
