internal import AssetLoading
internal import Diagnostics

/// Names of pipelines, unique whatever their case.
enum DuplicatePipelineRule: ProjectRule {
    static func check(_ scope: ProjectScope) -> [Diagnostic] {
        DuplicateNames.check(scope.pipelines.compactMap(\.name), word: "pipeline")
    }
}
