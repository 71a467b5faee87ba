internal import AssetLoading
internal import Assets
internal import Diagnostics

/// Columns that sources declare under `format` have types of the engine. Where they have not, nothing is compiled upon them.
enum SourceColumnsRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        scope.pipeline.forEachActivity { activity in
            let labels = activity.call.map { [Diagnostic.Label($0, "in this use of the template")] } ?? []
            for source in sources(of: activity) {
                guard let columns = source.format?.columns else { continue }
                diagnostics += ColumnDeclarations.check(columns, asset: scope.asset(activity), labels: labels)
            }
        }
        return diagnostics
    }

    private static func sources(of activity: Activity) -> [DataSource] {
        switch activity.kind {
        case .copy(let copy): [copy.source]
        case .transform(let transform): transform.sources.map(\.value)
        case .lookup(let source, _): [source]
        default: []
        }
    }
}
