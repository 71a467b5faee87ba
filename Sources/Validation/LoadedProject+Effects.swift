package import AssetLoading
package import Assets
internal import Expressions
internal import Support

extension LoadedPipeline {
    /// What an activity of the pipeline reads and writes, its SQL and the activities inside it included.
    package func effects(of activity: Activity, _ queries: PipelineQueries) -> ActivityEffects {
        effects(of: activity, items: [], queries)
    }

    /// - Parameter items: what `item()` may be.
    func effects(of activity: Activity, items: [JSONValue], _ queries: PipelineQueries) -> ActivityEffects {
        ActivityEffects(
            of: activity, items: items, queryReads: { queries.reads(of: $0.name.value) },
            queryTexts: { activity in
                guard case .transform(let transform) = activity.kind else { return [] }
                return sql(of: transform.query).map { [$0.dynamic] } ?? []
            })
    }
}

extension LoadedProject {
    /// The same for a pipeline of the project.
    package func effects(of activity: Activity, in pipeline: Pipeline, _ analysis: SQLAnalysis) -> ActivityEffects {
        guard let file = file(of: pipeline) else { preconditionFailure("a pipeline of the project is asked for") }
        return file.effects(of: activity, analysis.queries(of: pipeline.name.value))
    }
}
