internal import Assets
internal import Expressions
internal import Support

/// What `item()` may be in the activities inside loops over lists that stand in the file.
struct LoopItems {
    /// A loop over more items is taken as one over unknown ones.
    private static let limit = 100

    /// By activity.
    private var items: [String: [JSONValue]] = [:]

    init(_ pipeline: Pipeline) {
        for activity in pipeline.activities { visit(activity, []) }
    }

    private mutating func visit(_ activity: Activity, _ around: [JSONValue]) {
        if !around.isEmpty { items[activity.name.value] = around }
        for child in activity.kind.children { visit(child, Self.inside(activity, around)) }
    }

    /// Of the activities inside one; empty where they are not known.
    static func inside(_ activity: Activity, _ around: [JSONValue]) -> [JSONValue] {
        guard case .forEach(let loop) = activity.kind else { return around }
        return loop.literalItems.flatMap { $0.count <= limit ? $0 : nil } ?? []
    }

    subscript(_ activity: Activity) -> [JSONValue] { items[activity.name.value] ?? [] }
}

extension Dynamic<String> {
    /// The value, where it hangs on nothing but the item of a loop and the project's own parameters.
    func value(_ item: JSONValue?, of project: Project? = nil) -> String? {
        if let literal { return literal }
        guard let text = expression else { return nil }
        let references = text.references
        let others = [
            references.parameters, references.variables, references.activities, references.secrets,
            references.environmentVariables, references.environmentValues,
        ]
        guard others.allSatisfy(\.isEmpty), references.computedNames.isEmpty, !references.isVolatile, item != nil || !references.usesItem
        else { return nil }
        var values = EvaluationValues(now: Instant(microseconds: 0))
        values.item = item.map { EvaluatedValue($0) }
        for parameter in project?.globalParameters ?? [] { values.globalParameters[parameter.name] = EvaluatedValue(parameter.value) }
        // What cannot be computed here is told by the rules for expressions; here it is only not known.
        return (try? text.evaluate(in: values)).flatMap { String($0.value) }
    }

    /// Its values, one for each item; nil where one is not known.
    func values(_ items: [JSONValue]) -> [String]? {
        if let literal { return [literal] }
        guard !items.isEmpty else { return nil }
        var values: [String] = []
        for item in items {
            guard let value = value(item) else { return nil }
            if !values.contains(value) { values.append(value) }
        }
        return values
    }

    /// The tables of the lake that it names, one for each item; nil where one is not known.
    func tables(_ items: [JSONValue]) -> [LakeName]? {
        guard let values = values(items) else { return nil }
        let names = values.compactMap { LakeName($0) }
        return names.count == values.count ? names : nil
    }
}
