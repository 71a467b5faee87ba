/// Layers by longest path, lanes for arrows that pass a layer, an order with few crossings, straight lines where possible.
///
/// After Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981). Arrows of
/// one box with one label leave it at one place and share a lane, so that each label stands once.
struct LayeredLayout {
    /// A box, or the place where a lane passes a layer.
    struct Element {
        /// Position of the box; nil for a lane.
        let box: Int?
        let layer: Int
        var height: Double
        /// Centre.
        var y = 0.0
    }

    /// From one layer to the next.
    struct Segment {
        let start: Int
        let end: Int
        /// Of the starting box; nil from a lane.
        let port: Int?
        let line: Diagram.Line
    }

    /// Where arrows with one label leave a box.
    struct Port {
        let box: Int
        let label: String
        let line: Diagram.Line
        /// From the centre of the box.
        var offset = 0.0
    }

    var boxes: [Placement.Box]
    let layers: [Int]
    private(set) var ports: [Port] = []
    var elements: [Element] = []
    private(set) var segments: [Segment] = []
    /// Elements of each layer from above.
    var rows: [[Int]] = []

    init(_ boxes: [Placement.Box], edges: [Diagram.Edge]) {
        self.boxes = boxes
        let forward = Self.withoutCycles(edges, count: boxes.count)
        layers = Self.layers(forward, count: boxes.count)
        addPorts(forward)
        addElements(forward)
    }

    // MARK: Layers

    /// An edge that closes a circle is turned round.
    private static func withoutCycles(_ edges: [Diagram.Edge], count: Int) -> [Diagram.Edge] {
        var outgoing = Array(repeating: [Int](), count: count)
        for (index, edge) in edges.enumerated() { outgoing[edge.start].append(index) }
        var state = Array(repeating: 0, count: count)
        var turned: Set<Int> = []
        for start in 0..<count where state[start] == 0 {
            var stack: [(node: Int, next: Int)] = [(start, 0)]
            state[start] = 1
            while let top = stack.last {
                guard top.next < outgoing[top.node].count else {
                    state[top.node] = 2
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next += 1
                let index = outgoing[top.node][top.next]
                let end = edges[index].end
                if state[end] == 1 { turned.insert(index) }
                if state[end] == 0 {
                    state[end] = 1
                    stack.append((end, 0))
                }
            }
        }
        return edges.enumerated().map { index, edge in
            turned.contains(index) ? Diagram.Edge(start: edge.end, end: edge.start, label: edge.label, line: edge.line) : edge
        }
    }

    private static func layers(_ edges: [Diagram.Edge], count: Int) -> [Int] {
        var missing = Array(repeating: 0, count: count)
        var outgoing = Array(repeating: [Int](), count: count)
        var incoming = Array(repeating: [Int](), count: count)
        for edge in edges {
            missing[edge.end] += 1
            outgoing[edge.start].append(edge.end)
            incoming[edge.end].append(edge.start)
        }
        var layers = Array(repeating: 0, count: count)
        var ready = (0..<count).filter { missing[$0] == 0 }
        var order: [Int] = []
        while !ready.isEmpty {
            let node = ready.removeFirst()
            order.append(node)
            for next in outgoing[node] {
                layers[next] = max(layers[next], layers[node] + 1)
                missing[next] -= 1
                if missing[next] == 0 { ready.append(next) }
            }
        }
        // Shorter arrows: what more arrows leave than enter moves towards what follows it.
        for node in order.reversed() where outgoing[node].count > incoming[node].count {
            if let next = outgoing[node].map({ layers[$0] }).min() { layers[node] = max(layers[node], next - 1) }
        }
        return layers
    }

    // MARK: Ports, lanes

    private mutating func addPorts(_ edges: [Diagram.Edge]) {
        for edge in edges where !ports.contains(where: { $0.box == edge.start && $0.label == edge.label && $0.line == edge.line }) {
            ports.append(Port(box: edge.start, label: edge.label, line: edge.line))
        }
        for box in boxes.indices {
            let own = ports.indices.filter { ports[$0].box == box }
            let needed = Double(own.count) * Placement.Measure.port + 10
            if boxes[box].sections.isEmpty { boxes[box].height = max(boxes[box].height, needed) }
            for (position, port) in own.enumerated() {
                ports[port].offset = (Double(position) - Double(own.count - 1) / 2) * Placement.Measure.port
            }
        }
    }

    private mutating func addElements(_ edges: [Diagram.Edge]) {
        elements = boxes.indices.map { Element(box: $0, layer: layers[$0], height: boxes[$0].height) }
        for (index, port) in ports.enumerated() {
            let ends = edges.filter { $0.start == port.box && $0.label == port.label && $0.line == port.line }.map(\.end)
            let first = layers[port.box]
            let last = ends.map { layers[$0] }.max() ?? first
            var chain = [port.box]
            if last > first + 1 {
                for layer in (first + 1)..<last {
                    elements.append(Element(box: nil, layer: layer, height: Placement.Measure.lane))
                    let lane = elements.count - 1
                    segments.append(Segment(start: chain[chain.count - 1], end: lane, port: chain.count == 1 ? index : nil, line: port.line))
                    chain.append(lane)
                }
            }
            for end in Set(ends).sorted() {
                let before = layers[end] - first - 1
                segments.append(Segment(start: chain[before], end: end, port: before == 0 ? index : nil, line: port.line))
            }
        }
        rows = Array(repeating: [], count: (layers.max() ?? 0) + 1)
        for (index, element) in elements.enumerated() { rows[element.layer].append(index) }
    }

    func offset(of segment: Segment) -> Double { segment.port.map { ports[$0].offset } ?? 0 }

    // MARK: Result

    func placement() -> Placement {
        var layout = self
        layout.order()
        layout.align()
        return layout.draw()
    }

    private func draw() -> Placement {
        var result = Placement()
        var x = 0.0
        var lefts: [Double] = []
        var rights: [Double] = []
        // Labels stand between a layer and the place where its arrows begin to turn.
        var turns: [Double] = []
        for row in rows.indices {
            let own = rows[row].compactMap { elements[$0].box }
            let leafWidth = own.filter { boxes[$0].sections.isEmpty }.map { boxes[$0].width }.max() ?? 0
            let width = max(leafWidth, own.map { boxes[$0].width }.max() ?? 0)
            lefts.append(x)
            var turn = x + width
            for box in own {
                var placed = boxes[box]
                if placed.sections.isEmpty { placed.width = leafWidth }
                placed.x = x
                placed.y = elements[box].y - placed.height / 2
                result.boxes.append(placed)
                let labels = ports.filter { $0.box == box }.map { TextMeasure.width($0.label, size: Placement.Measure.label) }
                if let widest = labels.max(), widest > 0 { turn = max(turn, x + placed.width + widest + 14) }
            }
            rights.append(x + width)
            turns.append(turn)
            x = turn + Placement.Measure.turn
        }
        for segment in segments {
            let (start, end) = (elements[segment.start], elements[segment.end])
            let y = start.y + offset(of: segment)
            let from = start.box.map { box in result.boxes.first { $0.node.identifier == boxes[box].node.identifier }.map { $0.x + $0.width } ?? 0 }
                ?? lefts[start.layer]
            let turn = Placement.Point(x: turns[start.layer], y: y)
            result.strokes.append(.init(start: .init(x: from, y: y), end: turn, shape: .straight, line: segment.line, hasHead: false))
            result.strokes.append(
                .init(start: turn, end: .init(x: lefts[end.layer], y: end.y), shape: .curve, line: segment.line, hasHead: end.box != nil))
        }
        for port in ports where !port.label.isEmpty {
            guard let box = result.boxes.first(where: { $0.node.identifier == boxes[port.box].node.identifier }) else { continue }
            result.labels.append(
                .init(
                    text: port.label, position: .init(x: box.x + box.width + 7, y: elements[port.box].y + port.offset - 4), line: port.line))
        }
        result.width = rights.last ?? 0
        result.height = result.boxes.map { $0.y + $0.height }.max() ?? 0
        result.height = max(result.height, elements.map { $0.y + $0.height / 2 }.max() ?? 0)
        return result
    }
}
