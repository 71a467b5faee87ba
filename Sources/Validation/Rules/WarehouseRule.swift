internal import AssetLoading
internal import Assets
internal import Diagnostics

/// Where a pipeline publishes, every environment has a warehouse.
enum WarehouseRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        scope.pipeline.forEachActivity { activity in
            guard case .publish = activity.kind else { return }
            for file in scope.frame.environments where file.asset.warehouse == nil {
                diagnostics.append(
                    scope.finding(
                        .noWarehouse, "environment \"\(file.asset.name.value)\" has no warehouse to publish to", at: activity.name.range,
                        in: activity, labels: [.init(file.asset.name.range, "this environment")]))
            }
        }
        return diagnostics
    }
}
