internal import Assets
internal import Diagnostics
internal import Support

/// Tables of the lake are named LAYER.NAME, and written to layers that the project has.
enum LayerRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        let layers = scope.frame.project?.layers.map(\.value) ?? []
        scope.pipeline.forEachActivity { activity in
            for table in activity.lakeReads {
                guard let problem = table.literal.flatMap(LakeName.problem) else { continue }
                diagnostics.append(scope.finding(.invalidTableName, problem.message, at: table.range, in: activity, help: problem.help))
            }
            guard scope.frame.project != nil, case .lake(let target)? = activity.kind.write?.into,
                let table = target.literal.flatMap(LakeName.init), !layers.contains(table.layer)
            else { return }
            diagnostics.append(
                scope.finding(
                    .unknownLayer, "the project has no layer \"\(table.layer)\"", at: target.range, in: activity,
                    help: Suggestion.nearest(to: table.layer, in: layers).map { "did you mean \"\($0)\"?" }
                        ?? "its layers: \(layers.joined(separator: ", "))"))
        }
        return diagnostics
    }
}

extension Activity {
    /// Tables of the lake that the activity itself names to read them or rows of them, not those in SQL.
    var lakeReads: [Dynamic<String>] {
        func table(_ source: DataSource) -> [Dynamic<String>] {
            if source.connection == nil, case .table(let table) = source.selection { [table] } else { [] }
        }
        switch kind {
        case .copy(let copy): return table(copy.source)
        case .transform(let transform): return transform.sources.flatMap { table($0.value) }
        case .lookup(let source, _): return table(source)
        case .publish(let publish): return publish.tables
        case .delete(.rows(let name, _)): return [name]
        default: return []
        }
    }
}

extension ActivityKind {
    /// What a copy or transform writes, and how.
    var write: TableWrite? {
        switch self {
        case .copy(let copy): copy.write
        case .transform(let transform): transform.write
        default: nil
        }
    }
}
