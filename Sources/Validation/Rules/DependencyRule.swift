internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Support

/// `dependsOn` names activities of the same list, and no activity waits for itself in the end.
enum DependencyRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        let lost = scope.file.lostActivities
        let isComplete = lost.allSatisfy { $0.name != nil }
        scope.forEachList { list in
            diagnostics += list.diagnostics
            guard isComplete else { return }
            let names = list.activities.map(\.name.value)
            let known = Set((names + lost.compactMap(\.name)).map { $0.lowercased() })
            for activity in list.activities {
                for dependency in activity.dependsOn where !known.contains(dependency.activity.value.lowercased()) {
                    diagnostics.append(
                        scope.finding(
                            .unknownActivity, "there is no activity \"\(dependency.activity.value)\" beside this one",
                            at: dependency.activity.range, in: activity,
                            help: Suggestion.nearest(to: dependency.activity.value, in: names).map { "did you mean \"\($0)\"?" }))
                }
            }
        }
        return diagnostics
    }
}
