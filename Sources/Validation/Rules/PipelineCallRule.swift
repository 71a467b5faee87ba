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
        var unknown: [String] = []
        for argument in call.arguments {
            guard let declared = called.parameters.first(where: { $0.name.lowercased() == argument.name.lowercased() }) else {
                unknown.append(argument.name)
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
        // Names that were mistyped are not missing as well.
        let meant = Set(unknown.compactMap { Suggestion.nearest(to: $0, in: called.parameters.map(\.name)) })
        let given = Set(call.arguments.map { $0.name.lowercased() })
        for declared in called.parameters
        where !declared.hasDefault && !given.contains(declared.name.lowercased()) && !meant.contains(declared.name) {
            diagnostics.append(
                call.site.finding(
                    .missingArgument, "parameter \"\(declared.name)\" of pipeline \"\(call.target)\" has no default and gets no value",
                    help: "give it a value under \"parameters\", or declare a default"))
        }
        return diagnostics
    }
}

extension DiagnosticCode {
    static let missingArgument = DiagnosticCode(
        "missing-argument", .warning, isAdvice: true, summary: "A pipeline is called without a value for a parameter that has no default.",
        explanation: "The call fails when it is run, unless the called pipeline gets a default before. Give the parameter a value where the pipeline is called, or declare a default.",
        example: "- { name: a, type: pipeline, pipeline: sales }", fix: "- { name: a, type: pipeline, pipeline: sales, parameters: { since: \"2024-01-01\" } }")
}
