package import AssetLoading
internal import Assets
package import Diagnostics
package import Diagrams
package import Support
package import Validation

/// How the pipelines of a project call each other, and the tables that one writes and another reads.
package struct ProjectGraph: Sendable {
    package struct Edge: Sendable, Hashable {
        package let start: Int
        package let end: Int
        /// Tables, in order; none: a call.
        package let tables: [String]

        package var isCall: Bool { tables.isEmpty }
    }

    package let name: String
    /// In order of their names.
    package let pipelines: [(name: String, activities: Int, triggers: [String], path: String)]
    package let edges: [Edge]

    package init(_ project: LoadedProject, _ analysis: SQLAnalysis) {
        name = project.project?.name.value ?? "project"
        let files = project.pipelines.sorted { $0.asset.name.value.utf8.lexicographicallyPrecedes($1.asset.name.value.utf8) }
        var reads: [Set<TableAddress>] = []
        var writes: [Set<TableAddress>] = []
        var calls: [Set<String>] = []
        pipelines = files.map { file in
            var effects = (reads: Set<TableAddress>(), writes: Set<TableAddress>(), calls: Set<String>(), count: 0)
            for activity in file.asset.activities {
                let own = project.effects(of: activity, in: file.asset, analysis)
                effects.reads.formUnion(own.reads)
                effects.writes.formUnion(own.writes.union(own.quarantines))
            }
            file.asset.forEachActivity { activity in
                effects.count += 1
                if case .pipeline(let name, _) = activity.kind { effects.calls.insert(name.value) }
            }
            reads.append(effects.reads)
            writes.append(effects.writes)
            calls.append(effects.calls)
            let triggers = file.asset.triggers.map { $0.cron.value + ($0.timeZone.map { " " + $0.value } ?? "") }
            return (file.asset.name.value, effects.count, triggers, file.path)
        }
        var edges: [Edge] = []
        for start in files.indices {
            for end in files.indices where end != start {
                if calls[start].contains(pipelines[end].name) { edges.append(Edge(start: start, end: end, tables: [])) }
                let shared = writes[start].intersection(reads[end].subtracting(writes[end])).map(\.text).sorted()
                if !shared.isEmpty { edges.append(Edge(start: start, end: end, tables: shared)) }
            }
        }
        self.edges = edges
    }

    private func detail(_ index: Int) -> String {
        let pipeline = pipelines[index]
        let count = "\(pipeline.activities) activit\(pipeline.activities == 1 ? "y" : "ies")"
        return pipeline.triggers.isEmpty ? count : count + ", " + pipeline.triggers.joined(separator: "; ")
    }

    package var diagram: Diagram {
        Diagram(
            nodes: pipelines.enumerated().map { index, pipeline in
                Diagram.Node(identifier: pipeline.name, title: pipeline.name, detail: detail(index), accent: .amber)
            },
            edges: edges.map { Diagram.Edge(start: $0.start, end: $0.end, label: Self.label($0), line: $0.isCall ? .call : .data) })
    }

    private static func label(_ edge: Edge) -> String {
        guard !edge.isCall else { return "calls" }
        return edge.tables.count <= 2
            ? edge.tables.joined(separator: ", ") : edge.tables.prefix(2).joined(separator: ", ") + " and \(edge.tables.count - 2) more"
    }

    package func text(style: TerminalStyle = .plain) -> String {
        var out = style.bold(VisibleText.escaped(name)) + "\n"
        let width = min(pipelines.map { DisplayWidth.of(VisibleText.escaped($0.name)) }.max() ?? 0, 40)
        for (index, pipeline) in pipelines.enumerated() {
            let isLast = index == pipelines.count - 1
            out += style.dim(isLast ? "└─ " : "├─ ") + DisplayWidth.padded(VisibleText.escaped(pipeline.name), to: width) + "  "
                + style.dim(VisibleText.escaped(detail(index))) + "\n"
            let indent = style.dim(isLast ? "   " : "│  ") + "  "
            for edge in edges where edge.start == index {
                let other = VisibleText.escaped(pipelines[edge.end].name)
                out += indent + (edge.isCall ? "calls \(other)" : "feeds \(other): " + style.dim(VisibleText.escaped(edge.tables.joined(separator: ", ")))) + "\n"
            }
        }
        return out
    }

    package var json: JSONValue {
        [
            "project": .string(name),
            "pipelines": .array(pipelines.map { pipeline in
                [
                    "name": .string(pipeline.name), "activities": .integer(Int64(pipeline.activities)),
                    "triggers": .array(pipeline.triggers.map { .string($0) }), "path": .string(pipeline.path),
                ]
            }),
            "edges": .array(edges.map { edge in
                [
                    "from": .string(pipelines[edge.start].name), "to": .string(pipelines[edge.end].name),
                    "reason": edge.isCall ? "call" : "tables", "tables": .array(edge.tables.map { .string($0) }),
                ]
            }),
        ]
    }
}
