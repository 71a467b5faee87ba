internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Engine
internal import Support

/// One pipeline file in a validation: looked at anew, or known from the last time.
struct ValidationUnit: Sendable {
    /// Of all that decides about what is in `facts` and `diagnostics`; nil where that cannot be told.
    let key: ContentDigest?
    let facts: PipelineFacts
    let diagnostics: [Diagnostic]
    /// nil where the file was not read in full.
    var model: Model?

    struct Model: Sendable {
        let file: LoadedPipeline
        let queries: PipelineQueries
    }

    /// Looks at pipelines as they were loaded: their queries are parsed, and every rule about one pipeline is asked.
    static func make(
        _ files: [LoadedPipeline], keys: [ContentDigest?], _ frame: FrameScope, engine: EngineSupply?
    ) async throws(EngineError) -> [ValidationUnit] {
        let models = try await models(files, frame, engine: engine)
        return zip(models, keys).map { ($0, $1) }.concurrentMap(chunk: 4) { model, key in ValidationUnit(model, key: key, frame) }
    }

    /// The queries of pipelines, parsed.
    static func models(_ files: [LoadedPipeline], _ frame: FrameScope, engine: EngineSupply?) async throws(EngineError) -> [Model] {
        guard let engine else { return files.map { Model(file: $0, queries: PipelineQueries()) } }
        let pending = files.concurrentMap(chunk: 4) { PendingQueries($0, frame) }
        let queries = try await PendingQueries.resolved(pending, frame) { texts throws(EngineError) in
            try await engine.divide(texts) { session, texts in await session.tableReferences(inEach: texts) }
        }
        return zip(files, queries).map { Model(file: $0, queries: $1) }
    }

    private init(_ model: Model, key: ContentDigest?, _ frame: FrameScope) {
        self.key = key
        self.model = model
        guard let pipeline = model.file.pipeline else {
            facts = PipelineFacts(unread: model.file)
            diagnostics = model.file.diagnostics + CredentialRule.check(model.file)
            return
        }
        let scope = PipelineScope(frame: frame, file: model.file, pipeline: pipeline, queries: model.queries)
        facts = PipelineFacts(scope)
        diagnostics = model.file.diagnostics + model.queries.diagnostics + Rules.pipeline.flatMap { $0.check(scope) }
    }

    init(key: ContentDigest, facts: PipelineFacts, diagnostics: [Diagnostic]) {
        self.key = key
        self.facts = facts
        self.diagnostics = diagnostics
        model = nil
    }
}
