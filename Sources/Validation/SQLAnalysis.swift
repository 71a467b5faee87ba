internal import AssetLoading

/// The queries of a project's pipelines.
package struct SQLAnalysis: Sendable {
    /// By name of the pipeline.
    package var pipelines: [String: PipelineQueries] = [:]

    /// Of no query: what is left where there is no engine to parse SQL.
    package init() {}

    package func queries(of pipeline: String) -> PipelineQueries { pipelines[pipeline] ?? PipelineQueries() }

    package func query(of activity: String, in pipeline: String) -> PipelineQueries.Query? { pipelines[pipeline]?.byActivity[activity] }
}
