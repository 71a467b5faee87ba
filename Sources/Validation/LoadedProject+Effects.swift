package import AssetLoading
package import Assets
internal import Expressions

extension LoadedProject {
    /// What an activity of a pipeline reads and writes, its SQL included.
    package func effects(of activity: Activity, in pipeline: Pipeline, _ analysis: SQLAnalysis) -> ActivityEffects {
        ActivityEffects(
            of: activity,
            queryReads: { analysis.reads(of: $0.name.value, in: pipeline.name.value) },
            queryTexts: { activity in
                guard case .transform(let transform) = activity.kind else { return [] }
                return sql(of: transform.query).map { [$0.dynamic] } ?? []
            })
    }
}
