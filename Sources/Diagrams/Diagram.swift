/// Boxes, boxes within boxes, and arrows between neighbours: what is to be drawn, not yet where.
package struct Diagram: Sendable {
    /// Decides on the colour of a box.
    package enum Accent: String, Sendable, CaseIterable { case blue, green, violet, teal, amber, red, slate }

    /// Decides on how an arrow is drawn, and what the legend says about it.
    package enum Line: String, Sendable, CaseIterable { case data, succeeded, failed, skipped, completed, value, call }

    package struct Node: Sendable {
        /// Unique among all of the drawing.
        package let identifier: String
        package let title: String
        /// Smaller, below the title; may be empty.
        package let detail: String
        package let accent: Accent
        package let sections: [Section]

        package init(identifier: String, title: String, detail: String, accent: Accent, sections: [Section] = []) {
            self.identifier = identifier
            self.title = title
            self.detail = detail
            self.accent = accent
            self.sections = sections
        }
    }

    /// A drawing inside a box.
    package struct Section: Sendable {
        package let title: String?
        package let content: Diagram

        package init(title: String?, content: Diagram) {
            self.title = title
            self.content = content
        }
    }

    /// Between nodes by their positions in `nodes`.
    package struct Edge: Sendable, Hashable {
        package let start: Int
        package let end: Int
        package let label: String
        package let line: Line

        package init(start: Int, end: Int, label: String, line: Line) {
            self.start = start
            self.end = end
            self.label = label
            self.line = line
        }
    }

    package let nodes: [Node]
    package let edges: [Edge]

    package init(nodes: [Node], edges: [Edge]) {
        precondition(edges.allSatisfy { nodes.indices.contains($0.start) && nodes.indices.contains($0.end) }, "an edge joins nodes")
        self.nodes = nodes
        self.edges = edges.filter { $0.start != $0.end }
    }

    /// Kinds of lines in it and in what its boxes hold.
    var lines: Set<Line> { nodes.flatMap(\.sections).reduce(into: Set(edges.map(\.line))) { $0.formUnion($1.content.lines) } }
}
