internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// Activities that no run can reach: told where the way to them ends, not for all behind it.
enum ReachabilityRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        scope.forEachList { diagnostics += check($0, scope) }
        scope.pipeline.forEachActivity { activity in
            if let finding = deadBranch(activity, scope) { diagnostics.append(finding) }
        }
        return diagnostics
    }

    /// How an activity may end.
    private struct Endings: OptionSet {
        let rawValue: Int
        static let succeeded = Endings(rawValue: 1)
        static let failed = Endings(rawValue: 2)
        static let skipped = Endings(rawValue: 4)
        static let all: Endings = [.succeeded, .failed, .skipped]

        init(rawValue: Int) { self.rawValue = rawValue }

        var names: [String] { [(Endings.succeeded, "succeeded"), (.failed, "failed"), (.skipped, "skipped")].filter { contains($0.0) }.map(\.1) }

        init(_ reason: ActivityGraph.Edge.Reason) {
            guard case .declared(let conditions) = reason else {
                self = .succeeded
                return
            }
            self = conditions.reduce(into: []) { set, condition in
                switch condition {
                case .succeeded: set.insert(.succeeded)
                case .failed: set.insert(.failed)
                case .skipped: set.insert(.skipped)
                case .completed: set.formUnion([.succeeded, .failed])
                }
            }
        }
    }

    private static func check(_ list: ActivityList, _ scope: PipelineScope) -> [Diagnostic] {
        let graph = list.graph
        guard scope.file.lostActivities.isEmpty, graph.order.count == list.activities.count else { return [] }
        var endings = Array(repeating: Endings.all, count: list.activities.count)
        var diagnostics: [Diagnostic] = []
        for position in graph.order {
            let activity = list.activities[position]
            var wanted: [Int: Endings] = [:]
            for edge in graph.edges(into: position) { wanted[edge.before] = (wanted[edge.before] ?? .all).intersection(Endings(edge.reason)) }
            let obstacle = wanted.filter { $0.value.isDisjoint(with: endings[$0.key]) }.keys.min()
            if let obstacle {
                endings[position] = .skipped
                // Behind what is never run itself nothing needs telling, unless that is just what was waited for.
                if endings[obstacle] != .skipped || wanted[obstacle] == [] {
                    diagnostics.append(finding(activity, list.activities[obstacle], wanted[obstacle] ?? [], endings[obstacle], scope))
                }
                continue
            }
            endings[position] = outcome(of: activity)
            if wanted.contains(where: { !endings[$0.key].isSubset(of: $0.value) }) { endings[position].insert(.skipped) }
        }
        return diagnostics
    }

    private static func outcome(of activity: Activity) -> Endings {
        switch activity.kind {
        case .fail: .failed
        case .wait(let seconds) where seconds.literal != nil && activity.timeout == nil: .succeeded
        default: [.succeeded, .failed]
        }
    }

    private static func finding(
        _ activity: Activity, _ before: Activity, _ wanted: Endings, _ possible: Endings, _ scope: PipelineScope
    ) -> Diagnostic {
        let name = before.name.value
        let entries = activity.dependsOn.filter { $0.activity.value.lowercased() == name.lowercased() }
        let isEmpty = entries.contains(where: \.conditions.isEmpty)
        let declared = isEmpty ? entries.last(where: \.conditions.isEmpty) : entries.last
        // The condition, where one is named, rather than the activity.
        let range = declared.map { ($0.conditions.count == 1 ? $0.conditions.first?.range : $0.conditionsRange) ?? $0.activity.range } ?? activity.name.range
        if wanted == [] {
            return scope.finding(
                .impossibleDependency,
                isEmpty
                    ? "no condition is named, so \"\(activity.name.value)\" never runs"
                    : "\"\(name)\" cannot end in both of these ways, so \"\(activity.name.value)\" never runs",
                at: range, in: activity,
                help: isEmpty ? "leave \"conditions\" out, or name one" : "name all conditions in one entry: one of them is enough")
        }
        let end: String
        switch possible {
        case .failed: end = "\"\(name)\" always fails"
        case [.failed, .skipped]: end = "\"\(name)\" never succeeds"
        default: end = wanted == .skipped ? "\"\(name)\" is never skipped" : "\"\(name)\" never fails"
        }
        if wanted.contains(.succeeded) {
            return scope.finding(
                .unreachableActivity, "no run reaches \"\(activity.name.value)\": " + (declared == nil ? "it uses an output, and \(end)" : end), at: range, in: activity,
                labels: [.init(before.name.range, "this one comes before it")],
                help: declared == nil
                    ? "use no output of \"\(name)\", or depend on its failure: dependsOn: [{ activity: \(name), conditions: [failed] }]"
                    : "remove it, or let it depend on what may come true: conditions: [failed]")
        }
        return scope.finding(
            .impossibleDependency, "\(end), so \"\(activity.name.value)\" never runs", at: range, in: activity,
            labels: [.init(before.name.range, "this one comes before it")],
            help: "remove the dependency, or name how \"\(name)\" may end: \(possible.names.joined(separator: ", "))")
    }

    /// `if` with a condition that is written down. One from a template may well be decided by an argument.
    private static func deadBranch(_ activity: Activity, _ scope: PipelineScope) -> Diagnostic? {
        guard activity.call == nil else { return nil }
        switch activity.kind {
        case .if(let condition, let then, let otherwise):
            guard let value = condition.literal ?? condition.expression?.constant?.asBool else { return nil }
            let dead = value ? otherwise : then
            return scope.finding(
                .constantCondition,
                dead.isEmpty ? "the condition is always \(value)" : "the condition is always \(value), so no run reaches \"\(dead[0].name.value)\"",
                at: condition.range, in: activity, labels: dead.first.map { [.init($0.name.range, "never reached")] } ?? [],
                help: "remove the branch that never runs, or make the condition an expression")
        case .forEach(let loop):
            guard let items = loop.literalItems, items.isEmpty else { return nil }
            return scope.finding(
                .constantCondition, "the list is empty, so nothing inside \"\(activity.name.value)\" ever runs", at: loop.items.range, in: activity)
        default: return nil
        }
    }
}

/// Entries of `dependsOn` that say nothing more, or in many words.
enum RedundantDependencyRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        scope.pipeline.forEachActivity { activity in
            // What a template and its use both name is nobody's mistake.
            guard activity.call == nil else { return }
            var seen: [String: Activity.Dependency] = [:]
            for dependency in activity.dependsOn {
                let name = dependency.activity.value
                let conditions = dependency.conditions.map(\.value)
                func note(_ message: String, at range: SourceRange?, labels: [Diagnostic.Label] = [], help: String? = nil) {
                    diagnostics.append(
                        scope.finding(
                            .redundantDependency, message, at: range ?? dependency.activity.range, in: activity, labels: labels, help: help))
                }
                if let earlier = seen[name.lowercased()] {
                    if Set(earlier.conditions.map(\.value)) == Set(conditions) {
                        note(
                            "\"\(name)\" is named twice", at: dependency.activity.range, labels: [.init(earlier.activity.range, "first here")],
                            help: "remove one of them")
                    }
                    continue
                }
                seen[name.lowercased()] = dependency
                if let (first, second) = repetition(in: dependency.conditions) {
                    note("condition \"\(second.value.rawValue)\" is named twice", at: second.range, labels: [.init(first.range, "first here")], help: "remove one of them")
                } else if let completed = dependency.conditions.first(where: { $0.value == .completed }) {
                    guard let other = dependency.conditions.first(where: { $0.value == .succeeded || $0.value == .failed }) else { continue }
                    note(
                        "\"completed\" holds whether it succeeded or failed", at: other.range, labels: [.init(completed.range, "this holds for both")],
                        help: "remove \"succeeded\" and \"failed\"")
                } else if conditions.contains(.succeeded), conditions.contains(.failed) {
                    let rest = conditions.contains(.skipped) ? ", skipped" : ""
                    note("it may have succeeded or failed: that is \"completed\"", at: dependency.conditionsRange, help: "write conditions: [completed\(rest)]")
                }
            }
        }
        return diagnostics
    }

    private typealias Condition = Located<Activity.Dependency.Condition>

    private static func repetition(in conditions: [Condition]) -> (first: Condition, second: Condition)? {
        for (position, condition) in conditions.enumerated() {
            if let first = conditions[..<position].first(where: { $0.value == condition.value }) { return (first, condition) }
        }
        return nil
    }
}

extension DiagnosticCode {
    static let unreachableActivity = DiagnosticCode(
        "unreachable-activity", .warning, isAdvice: true, summary: "An activity is never run.",
        explanation: "It runs only after another one has succeeded, and that one always fails. An activity that uses another's output waits for its success as well, unless dependsOn says otherwise. What comes behind it in turn is not told again.",
        example: "- { name: stop, type: fail, message: no }\n- { name: next, type: wait, seconds: 1, dependsOn: [{ activity: stop }] }",
        fix: "- { name: stop, type: fail, message: no }\n- { name: next, type: wait, seconds: 1, dependsOn: [{ activity: stop, conditions: [failed] }] }")
    static let impossibleDependency = DiagnosticCode(
        "impossible-dependency", .warning, isAdvice: true, summary: "A condition of dependsOn can never hold.",
        explanation: """
            All entries of dependsOn must hold together, and in one entry one of the conditions. An activity cannot have both succeeded \
            and failed, one that nothing comes before is never skipped, and one that only waits never fails.
            """,
        example: "dependsOn:\n  - { activity: load, conditions: [succeeded] }\n  - { activity: load, conditions: [failed] }",
        fix: "dependsOn:\n  - { activity: load, conditions: [completed] }")
    static let constantCondition = DiagnosticCode(
        "constant-condition", .warning, isAdvice: true, summary: "A branch or loop is decided before anything runs.",
        explanation: "The condition of an `if` is written down as true or false, or the list of a `forEach` is empty, so that what is inside never runs.",
        example: "- { name: a, type: if, condition: false, then: [{ name: b, type: wait, seconds: 1 }] }",
        fix: "- { name: a, type: if, condition: \"${{ pipeline().parameters.full }}\", then: [{ name: b, type: wait, seconds: 1 }] }")
    static let redundantDependency = DiagnosticCode(
        "redundant-dependency", .note, isAdvice: true, summary: "dependsOn says something twice.",
        explanation: "An activity is named twice with the same conditions, or the conditions together mean `completed`.",
        example: "dependsOn: [{ activity: load, conditions: [succeeded, failed] }]", fix: "dependsOn: [{ activity: load, conditions: [completed] }]")
}
