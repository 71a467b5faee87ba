package import Assets
package import Diagnostics
internal import Support

extension PipelineFacts {
    /// How a step writes its table, and what it asks of the table's columns.
    package struct Write: Sendable {
        /// Where the table is named.
        package let into: SourceRange
        package let mode: WriteMode
        package let schemaChange: SchemaChange
        /// Of two steps of one pipeline that write the same table, the one with the lower number runs first.
        package let order: Int
        /// It runs in some runs only: in a branch, after a failure, or after something that does.
        package let isConditional: Bool
        /// Rows that checks find wrong are kept in the table's quarantine.
        package let quarantines: Bool
        /// Rows that checks find wrong are left out, kept in quarantine or not.
        package let sortsOut: Bool
        /// Columns that rows are merged by, in lower case.
        package let keys: [String]
        package let schemaChecks: [SchemaCheck]
    }

    /// A check `schema`, as far as its types are types.
    package struct SchemaCheck: Sendable {
        package struct Column: Sendable {
            package let name: Located<String>
            package let type: Located<String>
        }
        package let columns: [Column]
        package let isWarning: Bool
        package let range: SourceRange
    }
}

extension PipelineFacts.Step {
    /// Where the rows go that its checks sort out; nil where none does.
    var quarantine: TableAddress? {
        guard write.quarantines, case .lake(let table)? = target else { return nil }
        return table.quarantine.map { .lake($0) }
    }
}

extension PipelineFacts.Write {
    init(_ write: TableWrite, order: Int, isConditional: Bool) {
        self.init(
            into: write.into.range, mode: write.mode.value, schemaChange: write.schemaChange, order: order, isConditional: isConditional, quarantines: write.quarantines,
            sortsOut: write.checks.contains { $0.onViolation == .drop || $0.onViolation == .quarantine },
            keys: write.mode.value == .merge ? write.key.map { $0.value.lowercased() } : [],
            schemaChecks: write.checks.compactMap { check in
                guard case .schema(let columns) = check.kind else { return nil }
                return .init(
                    columns: columns.map { .init(name: $0.key, type: Located($0.value, at: $0.valueRange)) },
                    isWarning: check.onViolation == .warn, range: check.range)
            })
    }
}

/// The order in which the activities of a pipeline run, those inside others too, and which do not run every time.
struct ActivityTurns {
    private(set) var order: [String: Int] = [:]
    private(set) var conditional: Set<String> = []

    init(_ list: ActivityList) { visit(list, isConditional: false) }

    private mutating func visit(_ list: ActivityList, isConditional: Bool) {
        var conditionals: Set<Int> = []
        // Activities in a circle, which is told elsewhere, are in no order.
        let circle = Set(list.activities.indices).subtracting(list.graph.order)
        for position in list.graph.order + circle.sorted() {
            let activity = list.activities[position]
            let isOwn = isConditional || list.graph.edges(into: position).contains { edge in
                if conditionals.contains(edge.before) { return true }
                guard case .declared(let conditions) = edge.reason else { return false }
                return !conditions.contains(.succeeded) && !conditions.contains(.completed)
            }
            if isOwn {
                conditionals.insert(position)
                conditional.insert(activity.name.value)
            }
            order[activity.name.value] = order.count
            var branches = isOwn
            if case .if = activity.kind { branches = true }
            for inner in list.inner[position] { visit(inner, isConditional: branches) }
        }
    }
}
