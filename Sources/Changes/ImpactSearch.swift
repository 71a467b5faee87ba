internal import AssetLoading
internal import Assets
internal import Engine
internal import Lineage
internal import Support
internal import Validation

/// Follows changes to all that is made of what they touch.
struct ImpactSearch {
    let changes: [Change]
    let tables: [Change]
    let before: ProjectSnapshot
    let after: ProjectSnapshot
    let side: ProjectSide
    let earlier: ProjectSide

    /// Steps whose columns are looked at; beyond, whole tables are followed.
    static let longestWay = 400

    /// What of a table becomes another.
    enum Extent: Equatable {
        case all
        case columns(Set<String>)

        mutating func add(_ other: Extent) -> Bool {
            switch (self, other) {
            case (.all, _): return false
            case (_, .all):
                self = .all
                return true
            case (.columns(let one), .columns(let more)):
                self = .columns(one.union(more))
                return !more.isSubset(of: one)
            }
        }
    }

    private struct Step {
        let name: LineageStep.Name
        let inputs: [Dataset]
        let output: Dataset
        let path: String
        var isView = false
    }

    func run(_ engine: EngineSupply) async throws -> Impact {
        let steps = Self.steps(after)
        var readers: [Dataset: [Int]] = [:]
        for (index, step) in steps.enumerated() { for input in Set(step.inputs) { readers[input, default: []].append(index) } }
        let (seeds, sources) = self.seeds(steps)
        var gaps: [String] = []
        var extents: [Dataset: Extent] = [:]
        for (dataset, extent) in seeds where extent == .all { extents[dataset] = .all }
        Self.spread(&extents, Array(extents.keys), steps, readers) { _, _ in .all }
        // Single columns are followed through the plans of the queries that read them.
        let partial = seeds.filter { if case .columns = $0.value { extents[$0.key] == nil } else { false } }
        if !partial.isEmpty {
            let way = Self.downstream(of: Set(partial.keys), steps, readers).filter { extents[steps[$0].output] != .all }
            var lineage: Lineage?
            if way.count > Self.longestWay {
                gaps.append("\(way.count) activities lie downstream of the changed columns: they are followed table by table")
            } else if !way.isEmpty {
                lineage = try await self.lineage(of: way.map { steps[$0] }, side, after, engine)
            }
            let plans = Dictionary((lineage?.steps ?? []).map { (StepKey($0.name, $0.output), $0) }, uniquingKeysWith: { first, _ in first })
            for (dataset, extent) in partial { extents[dataset] = extent }
            Self.spread(&extents, Array(partial.keys), steps, readers) { step, extents in
                // It is published as it is.
                if case .warehouse = step.output, !step.isView { return step.inputs.first.flatMap { extents[$0] } }
                if step.inputs.contains(where: { extents[$0] == .all }) { return .all }
                guard let plan = plans[StepKey(step.name, step.output)], plan.unknown == nil, let made = plan.columns else { return .all }
                return Self.effect(of: made, rows: plan.rows, step, extents)
            }
        }
        let reached = reached(extents.filter { !sources.contains($0.key) }, steps)
        let breaks = try await breaks(steps, engine) + abandoned(steps)
        let pipelines = Set(reached.flatMap { $0.through.compactMap { $0.split(separator: "/").first.map(String.init) } }).sorted()
        return Impact(reached: reached, pipelines: pipelines, breaks: breaks, gaps: gaps + sharedSettings)
    }

    private struct StepKey: Hashable {
        let name: LineageStep.Name
        let output: Dataset
        init(_ name: LineageStep.Name, _ output: Dataset) { (self.name, self.output) = (name, output) }
    }

    private static func steps(_ snapshot: ProjectSnapshot) -> [Step] {
        let published = PublishedNames(snapshot.pipelines)
        return snapshot.pipelines.flatMap { facts -> [Step] in
            let pipeline = facts.name?.value ?? facts.givenName
            return facts.steps.compactMap { step in
                step.target.map {
                    Step(
                        name: .init(pipeline: pipeline, activity: step.activity), inputs: step.inputs.map { .table($0) }, output: .table($0),
                        path: facts.path)
                }
            } + facts.publishes.map {
                Step(
                    name: .init(pipeline: pipeline, activity: Self.activity($0.site.asset)), inputs: [.table(.lake($0.table))],
                    output: .warehouse($0.table), path: facts.path)
            } + facts.views.map { view in
                Step(
                    name: .init(pipeline: pipeline, activity: view.activity),
                    inputs: (view.reads ?? []).compactMap { $0.name.flatMap { published[$0] }.map(Dataset.published) }, output: .warehouse(view.name),
                    path: facts.path, isView: true)
            }
        }
    }

    /// `pipeline sales / activity publish`
    private static func activity(_ asset: String) -> String {
        let mark = " / activity "
        guard let range = asset.firstRange(of: mark) else { return asset }
        return String(asset[range.upperBound...])
    }

    // MARK: Where it begins

    /// What is changed itself, and what only is another source than before.
    private func seeds(_ steps: [Step]) -> (seeds: [Dataset: Extent], sources: Set<Dataset>) {
        var seeds: [Dataset: Extent] = [:]
        var sources: Set<Dataset> = []
        func add(_ dataset: Dataset, _ extent: Extent) {
            if seeds[dataset]?.add(extent) == nil { seeds[dataset] = extent }
        }
        let writers = Dictionary(grouping: steps, by: \.name)
        for change in changes {
            switch Meaning.Kind(rawValue: change.kind) {
            case .pipeline?:
                for part in change.parts where part.kind == Meaning.Kind.activity.rawValue {
                    for step in writers[.init(pipeline: change.name, activity: part.name)] ?? [] {
                        if let extent = extent(of: part, upon: step) { add(step.output, extent) }
                    }
                }
                // Any of its activities may use what runs are given.
                let settings = [Meaning.Kind.parameter, .variable].map(\.rawValue)
                if change.parts.contains(where: { settings.contains($0.kind) && $0.action != .added }) {
                    for step in steps where step.name.pipeline == change.name { add(step.output, .all) }
                }
            case .sourceSchema?:
                for table in change.parts where table.kind == Meaning.Kind.table.rawValue {
                    let columns = Set(table.parts.filter { $0.kind == Meaning.Kind.column.rawValue }.map { $0.name.lowercased() })
                    let source = Dataset.table(.database(connection: change.name, table: table.name))
                    sources.insert(source)
                    add(source, columns.isEmpty ? .all : .columns(columns))
                }
            case .environment?:
                for part in change.parts where part.kind == Meaning.Kind.connection.rawValue && part.action != .added {
                    for step in steps {
                        for case .table(.database(let connection, let table)) in step.inputs where connection == part.name {
                            let source = Dataset.table(.database(connection: connection, table: table))
                            sources.insert(source)
                            add(source, .all)
                        }
                    }
                }
            default: break
            }
        }
        for table in tables {
            guard let step = steps.first(where: { $0.output.text == table.name }) else { continue }
            let columns = Set(table.parts.map { $0.name.lowercased() })
            if !columns.isEmpty { add(step.output, .columns(columns)) }
        }
        return (seeds, sources)
    }

    /// Of what an activity writes; nil: its rows are as before.
    private func extent(of change: Change, upon step: Step) -> Extent? {
        if change.action == .added || change.action == .removed { return .all }
        return Self.extent(of: change.parts, upon: step)
    }

    /// Of parts of an activity that changed.
    static func extent(of parts: [Change]) -> Extent? { extent(of: parts, upon: nil) }

    private static func extent(of parts: [Change], upon step: Step?) -> Extent? {
        var extent: Extent?
        func add(_ more: Extent) {
            if extent?.add(more) == nil { extent = more }
        }
        for part in parts {
            // A view hangs on its own query alone, and nothing beside it on that.
            let view = part.name.hasPrefix(Meaning.viewPrefix) ? part.name.dropFirst(Meaning.viewPrefix.count) : nil
            if let step, view != nil || step.isView, step.output.text != "warehouse." + (view ?? "") { continue }
            if part.kind == Meaning.Kind.check.rawValue {
                if sortsOut(part) { add(.all) }
            } else if part.name == "query" || view != nil, part.marks.contains(.logic) {
                add(part.columns.map { .columns($0) } ?? .all)
            } else if !isHarmless(part.name) {
                add(.all)
            }
        }
        return extent
    }

    /// Fields that decide when and how often something runs, not what comes of it.
    static func isHarmless(_ field: String) -> Bool {
        ["description", "timeout", "dependsOn", "batchCount"].contains(field) || field.hasPrefix("retry.")
    }

    /// Rows that violate it are left out, now or before.
    private static func sortsOut(_ check: Change) -> Bool {
        let words = [check.words] + check.parts.flatMap { [$0.old?.asString, $0.new?.asString] }
        return words.contains { $0 == "drop" || $0 == "quarantine" }
    }

    /// Settings that any pipeline may use.
    private var sharedSettings: [String] {
        let kinds = [Meaning.Kind.globalParameter, .variable].map(\.rawValue)
        return changes.filter { $0.kind == Meaning.Kind.project.rawValue || $0.kind == Meaning.Kind.environment.rawValue }.flatMap { asset in
            asset.parts.filter { kinds.contains($0.kind) }.map { "any pipeline may read \(Words.kind($0.kind)) \($0.name) of \(asset.name)" }
        }
    }

    // MARK: The way down

    private static func spread(
        _ extents: inout [Dataset: Extent], _ start: [Dataset], _ steps: [Step], _ readers: [Dataset: [Int]],
        _ effect: (Step, [Dataset: Extent]) -> Extent?
    ) {
        var waiting = start
        while let dataset = waiting.popLast() {
            for index in readers[dataset] ?? [] {
                let step = steps[index]
                guard step.output != dataset, let extent = effect(step, extents) else { continue }
                if let isNew = extents[step.output]?.add(extent) {
                    if isNew { waiting.append(step.output) }
                } else {
                    extents[step.output] = extent
                    waiting.append(step.output)
                }
            }
        }
    }

    private static func effect(
        of made: [LineageStep.Column], rows: [LineageStep.Input], _ step: Step, _ extents: [Dataset: Extent]
    ) -> Extent? {
        func isReached(_ column: DatasetColumn) -> Bool {
            switch extents[column.dataset] {
            case .all?: true
            case .columns(let names)?: names.contains(column.name.lowercased())
            case nil: false
            }
        }
        if rows.contains(where: { isReached($0.column) }) { return .all }
        let names = made.filter { $0.inputs.contains { isReached($0.column) } }.map { $0.column.name.lowercased() }
        return names.isEmpty ? nil : .columns(Set(names))
    }

    private static func downstream(of start: Set<Dataset>, _ steps: [Step], _ readers: [Dataset: [Int]]) -> [Int] {
        var (seen, taken) = (start, Set<Int>())
        var waiting = Array(start)
        while let dataset = waiting.popLast() {
            for index in readers[dataset] ?? [] where taken.insert(index).inserted {
                if seen.insert(steps[index].output).inserted { waiting.append(steps[index].output) }
            }
        }
        return taken.sorted()
    }

    private func lineage(of steps: [Step], _ side: ProjectSide, _ snapshot: ProjectSnapshot, _ engine: EngineSupply) async throws -> Lineage {
        let paths = Set(steps.map { ExactText($0.path) })
        let files = side.files.files.filter { paths.contains(ExactText($0.path)) }.concurrentMap(chunk: 4) { side.loader.load($0) }
        let project = LoadedProject(frame: side.frame, files: files.compactMap(\.self), schemas: side.schemas)
        let analysis = try await SQLAnalysis.make(of: project.files, side.frame, engine: engine)
        let wanted = Set(steps.map(\.name))
        return try await Lineage.make(of: project, analysis: analysis, columns: snapshot.columns, engine: engine, where: wanted.contains)
    }

    private func reached(_ extents: [Dataset: Extent], _ steps: [Step]) -> [Impact.Reached] {
        let writers = Dictionary(grouping: steps, by: \.output)
        return extents.keys.sorted().compactMap { dataset in
            guard let extent = extents[dataset] else { return nil }
            var columns: [String]?
            if case .columns(let names) = extent {
                let known = address(of: dataset).flatMap { after.columns[$0] } ?? []
                columns = known.map(\.name).filter { names.contains($0.lowercased()) }
                // A column that is gone is told as a change.
                if columns?.isEmpty == true { return nil }
                if columns?.count == known.count { columns = nil }
            }
            let through = Set((writers[dataset] ?? []).map(\.name.text)).sorted()
            // A source is where things come from, nothing that they follow from.
            if through.isEmpty { return nil }
            return Impact.Reached(name: dataset.text, kind: dataset.kind, columns: columns, through: through)
        }
    }

    private func address(of dataset: Dataset) -> TableAddress? {
        switch dataset {
        case .table(let address): address
        case .warehouse(let name): after.columns[.view(name)] == nil ? .lake(name) : .view(name)
        case .files, .query: nil
        }
    }

    // MARK: What breaks

    /// Tables that nothing writes any more, where something still reads them.
    private func abandoned(_ steps: [Step]) -> [Impact.Break] {
        func tables(_ steps: [Step]) -> Set<Dataset> { Set(steps.map(\.output).filter { if case .table(.lake) = $0 { true } else { false } }) }
        let gone = tables(Self.steps(before)).subtracting(tables(steps))
        return gone.sorted().compactMap { table in
            let readers = after.pipelines.flatMap { facts in
                let pipeline = facts.name?.value ?? facts.givenName
                return facts.reads.filter { $0.table.text == table.text }.map { "\(pipeline)/\(Self.activity($0.site.asset))" }
            }
            let published = steps.contains { $0.output.text == "warehouse." + table.text } ? "warehouse." + table.text : nil
            if readers.isEmpty, published == nil { return nil }
            return Impact.Break(table: table.text, column: nil, words: "no longer written", readers: Set(readers).sorted(), published: published)
        }
    }

    private func breaks(_ steps: [Step], _ engine: EngineSupply) async throws -> [Impact.Break] {
        let broken = tables.filter { $0.marks.contains(.breaking) }
        guard !broken.isEmpty else { return [] }
        let names = Set(broken.map(\.name))
        let changed = Set(changes.filter { $0.kind == Meaning.Kind.pipeline.rawValue }.flatMap { pipeline in
            pipeline.parts.filter { $0.kind == Meaning.Kind.activity.rawValue && $0.parts.contains { $0.marks.contains(.logic) } }
                .map { LineageStep.Name(pipeline: pipeline.name, activity: $0.name) }
        })
        let changedViews = Set(changes.flatMap(\.parts).flatMap(\.parts).filter { $0.name.hasPrefix(Meaning.viewPrefix) && $0.marks.contains(.logic) }
            .map { "warehouse." + $0.name.dropFirst(Meaning.viewPrefix.count) })
        let present = Set(steps.map { StepKey($0.name, $0.output) })
        let readers = Self.steps(before).filter { step in
            guard present.contains(StepKey(step.name, step.output)) else { return false }
            let isChanged = step.isView ? changedViews.contains(step.output.text) : changed.contains(step.name)
            return !isChanged && names.contains { name in step.inputs.contains { $0.isMade(of: name) } }
        }
        let known = try await lineage(of: readers.filter { if case .table = $0.output { true } else { $0.isView } }, earlier, before, engine)
        return broken.flatMap { table -> [Impact.Break] in
            let isPublished = steps.contains { $0.output.text == "warehouse." + table.name }
            return table.parts.filter { $0.marks.contains(.breaking) }.map { column in
                let hit = known.steps.filter { $0.type != "publish" && $0.reads(column.name, of: table.name) }.map { $0.type == "view" ? $0.output.text : $0.name.text }
                return Impact.Break(
                    table: table.name, column: column.name, words: Words.column(column), readers: Set(hit).sorted(),
                    published: isPublished ? "warehouse." + table.name : nil)
            }
        }
    }
}

extension Dataset {
    /// The table itself, or as it is published.
    fileprivate func isMade(of table: String) -> Bool {
        if case .warehouse(let name) = self, name.text == table { return true }
        return text == table
    }
}

extension LineageStep {
    /// Where its columns are not known, it may.
    fileprivate func reads(_ column: String, of table: String) -> Bool {
        guard inputs.contains(where: { $0.isMade(of: table) }) else { return false }
        guard let columns else { return true }
        return (columns.flatMap(\.inputs) + rows).contains { $0.column.dataset.isMade(of: table) && $0.column.name.lowercased() == column.lowercased() }
    }
}

extension String {
    fileprivate func firstRange(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
