internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// Variables that activities set are declared, and take what they are set to.
enum VariableRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        let names = scope.pipeline.variables.map(\.name)
        scope.pipeline.forEachActivity { activity in
            guard let name = activity.variable else { return }
            guard let variable = scope.pipeline.variable(named: name.value) else {
                diagnostics.append(
                    scope.finding(
                        .unknownVariable, "the pipeline declares no variable \"\(name.value)\"", at: name.range, in: activity,
                        help: Suggestion.nearest(to: name.value, in: names).map { "did you mean \"\($0)\"?" }))
                return
            }
            guard let problem = problem(with: activity, for: variable) else { return }
            diagnostics.append(
                scope.finding(
                    .wrongType, "variable \"\(name.value)\" is \(variable.expressionType.withArticle): \(problem)", at: name.range, in: activity,
                    labels: [.init(variable.range, "declared here")]))
        }
        return diagnostics
    }

    private static func problem(with activity: Activity, for variable: VariableDeclaration) -> String? {
        switch activity.kind {
        case .appendVariable: variable.type == .array ? nil : "appendVariable adds to an array"
        case .setVariable(_, .constant(let value)): variable.accepts(value) ? nil : "it cannot be set to \(shown(value))"
        case .setVariable(_, .array): variable.type == .array ? nil : "it cannot be set to an array"
        case .setVariable(_, .object): "it cannot be set to an object"
        default: nil
        }
    }

    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .array: "an array"
        case .object: "an object"
        default: value.text()
        }
    }
}

extension Activity {
    /// The variable that it sets or adds to.
    fileprivate var variable: Located<String>? {
        switch kind {
        case .setVariable(let name, _), .appendVariable(let name, _): name
        default: nil
        }
    }
}

extension Pipeline {
    fileprivate func variable(named name: String) -> VariableDeclaration? {
        variables.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The variable that takes the activity's whole value, where that is one expression.
    func variable(setBy activity: Activity) -> VariableDeclaration? {
        guard case .setVariable(let name, .text) = activity.kind else { return nil }
        return variable(named: name.value)
    }
}
