package import AssetLoading
internal import Assets
package import Engine

/// What a validation knows of a whole project: what each pipeline reads and writes, and the columns of its tables.
package struct ProjectSnapshot: Sendable {
    package let pipelines: [PipelineFacts]
    package let columns: [TableAddress: [SQLColumn]]

    package init(pipelines: [PipelineFacts] = [], columns: [TableAddress: [SQLColumn]] = [:]) {
        self.pipelines = pipelines
        self.columns = columns
    }
}

extension ProjectValidation {
    /// Whether any pipeline makes views of the warehouse.
    package var hasViews: Bool { entries.contains { !$0.facts.views.isEmpty } }
    package var snapshot: ProjectSnapshot { ProjectSnapshot(pipelines: entries.map(\.facts), columns: report.columns) }
}

extension SQLAnalysis {
    /// Of the queries of some pipelines, in the frame they were loaded in.
    package static func make(of files: [LoadedPipeline], _ frame: ProjectFrame, engine: EngineSupply) async throws(EngineError) -> SQLAnalysis {
        var analysis = SQLAnalysis()
        for model in try await ValidationUnit.models(files, FrameScope(frame), engine: engine) {
            guard let name = model.file.pipeline?.name.value, analysis.pipelines[name] == nil else { continue }
            analysis.pipelines[name] = model.queries
        }
        return analysis
    }
}
