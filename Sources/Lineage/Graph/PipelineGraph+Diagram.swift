internal import Assets
package import Diagrams
internal import Validation

extension PipelineGraph {
    package var diagram: Diagram { Self.diagram(list) }

    private static func diagram(_ list: List) -> Diagram {
        let nodes = list.steps.enumerated().map { index, step in
            // A table that stands on an arrow needs not stand in the box.
            let shown = Set(list.edges.filter { $0.before == index }.map(\.reason.label))
            return Diagram.Node(
                identifier: step.identifier, title: step.name, detail: detail(step, without: shown), accent: accent(step.type),
                sections: step.lists.map { Diagram.Section(title: $0.title, content: diagram($0.list)) })
        }
        return Diagram(nodes: nodes, edges: edges(list))
    }

    /// One arrow between two steps, whatever the number of reasons.
    private static func edges(_ list: List) -> [Diagram.Edge] {
        var pairs: [(start: Int, end: Int, labels: [String], line: Diagram.Line)] = []
        for edge in list.edges {
            if let index = pairs.firstIndex(where: { $0.start == edge.before && $0.end == edge.after }) {
                pairs[index].labels.append(edge.reason.label)
            } else {
                pairs.append((edge.before, edge.after, [edge.reason.label], line(edge)))
            }
        }
        return pairs.map { Diagram.Edge(start: $0.start, end: $0.end, label: $0.labels.joined(separator: ", "), line: $0.line) }
    }

    private static func line(_ edge: ActivityGraph.Edge) -> Diagram.Line {
        switch edge.reason {
        case .table: .data
        case .variable, .output: .value
        case .declared(let conditions):
            switch conditions.first {
            case .failed: .failed
            case .skipped: .skipped
            case .completed: .completed
            case .succeeded, nil: .succeeded
            }
        }
    }

    private static func detail(_ step: Step, without shown: Set<String>) -> String {
        guard step.lists.isEmpty else { return step.type == "if" ? "if" : "for each item" }
        switch step.type {
        case "publish": return "publish to the warehouse"
        case "pipeline": return "runs \(step.writes.joined(separator: ", "))"
        default: break
        }
        let writes = step.writes.filter { !shown.contains($0) }
        return writes.isEmpty ? step.type : "\(step.type) → \(writes.joined(separator: ", "))"
    }

    private static func accent(_ type: String) -> Diagram.Accent {
        switch type {
        case "copy": .blue
        case "transform", "notebook", "script", "dataFlow": .green
        case "publish": .violet
        case "lookup", "getMetadata", "validation", "web": .teal
        case "pipeline": .amber
        case "fail", "delete": .red
        default: .slate
        }
    }
}
