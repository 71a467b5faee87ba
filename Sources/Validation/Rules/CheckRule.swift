internal import Assets
internal import Diagnostics
internal import Support

/// Columns named twice, and checks that no row can pass.
enum CheckRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        scope.pipeline.forEachActivity { activity in
            guard let write = activity.kind.write else { return }
            diagnostics += duplicates(write.key, in: "the key", activity, scope)
            if case .copy(let copy) = activity.kind, let incremental = copy.source.incremental {
                diagnostics += duplicates(incremental.key, in: "the key", activity, scope)
            }
            for check in write.checks {
                switch check.kind {
                case .notNull(let columns), .unique(let columns):
                    diagnostics += duplicates(columns, in: "this check", activity, scope)
                    if columns.isEmpty { diagnostics.append(impossible("the check names no column", check, activity, scope, help: "name a column, or remove the check")) }
                case .accepted(let column, let values) where values.isEmpty:
                    diagnostics.append(
                        impossible(
                            "no value is accepted, so every row with a value in \"\(column.value)\" violates the check", check, activity, scope,
                            help: "list the values, or remove the check"))
                case .range(let column, let minimum?, let maximum?) where isAbove(minimum, maximum):
                    diagnostics.append(
                        impossible(
                            "no value of \"\(column.value)\" is at least \(minimum.text()) and at most \(maximum.text())", check, activity, scope,
                            help: "write min: \(maximum.text()), max: \(minimum.text()), if they were swapped"))
                case .schema(let columns):
                    diagnostics += ColumnDeclarations.check(
                        columns, asset: scope.asset(activity), labels: activity.call.map { [.init($0, "in this use of the template")] } ?? [])
                default: break
                }
            }
        }
        return diagnostics
    }

    private static func impossible(_ message: String, _ check: Check, _ activity: Activity, _ scope: PipelineScope, help: String) -> Diagnostic {
        scope.finding(.impossibleCheck, message, at: check.range, in: activity, help: help)
    }

    /// SQL does not tell names apart by case.
    private static func duplicates(_ columns: [Located<String>], in place: String, _ activity: Activity, _ scope: PipelineScope) -> [Diagnostic] {
        var first: [String: Located<String>] = [:]
        return columns.compactMap { column in
            guard let earlier = first.updateValue(column, forKey: column.value.lowercased()) else { return nil }
            first[column.value.lowercased()] = earlier
            return scope.finding(
                .duplicateColumn, "\(place) names column \"\(column.value)\" twice", at: column.range, in: activity,
                labels: [.init(earlier.range, "first here")], help: "remove one of them, or name the column that was meant")
        }
    }

    /// Numbers by value, days and times by the clock, words as SQL orders them; what cannot be compared is let be.
    private static func isAbove(_ minimum: JSONValue, _ maximum: JSONValue) -> Bool {
        if let low = minimum.asDouble, let high = maximum.asDouble { return low > high }
        guard let low = minimum.asString, let high = maximum.asString else { return false }
        if let low = ParameterType.timestamp(low), let high = ParameterType.timestamp(high) {
            return low.isUTC == high.isUTC && low.microseconds > high.microseconds
        }
        // Texts of digits may be bounds of a column of numbers.
        guard let first = low.unicodeScalars.first, let second = high.unicodeScalars.first, first.properties.isAlphabetic, second.properties.isAlphabetic
        else { return false }
        return high.utf8.lexicographicallyPrecedes(low.utf8)
    }
}

extension DiagnosticCode {
    static let duplicateColumn = DiagnosticCode(
        "duplicate-column", .warning, isAdvice: true, summary: "A list of columns names one twice.",
        explanation: "The second has no effect, and often another column was meant.",
        example: "key: [order_id, order_id]", fix: "key: [order_id, line]")
    static let impossibleCheck = DiagnosticCode(
        "impossible-check", summary: "No row can pass a check.",
        explanation: "The least value lies above the greatest, or the list of columns or values is empty.",
        example: "- range: { column: quantity, min: 10, max: 1 }", fix: "- range: { column: quantity, min: 1, max: 10 }")
}
