internal import Assets
internal import Diagnostics
internal import Support

/// Pipelines that others run exist, and take the parameters they are given.
enum PipelineCallRule: ProjectRule {
    static func check(_ scope: ProjectScope) -> [Diagnostic] {
        scope.pipelines.flatMap { $0.calls.flatMap { check($0, scope) } }
    }

    private static func check(_ call: PipelineFacts.Call, _ scope: ProjectScope) -> [Diagnostic] {
        guard let called = scope.byName[call.target] else {
            guard !scope.unreadNames.contains(call.target) else { return [] }
            let near = Suggestion.nearest(to: call.target, in: scope.pipelines.compactMap(\.name?.value))
            return [call.site.finding(.unknownPipeline, "there is no pipeline \"\(call.target)\"", help: near.map { "did you mean \"\($0)\"?" })]
        }
        var diagnostics: [Diagnostic] = []
        for argument in call.arguments {
            guard let declared = called.parameters.first(where: { $0.name == argument.name }) else {
                diagnostics.append(
                    call.site.finding(
                        .unknownParameter, "pipeline \"\(call.target)\" has no parameter \"\(argument.name)\"", at: argument.nameRange,
                        help: Suggestion.nearest(to: argument.name, in: called.parameters.map(\.name)).map { "did you mean \"\($0)\"?" }))
                continue
            }
            if let value = argument.value, let problem = declared.type.problem(with: value) {
                diagnostics.append(call.site.finding(.wrongType, "parameter \"\(argument.name)\": \(problem)", at: argument.valueRange))
            }
        }
        for declared in called.parameters where !declared.hasDefault && !call.arguments.contains(where: { $0.name == declared.name }) {
            diagnostics.append(
                call.site.finding(
                    .missingParameter, "parameter \"\(declared.name)\" of pipeline \"\(call.target)\" has no default and gets no value"))
        }
        return diagnostics
    }
}
