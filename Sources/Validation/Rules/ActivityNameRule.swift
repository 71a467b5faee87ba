internal import AssetLoading
internal import Assets
internal import Diagnostics

/// Names of activities, unique in a pipeline whatever their case.
enum ActivityNameRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var first: [String: Activity] = [:]
        var diagnostics: [Diagnostic] = []
        scope.pipeline.forEachActivity { activity in
            let key = activity.name.value.lowercased()
            guard let earlier = first[key] else {
                first[key] = activity
                return
            }
            diagnostics.append(
                scope.finding(
                    .duplicateName, "there is already an activity named \"\(earlier.name.value)\" in this pipeline", at: activity.name.range,
                    in: activity, labels: [.init(earlier.name.range, "first here")]))
        }
        return diagnostics
    }
}
