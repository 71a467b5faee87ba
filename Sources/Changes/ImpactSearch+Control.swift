internal import Assets
internal import Lineage
internal import Support
internal import Validation

/// Changes that reach tables without being in what writes them: lookups, variables, conditions, loops, called pipelines, deletions, and
/// activities that write somewhere else now, or nowhere.
extension ImpactSearch {
    /// Tables that have other rows, or may.
    func controlled(_ steps: [Step]) -> Set<Dataset> {
        let pipelines = changes.filter { $0.kind == Meaning.Kind.pipeline.rawValue }
        let written = Set(steps.map(\.output))
        var concerned = ConcernedActivities(meaning: meaning, pipelines: after.pipelines)
        // What hung on something that is gone, or on another variable.
        var formerly = ConcernedActivities(meaning: formerMeaning, pipelines: before.pipelines)
        var names: [[String]: (String, String)] = [:]
        var found: Set<Dataset> = []
        let former = Self.steps(before)
        let earlier = pipelines.isEmpty ? [:] : Dictionary(grouping: former, by: \.name)
        let now = pipelines.isEmpty ? [:] : Dictionary(grouping: steps, by: \.name)
        for pipeline in pipelines {
            for name in OrderComparison.turned(pipeline.parts) { concerned.add(name, of: pipeline.name) }
            for part in pipeline.parts where part.kind == Meaning.Kind.activity.rawValue {
                let isWhole = part.action == .added || part.action == .removed
                guard isWhole || part.action == .renamed || Self.extent(of: part.parts) != nil else { continue }
                let old = earlier[.init(pipeline: pipeline.formerName ?? pipeline.name, activity: part.formerName ?? part.name)] ?? []
                let new = now[.init(pipeline: pipeline.name, activity: part.name)] ?? []
                // What nobody writes any more is told as a break.
                found.formUnion(Set(old.map(\.output)).subtracting(new.map(\.output)).intersection(written))
                names[[pipeline.formerName ?? pipeline.name, part.formerName ?? part.name]] = (pipeline.name, part.name)
                guard isWhole || Self.extent(of: part.parts) != nil else { continue }
                if part.action != .removed { concerned.add(part.name, of: pipeline.name) }
                if part.action != .added { formerly.add(part.formerName ?? part.name, of: pipeline.formerName ?? pipeline.name) }
            }
        }
        let pipelineNames = Dictionary(pipelines.compactMap { pipeline in pipeline.formerName.map { ($0, pipeline.name) } }, uniquingKeysWith: { first, _ in first })
        let indirect = concerned.indirect + formerly.indirect.map { names[[$0.pipeline, $0.activity]] ?? (pipelineNames[$0.pipeline] ?? $0.pipeline, $0.activity) }
        for (pipeline, activity) in indirect {
            for step in now[.init(pipeline: pipeline, activity: activity)] ?? [] { found.insert(step.output) }
        }
        for name in concerned.calledPipelines.union(formerly.calledPipelines) { for step in steps where step.name.pipeline == name { found.insert(step.output) } }
        return found.union(concerned.deletedFrom.union(formerly.deletedFrom).map { .table(.lake($0)) })
    }

    /// Connections that changed and of which nothing is known to be read: their files are looked for when it runs.
    func unfollowedConnections(_ steps: [Step]) -> [String] {
        changes.filter { $0.kind == Meaning.Kind.environment.rawValue }.flatMap { environment in
            environment.parts.filter { $0.kind == Meaning.Kind.connection.rawValue && $0.action != .added }.compactMap { part in
                let isRead = steps.contains { step in
                    step.inputs.contains { if case .table(.database(part.name, _)) = $0 { true } else { false } }
                }
                return isRead ? nil : "who reads files of connection \(part.name) of \(environment.name) is not followed"
            }
        }
    }
}

/// Follows from activities to those whose work hangs on them, but for the tables between them.
private struct ConcernedActivities {
    private let parts: [String: [Meaning]]
    private let facts: [String: PipelineFacts]
    private var seen: Set<[String]> = []
    /// Not those that were added by name.
    private(set) var indirect: [(pipeline: String, activity: String)] = []
    private(set) var calledPipelines: Set<String> = []
    private(set) var deletedFrom: Set<LakeName> = []

    /// - Parameters:
    ///   - meaning: of the newer version; pipelines that changed are in it.
    ///   - pipelines: all of the newer version.
    init(meaning: Meaning, pipelines: [PipelineFacts]) {
        parts = Dictionary(
            meaning.parts.filter { $0.kind == .pipeline }.map { ($0.name, $0.parts.filter { $0.kind == .activity }) }, uniquingKeysWith: { first, _ in first })
        facts = Dictionary(pipelines.map { ($0.name?.value ?? $0.givenName, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func add(_ name: String, of pipeline: String) {
        guard seen.insert([pipeline, name]).inserted, let activities = parts[pipeline], let activity = activities.first(where: { $0.name == name }) else { return }
        var next = activities.filter { other in
            let place = other.fields["in"]?.asString
            return place == name || place?.hasPrefix(name + ", ") == true || other.mentions("activity('\(name)')")
        }
        switch activity.fields["type"]?.asString {
        case "setVariable", "appendVariable":
            if let variable = activity.fields["variable"]?.asString { next += activities.filter { $0.mentions("variables('\(variable)')") } }
        case "pipeline":
            if let called = activity.fields["pipeline"]?.asString { add(pipeline: called) }
        case "delete":
            deletedFrom.formUnion(facts[pipeline]?.deletions.filter { $0.activity == name }.map(\.table) ?? [])
        default: break
        }
        for other in next where !seen.contains([pipeline, other.name]) {
            indirect.append((pipeline, other.name))
            add(other.name, of: pipeline)
        }
    }

    private mutating func add(pipeline name: String) {
        guard calledPipelines.insert(name).inserted else { return }
        deletedFrom.formUnion(facts[name]?.deletions.map(\.table) ?? [])
        for call in facts[name]?.calls ?? [] { add(pipeline: call.target) }
    }
}

extension Meaning {
    /// Whether an expression of it holds this text, in its usual spelling.
    fileprivate func mentions(_ text: String) -> Bool {
        fields.members.contains { $0.key != "description" && $0.value.text().holdsBytes(of: text) } || sql.values.contains { $0.shown.holdsBytes(of: text) }
            || parts.contains { $0.mentions(text) }
    }
}
