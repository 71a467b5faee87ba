internal import Assets
internal import Diagnostics
internal import Support

/// Variables that activities set are declared.
enum VariableRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        let names = scope.pipeline.variables.map(\.name)
        let known = Set(names.map { $0.lowercased() })
        scope.pipeline.forEachActivity { activity in
            switch activity.kind {
            case .setVariable(let name, _), .appendVariable(let name, _):
                guard !known.contains(name.value.lowercased()) else { return }
                diagnostics.append(
                    scope.finding(
                        .unknownVariable, "the pipeline declares no variable \"\(name.value)\"", at: name.range, in: activity,
                        help: Suggestion.nearest(to: name.value, in: names).map { "did you mean \"\($0)\"?" }))
            default: break
            }
        }
        return diagnostics
    }
}
