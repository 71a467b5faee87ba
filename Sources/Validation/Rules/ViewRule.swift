internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// A view outlives the run that makes it: nothing in it can hang on one.
enum ViewRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        let layers = scope.frame.project?.layers.map(\.value) ?? []
        scope.pipeline.forEachActivity { activity in
            guard case .publish(let publish) = activity.kind else { return }
            for view in publish.views {
                for expression in scope.file.sql(of: view.value)?.dynamic.expressions ?? [] {
                    diagnostics.append(
                        scope.finding(
                            .viewExpression, "an expression cannot stand in the view \(view.name): it is evaluated by a run, and the view is there without one",
                            at: expression.range, in: activity, help: "write the value itself, or make a table of it with a transform, and publish that"))
                }
                guard scope.frame.project != nil, let name = LakeName(view.name), !layers.contains(name.layer) else { continue }
                diagnostics.append(
                    scope.finding(
                        .unknownLayer, "the project has no layer \"\(name.layer)\"", at: view.key.range, in: activity,
                        help: Suggestion.nearest(to: name.layer, in: layers).map { "did you mean \"\($0)\"?" }
                            ?? "its layers: \(layers.joined(separator: ", "))"))
            }
        }
        return diagnostics
    }
}

extension DiagnosticCode {
    static let viewExpression = DiagnosticCode(
        "view-expression", summary: "An expression stands in the SQL of a view.",
        explanation: "Expressions are evaluated when a pipeline runs. A view stays in the warehouse, is made by deployments too, and must be the same whoever makes it.",
        example: "views: { gold.recent: \"select * from gold.kpi_sales where year = ${{ pipeline().parameters.year }}\" }",
        fix: "views: { gold.recent: select * from gold.kpi_sales where year = 2024 }")
}
