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
    /// What the newer version says.
    let meaning: Meaning
    let formerMeaning: Meaning

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

    struct Step {
        let name: LineageStep.Name
        let inputs: [Dataset]
        let output: Dataset
        let path: String
        var isView = false
        var write: PipelineFacts.Write?

        /// Where what decides on rows by columns is among these (checks that sort rows out may name any), all of the table is another.
        func extent(_ extent: Extent) -> Extent {
            guard case .columns(let names) = extent, let write, write.sortsOut || !names.isDisjoint(with: write.keys) else { return extent }
            return .all
        }
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
                return Self.effect(of: made, rows: plan.rows, step, extents).map(step.extent)
            }
        }
        let reached = reached(extents.filter { !sources.contains($0.key) }, steps)
        let breaks = try await breaks(steps, engine) + abandoned(steps)
        let pipelines = Set(reached.flatMap { $0.through.compactMap { $0.split(separator: "/").first.map(String.init) } }).sorted()
        return Impact(reached: reached, pipelines: pipelines, breaks: breaks, gaps: gaps + unfollowedConnections(steps) + sharedSettings)
    }

    struct StepKey: Hashable {
        let name: LineageStep.Name
        let output: Dataset
        init(_ name: LineageStep.Name, _ output: Dataset) { (self.name, self.output) = (name, output) }
    }

    static func steps(_ snapshot: ProjectSnapshot) -> [Step] {
        let published = PublishedNames(snapshot.pipelines)
        return snapshot.pipelines.flatMap { facts -> [Step] in
            let pipeline = facts.name?.value ?? facts.givenName
            return facts.steps.compactMap { step in
                step.target.map {
                    Step(
                        name: .init(pipeline: pipeline, activity: step.activity), inputs: step.inputs.map { .table($0) }, output: .table($0),
                        path: facts.path, write: step.write)
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
    static func activity(_ asset: String) -> String {
        let mark = " / activity "
        guard let range = asset.firstRange(of: mark) else { return asset }
        return String(asset[range.upperBound...])
    }
}

extension String {
    func firstRange(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
