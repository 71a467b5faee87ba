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
                guard let path = path(from: call.target, to: start, scope), path.min() == start else { continue }
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

    private static func path(from start: String, to end: String, _ scope: ProjectScope) -> [String]? {
        var queue = [start]
        var cameFrom: [String: String] = [start: start]
        var next = 0
        while next < queue.count {
            let name = queue[next]
            next += 1
            if name == end {
                var path = [name]
                while let before = cameFrom[path[0]], before != path[0] { path.insert(before, at: 0) }
                return path
            }
            for call in scope.byName[name]?.calls ?? [] where cameFrom[call.target] == nil {
                cameFrom[call.target] = name
                queue.append(call.target)
            }
        }
        return nil
    }
}
