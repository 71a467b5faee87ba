package import AssetLoading
internal import Assets
internal import Diagnostics
package import Engine
package import Validation

extension Lineage {
    /// From the files of a project, what its queries name and the columns of its tables; nothing is run.
    ///
    /// - Parameters:
    ///   - dataset: picks the dataset that matters, of all there are; only steps that lead to it or start from it are
    ///     compiled. nil: all.
    ///   - engine: one in which tables may be made; it is opened only where a query has to be planned.
    ///   - isWanted: whether the columns of a step matter.
    package static func make(
        of project: LoadedProject, analysis: SQLAnalysis, columns: [TableAddress: [SQLColumn]], engine: EngineSupply,
        around dataset: (([Dataset]) -> Dataset?) = { _ in nil }, where isWanted: (LineageStep.Name) -> Bool = { _ in true }
    ) async throws(EngineError) -> Lineage {
        var drafts = StepDrafts(project: project, analysis: analysis, columns: columns)
        drafts.collect()
        var chosen = Set(drafts.drafts.indices)
        let all = Set(drafts.drafts.flatMap { $0.step.inputs + [$0.step.output] }).sorted()
        if let dataset = dataset(all) {
            let steps = drafts.drafts.map(\.step)
            chosen = Self.positions(in: steps, from: dataset, .up).union(Self.positions(in: steps, from: dataset, .down))
        }
        var steps = drafts.drafts.map(\.step)
        let queries = drafts.drafts.indices.filter { chosen.contains($0) && drafts.drafts[$0].isQuery && isWanted(steps[$0].name) }
        if !queries.isEmpty {
            var resolver = QueryResolver(columns: columns, session: try await engine.sessions(1)[0])
            for index in queries { steps[index] = try await resolver.complete(drafts.drafts[index]) }
        }
        return Lineage(steps: steps, columns: drafts.datasetColumns(completed: steps), gaps: drafts.gaps)
    }
}

/// A step as the files tell it, with the query that its columns come from.
struct StepDraft {
    var step: LineageStep
    /// nil where the columns need no query.
    var query: PipelineQueries.Query?
    var sources: [String: StepDrafts.Source] = [:]
    /// Of the warehouse, with the table or view that each name in it stands for.
    var view: (query: PipelineQueries.View, reads: [TableAddress])?

    var isQuery: Bool { query != nil || view != nil }
}

/// Collects the steps of a project, with columns where those need no engine.
struct StepDrafts {
    let project: LoadedProject
    let analysis: SQLAnalysis
    let columns: [TableAddress: [SQLColumn]]
    private(set) var drafts: [StepDraft] = []
    private(set) var gaps: [String] = []

    /// What a source reads.
    struct Source {
        let datasets: [Dataset]
        let columns: [SQLColumn]?
        /// Why the columns are not known.
        let unknown: String?
    }

    init(project: LoadedProject, analysis: SQLAnalysis, columns: [TableAddress: [SQLColumn]]) {
        self.project = project
        self.analysis = analysis
        self.columns = columns
    }

    /// Names of the warehouse.
    private var published = PublishedNames()

    mutating func collect() {
        published = PublishedNames(project)
        var seen: Set<String> = []
        for file in project.pipelines {
            let pipeline = file.asset
            // Queries are known by these names, so that of two alike only one can be told.
            guard seen.insert(pipeline.name.value).inserted else {
                gaps.append("there is another pipeline \(pipeline.name.value); what \(file.path) does is left out")
                continue
            }
            var activities: [Activity] = []
            pipeline.forEachActivity { activities.append($0) }
            let counts = Dictionary(activities.map { ($0.name.value, 1) }, uniquingKeysWith: +)
            for name in counts.keys.sorted() where counts[name]! > 1 {
                gaps.append("pipeline \(pipeline.name.value) has several activities \(name); what they do is left out")
            }
            for activity in activities where counts[activity.name.value] == 1 { add(activity, pipeline) }
        }
    }

    private mutating func add(_ activity: Activity, _ pipeline: Pipeline) {
        let name = LineageStep.Name(pipeline: pipeline.name.value, activity: activity.name.value)
        switch activity.kind {
        case .copy(let copy):
            guard let output = target(copy.write.into, name) else { return }
            guard let source = source(copy.source, name) else {
                gaps.append("\(name.text) fills \(output.text) from a source whose name is known only when it runs")
                return
            }
            drafts.append(StepDraft(step: copyStep(copy, source, output, name, activity)))
        case .transform(let transform):
            guard let output = target(transform.write.into, name) else { return }
            drafts.append(transformDraft(transform, output, name, activity, pipeline))
        case .publish(let publish):
            for table in publish.tables {
                guard let lake = table.literal.flatMap(LakeName.init) else {
                    gaps.append("\(name.text) publishes a table whose name is known only when it runs")
                    continue
                }
                drafts.append(StepDraft(step: publishStep(lake, name, activity)))
            }
            for view in publish.views { if let view = LakeName(view.name) { drafts.append(viewDraft(view, name, activity)) } }
        default: break
        }
    }

    private mutating func target(_ target: DataTarget, _ name: LineageStep.Name) -> Dataset? {
        switch target {
        case .lake(let text):
            if let lake = text.literal.flatMap(LakeName.init) { return .table(.lake(lake)) }
        case .database(let connection, let table):
            if let connection = connection.literal, let table = table.literal {
                return .table(.database(connection: connection, table: table))
            }
        }
        gaps.append("\(name.text) writes a table whose name is known only when it runs")
        return nil
    }

    /// nil where it cannot be told from the files what is read.
    private func source(_ source: DataSource, _ name: LineageStep.Name) -> Source? {
        if case .table(let table) = source.selection {
            guard let table = table.literal else { return nil }
            let address: TableAddress
            if let connection = source.connection {
                guard let connection = connection.literal else { return nil }
                address = .database(connection: connection, table: table)
            } else {
                guard let lake = LakeName(table) else { return nil }
                address = .lake(lake)
            }
            let known = columns[address]
            return Source(datasets: [.table(address)], columns: known, unknown: known == nil ? "the columns of \(address.text) are not known" : nil)
        }
        guard let connection = source.connection?.literal else { return nil }
        var known = project.lockedColumns(of: source)
        switch source.selection {
        case .table: return nil
        case .path(let path):
            let declared = source.format?.columns ?? []
            if !declared.isEmpty { known = declared.map { SQLColumn(name: $0.name, type: (try? SQLType(parsing: $0.value)) ?? .other($0.value)) } }
            return Source(
                datasets: [.files(connection: connection, path: path.written)], columns: known,
                unknown: known == nil ? "the columns of the files are neither declared (format: columns) nor locked" : nil)
        case .query:
            return Source(
                datasets: [.query(connection: connection, asker: name.text)], columns: known,
                unknown: known == nil ? "the query is in the SQL of the connection \"\(connection)\", and its columns are not locked" : nil)
        }
    }

    private func copyStep(
        _ copy: ActivityKind.Copy, _ source: Source, _ output: Dataset, _ name: LineageStep.Name, _ activity: Activity
    ) -> LineageStep {
        var made: [LineageStep.Column]?
        var rows: [LineageStep.Input] = []
        if let known = source.columns {
            made = known.map { column in
                LineageStep.Column(
                    column: column, inputs: source.datasets.map { .init(column: DatasetColumn($0, column.name), influence: .identity) })
            }
            if copy.audit { made! += Self.auditColumns.map { LineageStep.Column(column: $0, inputs: []) } }
            if let incremental = copy.source.incremental {
                rows = source.datasets.map { .init(column: DatasetColumn($0, incremental.column.value), influence: .filter) }
            }
        }
        return LineageStep(
            name: name, type: "copy", inputs: source.datasets, output: output, columns: made, rows: rows, unknown: source.unknown,
            place: activity.range, sql: nil)
    }

    private static let auditColumns = [
        SQLColumn(name: "_ingested_at", type: .timestamp(.microseconds)), SQLColumn(name: "_run_id", type: .varchar),
        SQLColumn(name: "_source", type: .varchar),
    ]

    private func transformDraft(
        _ transform: ActivityKind.Transform, _ output: Dataset, _ name: LineageStep.Name, _ activity: Activity, _ pipeline: Pipeline
    ) -> StepDraft {
        let query = analysis.query(of: name.activity, in: name.pipeline)
        var sources: [String: Source] = [:]
        for entry in transform.sources { sources[entry.name] = source(entry.value, name) }
        var inputs: Set<Dataset> = []
        for reference in query?.references ?? [] {
            switch reference.target {
            case .table(let address): inputs.insert(.table(address))
            case .source(let source): inputs.formUnion(sources[source]?.datasets ?? [])
            }
        }
        let step = LineageStep(
            name: name, type: "transform", inputs: inputs.sorted(), output: output, columns: nil, rows: [],
            unknown: query == nil ? "the query cannot be read" : nil, place: query?.text.range ?? activity.range, sql: query?.rendered.sql)
        return StepDraft(step: step, query: query, sources: sources)
    }

    private func publishStep(_ lake: LakeName, _ name: LineageStep.Name, _ activity: Activity) -> LineageStep {
        let input = Dataset.table(.lake(lake))
        let made = columns[.lake(lake)]?.map { column in
            LineageStep.Column(column: column, inputs: [.init(column: DatasetColumn(input, column.name), influence: .identity)])
        }
        return LineageStep(
            name: name, type: "publish", inputs: [input], output: .warehouse(lake), columns: made, rows: [],
            unknown: made == nil ? "the columns of \(lake.text) are not known" : nil, place: activity.range, sql: nil)
    }

    private func viewDraft(_ view: LakeName, _ name: LineageStep.Name, _ activity: Activity) -> StepDraft {
        let query = analysis.queries(of: name.pipeline).views.first { $0.activity == name.activity && $0.name == view }
        let reads = query?.tables?.compactMap { published[$0] }
        let step = LineageStep(
            name: name, type: "view", inputs: Set((reads ?? []).map(Dataset.published)).sorted(), output: .warehouse(view), columns: nil, rows: [],
            unknown: query == nil ? "the query cannot be read" : reads?.count == query?.reads.count ? nil : "the query names a table that is not known",
            place: query?.text.range ?? activity.range, sql: query?.rendered.sql)
        guard let query, let reads, reads.count == query.reads.count else { return StepDraft(step: step) }
        return StepDraft(step: step, view: (query, reads))
    }

    /// What is known of tables, and of the columns of what is none.
    func datasetColumns(completed steps: [LineageStep]) -> [Dataset: [SQLColumn]] {
        var result: [Dataset: [SQLColumn]] = [:]
        for (address, known) in columns { result[Dataset(address)] = known }
        for draft in drafts {
            for source in draft.sources.values {
                for dataset in source.datasets where result[dataset] == nil { result[dataset] = source.columns }
            }
        }
        for step in steps {
            if result[step.output] == nil { result[step.output] = step.columns?.map(\.column) }
            if step.type == "copy", let input = step.inputs.first, result[input] == nil {
                result[input] = step.columns?.filter { !$0.inputs.isEmpty }.map(\.column)
            }
        }
        return result
    }
}
