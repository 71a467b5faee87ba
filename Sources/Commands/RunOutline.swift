internal import AssetLoading
internal import Assets
internal import Validation

/// What a run would do, in the order in which it would: for `run --dry-run`.
struct RunOutline {
    let project: LoadedProject
    let analysis: SQLAnalysis
    let pipeline: Pipeline

    var text: String {
        var text = "pipeline \(pipeline.name.value)\n"
        write(pipeline.activities, indent: "  ", into: &text)
        return text
    }

    private func write(_ activities: [Activity], indent: String, into text: inout String) {
        let effects = activities.map { project.effects(of: $0, in: pipeline, analysis) }
        let graph = ActivityGraph.make(activities, effects: effects).graph
        for (number, position) in graph.order.enumerated() {
            let activity = activities[position]
            text += "\(indent)\(number + 1). \(activity.name.value) (\(activity.kind.typeName))"
            if activity.kind.children.isEmpty {
                let reads = effects[position].reads.sorted().map(\.text)
                let writes = effects[position].writes.sorted().map(\.text)
                if !reads.isEmpty { text += " reads \(reads.joined(separator: ", "))" }
                if !writes.isEmpty { text += " writes \(writes.joined(separator: ", "))" }
            }
            let after = Set(graph.edges(into: position).map { activities[$0.before].name.value }).sorted()
            if !after.isEmpty { text += " after \(after.joined(separator: ", "))" }
            text += "\n"
            for list in activity.kind.lists { write(list, indent: indent + "   ", into: &text) }
        }
    }
}
