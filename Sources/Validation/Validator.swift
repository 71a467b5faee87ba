package import AssetLoading
internal import Assets
package import Diagnostics
package import Engine
internal import Support

/// All that can be told of a project without running it.
package enum Validator {
    package struct Report: Sendable {
        package let diagnostics: [Diagnostic]
        /// Findings that a comment allows, each with its reason.
        package let waived: [(diagnostic: Diagnostic, reason: String)]
        /// Of the pipelines that were read in full.
        package let analysis: SQLAnalysis
        /// Columns by table, as far as the project's SQL and locked schemas tell.
        package var columns: [TableAddress: [SQLColumn]] { tables?.all ?? [:] }
        let tables: TableColumns?
    }

    /// - Parameter engine: opened only where there is SQL to compile; nil leaves out what needs SQL.
    package static func validate(_ project: LoadedProject, engine: EngineSupply?) async throws(EngineError) -> Report {
        let frame = FrameScope(project.frame)
        let units = try await ValidationUnit.make(
            project.files, keys: Array(repeating: nil, count: project.files.count), frame, engine: engine)
        let schemas = project.schemas.map { SchemaFacts($0, frame) }
        return try await finish(units, schemas: schemas, frame, engine: engine, earlier: { _ in nil }, load: { _ in nil }).report
    }

    /// What comes after each pipeline was looked at alone.
    /// - Parameter findings: false: only columns are wanted.
    static func finish(
        _ units: [ValidationUnit], schemas: [SchemaFacts], _ frame: FrameScope, engine: EngineSupply?,
        earlier: @escaping @Sendable (ContentDigest) -> StepOutcome?, load: @escaping @Sendable (Int) -> LoadedPipeline?, findings: Bool = true
    ) async throws(EngineError) -> (report: Report, compilation: SQLCompilation?) {
        if !findings {
            var compilation: SQLCompilation?
            if let engine { compilation = try await SQLCompilation.compile(units, schemas: schemas, frame, engine: engine, earlier: earlier, load: load) }
            return (Report(diagnostics: [], waived: [], analysis: SQLAnalysis(), tables: compilation?.columns), compilation)
        }
        var found = frame.frame.diagnostics + schemas.flatMap(\.diagnostics) + units.flatMap(\.diagnostics)
        for rule in Rules.frame { found += rule.check(frame) }
        let scope = ProjectScope(frame: frame, pipelines: units.map(\.facts), schemas: schemas)
        for rule in Rules.project { found += rule.check(scope) }
        var compilation: SQLCompilation?
        if let engine {
            let compiled = try await SQLCompilation.compile(units, schemas: schemas, frame, engine: engine, earlier: earlier, load: load)
            let isOpen = scope.writtenTables == nil
            found += compiled.diagnostics + UnknownColumns.notes(compiled, frame, isOpen: isOpen)
            found += SchemaCheckFindings.findings(compiled, frame, isOpen: isOpen)
            found += WriterConflicts.findings(compiled, frame) + PublishedColumns.findings(compiled, scope)
            compilation = compiled
        }
        var analysis = SQLAnalysis()
        for unit in units {
            guard let model = unit.model, let name = model.file.pipeline?.name.value, analysis.pipelines[name] == nil else { continue }
            analysis.pipelines[name] = model.queries
        }
        let waivers = units.flatMap(\.facts.waivers) + frame.frame.sources.flatMap { WaiverScanner.scan($0.bytes, path: $0.path, isSQL: false) }
        let outcome = FindingPolicy(frame.project?.ruleLevels ?? [], waivers: waivers).apply(to: found.mergingUses())
        let report = Report(
            diagnostics: outcome.kept.inOrder(), waived: outcome.waived, analysis: analysis, tables: compilation?.columns)
        return (report, compilation)
    }
}
