internal import AssetLoading
internal import Assets
internal import Diagnostics

/// Names that differ only by case, where what reads them makes no difference between them.
enum CaseRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        let asset = scope.asset(nil)
        var diagnostics = check(scope.pipeline.parameters.map(\.key), word: "parameter", asset: asset)
        diagnostics += check(scope.pipeline.variables.map(\.key), word: "variable", asset: asset)
        scope.pipeline.forEachActivity { activity in
            let asset = scope.asset(activity)
            var sources: [DataSource] = []
            switch activity.kind {
            case .transform(let transform):
                diagnostics += check(transform.sources.map(\.key), word: "source", asset: asset)
                sources = transform.sources.map(\.value)
            case .copy(let copy): sources = [copy.source]
            case .lookup(let source, _): sources = [source]
            case .pipeline(_, let arguments): diagnostics += check(arguments.map(\.key), word: "argument", asset: asset)
            default: break
            }
            for source in sources { diagnostics += check(source.format?.columns.map(\.key) ?? [], word: "column", asset: asset) }
            for check in activity.kind.write?.checks ?? [] {
                if case .schema(let columns) = check.kind { diagnostics += Self.check(columns.map(\.key), word: "column", asset: asset) }
            }
        }
        return diagnostics
    }

    static func check(_ names: [Located<String>], word: String, asset: String) -> [Diagnostic] {
        guard names.count > 1 else { return [] }
        return DuplicateNames.check(names, word: word).map {
            var diagnostic = $0
            diagnostic.asset = asset
            return diagnostic
        }
    }
}

/// The same for the project file, environments and templates.
enum FrameCaseRule: FrameRule {
    static func check(_ scope: FrameScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        if let project = scope.project {
            diagnostics += CaseRule.check(project.layers, word: "layer", asset: "project")
            diagnostics += CaseRule.check(project.globalParameters.map(\.key), word: "global parameter", asset: "project")
        }
        for file in scope.environments {
            let asset = "environment \(file.asset.name.value)"
            diagnostics += CaseRule.check(file.asset.connections.map(\.key), word: "connection", asset: asset)
            diagnostics += CaseRule.check(file.asset.variables.map(\.key), word: "variable", asset: asset)
        }
        for file in scope.frame.templates {
            diagnostics += CaseRule.check(file.asset.parameters.map(\.key), word: "parameter", asset: "template \(file.asset.name.value)")
        }
        return diagnostics
    }
}
