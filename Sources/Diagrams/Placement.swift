/// Where everything of a diagram goes: points, from the upper left corner.
package struct Placement: Sendable {
    package struct Point: Hashable, Sendable {
        package var x: Double
        package var y: Double
    }

    package struct Box: Sendable {
        package let node: Diagram.Node
        package var x: Double
        package var y: Double
        package var width: Double
        package var height: Double
        package var sections: [(title: String?, x: Double, y: Double, content: Placement)] = []
    }

    /// A stretch of arrows that take the same way.
    package struct Stroke: Sendable {
        package enum Shape: Sendable { case straight, curve }
        package let start: Point
        package let end: Point
        package let shape: Shape
        let line: Diagram.Line
        let hasHead: Bool
    }

    package struct Label: Sendable {
        package let text: String
        /// Left end of the base line.
        package let position: Point
        let line: Diagram.Line
    }

    package var width = 0.0
    package var height = 0.0
    package var boxes: [Box] = []
    package var strokes: [Stroke] = []
    package var labels: [Label] = []

    init() {}

    /// Measures of the drawing, in points.
    enum Measure {
        static let title = 13.0
        static let detail = 11.0
        static let label = 10.5
        static let padding = 14.0
        static let boxHeight = 46.0
        static let minimumWidth = 96.0
        static let header = 40.0
        static let sectionTitle = 20.0
        /// Between boxes above each other.
        static let rowGap = 18.0
        /// For arrows to turn, between layers.
        static let turn = 48.0
        /// Between labels of one box.
        static let port = 18.0
        static let lane = 10.0
    }

    mutating func append(_ other: Placement, x: Double, y: Double) {
        boxes += other.boxes.map { box in
            var box = box
            box.x += x
            box.y += y
            return box
        }
        func moved(_ point: Point) -> Point { Point(x: point.x + x, y: point.y + y) }
        strokes += other.strokes.map {
            Stroke(start: moved($0.start), end: moved($0.end), shape: $0.shape, line: $0.line, hasHead: $0.hasHead)
        }
        labels += other.labels.map { Label(text: $0.text, position: moved($0.position), line: $0.line) }
        width = max(width, x + other.width)
        height = max(height, y + other.height)
    }
}

extension Placement {
    /// Lays a diagram out from left to right: what hangs together in layers (Sugiyama), single boxes in rows below.
    package init(_ diagram: Diagram) {
        let boxes = diagram.nodes.map(Self.box)
        let components = Self.components(diagram)
        let connected = components.filter { $0.count > 1 }
        let single = components.filter { $0.count == 1 }.map { $0[0] }
        var y = 0.0
        for component in connected {
            let part = LayeredLayout(component.map { boxes[$0] }, edges: Self.edges(diagram, component)).placement()
            append(part, x: 0, y: y)
            y = height + Measure.rowGap * 1.5
        }
        guard !single.isEmpty else { return }
        let perRow = max(1, min(single.count, connected.isEmpty ? Self.columns(single.count) : max(4, Self.columns(single.count))))
        let leafWidth = single.map { boxes[$0] }.filter { $0.sections.isEmpty }.map(\.width).max() ?? 0
        var x = 0.0
        var rowHeight = 0.0
        for (position, index) in single.enumerated() {
            if position > 0, position % perRow == 0 {
                x = 0
                y += rowHeight + Measure.rowGap
                rowHeight = 0
            }
            var box = boxes[index]
            if box.sections.isEmpty { box.width = leafWidth }
            box.x = x
            box.y = y
            self.boxes.append(box)
            x += box.width + Measure.rowGap
            rowHeight = max(rowHeight, box.height)
            width = max(width, box.x + box.width)
            height = max(height, box.y + box.height)
        }
    }

    /// Boxes are about four times as wide as high.
    private static func columns(_ count: Int) -> Int {
        var columns = 1
        while columns * columns * 4 < count { columns += 1 }
        return columns
    }

    private static func box(_ node: Diagram.Node) -> Box {
        let text = max(
            TextMeasure.width(node.title, size: Measure.title, bold: true), TextMeasure.width(node.detail, size: Measure.detail))
        var box = Box(
            node: node, x: 0, y: 0, width: max(Measure.minimumWidth, text + 2 * Measure.padding + 4), height: Measure.boxHeight)
        guard !node.sections.isEmpty else { return box }
        var y = Measure.header + 4
        for section in node.sections {
            if let title = section.title {
                box.width = max(box.width, TextMeasure.width(title, size: Measure.detail) + 2 * Measure.padding)
                y += Measure.sectionTitle
            }
            let content = Placement(section.content)
            box.sections.append((section.title, Measure.padding, y, content))
            y += content.height + Measure.padding
            box.width = max(box.width, content.width + 2 * Measure.padding)
        }
        box.height = y
        return box
    }

    /// Nodes that hang together, each in order; ordered by their first.
    private static func components(_ diagram: Diagram) -> [[Int]] {
        var root = Array(diagram.nodes.indices)
        func find(_ index: Int) -> Int {
            var index = index
            while root[index] != index { index = root[index] }
            return index
        }
        for edge in diagram.edges {
            let (a, b) = (find(edge.start), find(edge.end))
            if a != b { root[max(a, b)] = min(a, b) }
        }
        return Dictionary(grouping: diagram.nodes.indices, by: find).sorted { $0.key < $1.key }.map { $0.value.sorted() }
    }

    private static func edges(_ diagram: Diagram, _ component: [Int]) -> [Diagram.Edge] {
        let position = Dictionary(uniqueKeysWithValues: component.enumerated().map { ($1, $0) })
        return diagram.edges.compactMap { edge in
            guard let start = position[edge.start], let end = position[edge.end] else { return nil }
            return Diagram.Edge(start: start, end: end, label: edge.label, line: edge.line)
        }
    }
}
