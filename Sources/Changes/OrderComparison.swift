internal import AssetLoading
internal import Assets
internal import Engine
internal import Support
internal import Validation

/// Activities that wait for others than before: by what is declared, and by the data they read and write.
enum OrderComparison {
    /// Adds to each changed pipeline what changed in its order. What an activity that is new or gone waits for is not told.
    static func told(_ changes: [Change], _ base: ProjectSide, _ head: ProjectSide, _ engine: EngineSupply) async throws(EngineError) -> [Change] {
        var pairs = changes.indices.compactMap { index -> (index: Int?, old: LoadedPipeline, new: LoadedPipeline)? in
            let change = changes[index]
            guard change.kind == Meaning.Kind.pipeline.rawValue, change.action == .changed || change.action == .renamed, change.parts.contains(where: mayReorder),
                let old = base.pipelines.first(where: { $0.name == change.formerName ?? change.name }),
                let new = head.pipelines.first(where: { $0.name == change.name })
            else { return nil }
            return (index, old, new)
        }
        // Where data leaves a choice the file decides: the same activities in another order are told with what follows from that.
        let known = Set(pairs.map(\.new.path))
        let told = Set(changes.filter { $0.kind == Meaning.Kind.pipeline.rawValue }.flatMap { [$0.name, $0.formerName].compactMap(\.self) })
        for new in head.pipelines where !known.contains(new.path) {
            guard let old = base.pipelines.first(where: { $0.name == new.name }), activityList(of: old) != activityList(of: new) else { continue }
            let index = changes.firstIndex { $0.kind == Meaning.Kind.pipeline.rawValue && $0.name == new.name }
            if index == nil, told.contains(new.name) { continue }
            pairs.append((index, old, new))
        }
        guard !pairs.isEmpty else { return changes }
        let before = try await SQLAnalysis.make(of: pairs.map(\.old), base.frame, engine: engine)
        let after = try await SQLAnalysis.make(of: pairs.map(\.new), head.frame, engine: engine)
        var result = changes
        for (index, old, new) in pairs {
            let names = Dictionary(
                (index.map { changes[$0].parts } ?? []).compactMap { part in part.kind == Meaning.Kind.activity.rawValue ? part.formerName.map { ($0, part.name) } : nil },
                uniquingKeysWith: { first, _ in first })
            let earlier = edges(of: old, before.queries(of: old.name)).map { Edge(before: names[$0.before] ?? $0.before, after: names[$0.after] ?? $0.after) }
            let now = edges(of: new, after.queries(of: new.name))
            let both = Set(activities(of: old).map { names[$0] ?? $0 }).intersection(activities(of: new))
            func told(_ edges: Set<Edge>, _ action: Change.Action) -> [Change] {
                edges.filter { both.contains($0.before) && both.contains($0.after) }.map { Change(kind, action, "\($0.after)\(mark)\($0.before)") }
            }
            let parts = (told(now.subtracting(earlier), .added) + told(Set(earlier).subtracting(now), .removed)).inOrder
            if let index { result[index].parts += parts } else if !parts.isEmpty {
                var change = Change(Meaning.Kind.pipeline.rawValue, .changed, new.name)
                change.parts = parts
                change.path = new.path
                result.append(change)
            }
        }
        return result
    }

    static let kind = "order"
    private static let mark = " after "

    /// Activities that run the other way round.
    static func turned(_ changes: [Change]) -> Set<String> {
        let orders = changes.filter { $0.kind == kind }
        let gone = Set(orders.filter { $0.action == .removed }.map(\.name))
        var names: Set<String> = []
        for change in orders where change.action == .added {
            // Names may hold the word between them.
            var start = change.name.startIndex
            while let range = change.name[start...].firstRange(of: mark) {
                let (after, before) = (change.name[..<range.lowerBound], change.name[range.upperBound...])
                if gone.contains("\(before)\(mark)\(after)") { names.formUnion([String(after), String(before)]) }
                start = range.upperBound
            }
        }
        return names
    }

    /// What an activity waits for comes from what it reads, writes and names.
    private static func mayReorder(_ change: Change) -> Bool {
        guard change.kind == Meaning.Kind.activity.rawValue else { return false }
        if change.action == .added || change.action == .removed { return false }
        return change.parts.contains { $0.kind != "field" || !ImpactSearch.isHarmless($0.name) || $0.name == "dependsOn" }
    }

    private struct Edge: Hashable {
        let before: String
        let after: String
    }

    private static func activities(of file: LoadedPipeline) -> Set<String> { Set(activityList(of: file)) }

    /// As they stand in the file.
    private static func activityList(of file: LoadedPipeline) -> [String] {
        var names: [String] = []
        file.pipeline?.forEachActivity { names.append($0.name.value) }
        return names
    }

    private static func edges(of file: LoadedPipeline, _ queries: PipelineQueries) -> Set<Edge> {
        var found: Set<Edge> = []
        func visit(_ list: [Activity]) {
            let graph = ActivityGraph.make(list, effects: list.map { file.effects(of: $0, queries) }).graph
            for edge in graph.edges { found.insert(Edge(before: list[edge.before].name.value, after: list[edge.after].name.value)) }
            for activity in list { for inner in activity.kind.lists { visit(inner) } }
        }
        visit(file.pipeline?.activities ?? [])
        return found
    }
}
