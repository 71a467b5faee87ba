internal import Assets
internal import Diagnostics

/// Pipelines that run themselves, through however many others.
enum PipelineCycleRule: ProjectRule {
    static func check(_ scope: ProjectScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for pipeline in scope.pipelines {
            guard let start = pipeline.name?.value else { continue }
            for call in pipeline.calls {
                // A circle is told once, at the pipeline whose name comes first.
                guard let path = shortestPath(from: [call.target], to: start, next: { scope.byName[$0]?.calls.map(\.target) ?? [] }), path.min() == start else { continue }
                diagnostics.append(
                    Diagnostic(
                        .pipelineCycle,
                        call.target == start
                            ? "the pipeline runs itself" : "pipelines run each other: \(([start] + path).joined(separator: " -> "))",
                        at: call.site.range, asset: "pipeline \(start)"))
            }
        }
        return diagnostics
    }
}
