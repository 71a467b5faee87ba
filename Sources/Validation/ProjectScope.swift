internal import AssetLoading
internal import Assets
internal import Support

/// The project as rules see it that look at several pipelines.
struct ProjectScope: Sendable {
    let frame: FrameScope
    /// In order of their paths.
    let pipelines: [PipelineFacts]
    let schemas: [SchemaFacts]
    /// Tables some activity of the project writes, those of rows that checks sort out among them; nil: a target is known only when it runs, so any may be.
    let writtenTables: Set<LakeName>?
    /// The first pipeline of each name.
    let byName: [String: PipelineFacts]
    /// Names of pipelines that exist and could not be read.
    let unreadNames: Set<String>

    init(frame: FrameScope, pipelines: [PipelineFacts], schemas: [SchemaFacts]) {
        self.frame = frame
        self.pipelines = pipelines
        self.schemas = schemas
        byName = Dictionary(
            pipelines.compactMap { facts in facts.name.map { ($0.value, facts) } }, uniquingKeysWith: { first, _ in first })
        unreadNames = frame.frame.gaps.unreadPipelines.union(pipelines.filter { $0.name == nil }.map(\.givenName))
        let isOpen = !unreadNames.isEmpty || pipelines.contains(where: \.writesUnknownTables)
        let written = pipelines.flatMap { $0.writes.map(\.table) + $0.lostTables }
        // Activities that could not be read may have had checks.
        let kept = pipelines.flatMap(\.lostTables).compactMap(\.quarantine)
            + pipelines.flatMap(\.steps).compactMap { if case .lake(let table)? = $0.quarantine { table } else { nil } }
        writtenTables = isOpen ? nil : Set(written + kept)
    }
}
