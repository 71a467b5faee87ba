import Testing

import Diagrams

@Suite struct LayoutTests {
    /// Random graphs, with circles, long arrows, several labels and boxes within boxes: nothing lies upon anything else.
    @Test(arguments: 1...60)
    func nothingOverlaps(_ seed: Int) {
        var random = Random(state: UInt64(seed))
        check(Placement(Self.diagram(&random, depth: 2, prefix: "")))
    }

    private static func diagram(_ random: inout Random, depth: Int, prefix: String) -> Diagram {
        let count = random.below(14) + 1
        let nodes = (0..<count).map { index -> Diagram.Node in
            let identifier = "\(prefix)\(index)"
            let isContainer = depth > 0 && random.below(6) == 0
            return Diagram.Node(
                identifier: identifier, title: String(repeating: "n", count: random.below(20) + 1),
                detail: String(repeating: "detail ", count: random.below(5)), accent: .green,
                sections: isContainer ? [.init(title: "then", content: diagram(&random, depth: depth - 1, prefix: identifier + "/"))] : [])
        }
        let edges = (0..<random.below(2 * count)).map { _ in
            Diagram.Edge(
                start: random.below(count), end: random.below(count), label: String(repeating: "t", count: random.below(3) * 7),
                line: random.below(4) == 0 ? .failed : .data)
        }
        return Diagram(nodes: nodes, edges: edges)
    }

    private func check(_ placement: Placement) {
        let boxes = placement.boxes
        for (index, a) in boxes.enumerated() {
            #expect(a.x >= -0.01 && a.y >= -0.01 && a.x + a.width <= placement.width + 0.01 && a.y + a.height <= placement.height + 0.01)
            for b in boxes[..<index] {
                let areApart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
                #expect(areApart, "\(a.node.identifier) lies upon \(b.node.identifier)")
            }
            for label in placement.labels {
                // The narrowest a label of these letters can be.
                let width = 3.5 * Double(label.text.utf8.count)
                let isClear = label.position.x >= a.x + a.width || label.position.x + width <= a.x || label.position.y <= a.y
                    || label.position.y - 8 >= a.y + a.height
                #expect(isClear, "a label lies upon \(a.node.identifier)")
            }
            for stroke in placement.strokes {
                let (low, high) = (min(stroke.start.y, stroke.end.y), max(stroke.start.y, stroke.end.y))
                let isClear = stroke.end.x <= a.x + 0.01 || stroke.start.x >= a.x + a.width - 0.01 || high < a.y || low > a.y + a.height
                #expect(isClear, "an arrow crosses \(a.node.identifier)")
            }
            for section in a.sections { check(section.content) }
        }
        for (index, a) in placement.labels.enumerated() {
            for b in placement.labels[..<index] where a.position.x == b.position.x {
                #expect(abs(a.position.y - b.position.y) >= 12, "labels lie upon each other")
            }
        }
    }

    @Test func longChainsAndManySingleBoxesAreLaidOut() {
        let chain = (0..<300).map { Diagram.Node(identifier: "\($0)", title: "n\($0)", detail: "", accent: .blue) }
        let edges = (1..<300).map { Diagram.Edge(start: $0 - 1, end: $0, label: "", line: .data) }
        #expect(Placement(Diagram(nodes: chain, edges: edges)).boxes.count == 300)
        let single = Placement(Diagram(nodes: chain, edges: []))
        #expect(single.width < 8 * single.height && single.height < 8 * single.width)
    }

    @Test func textsAreEscaped() {
        let node = Diagram.Node(identifier: "a\"\\\n", title: "<b> & \"c\"\u{7}", detail: "", accent: .red)
        let diagram = Diagram(nodes: [node], edges: [])
        #expect(diagram.svg(title: "]]>").contains("&lt;b&gt; &amp; &quot;c&quot; </text>"))
        #expect(diagram.dot(name: "x").contains(#""a\"\\\n" [label="<b> & \"c\" "];"#))
    }
}

/// SplitMix64.
struct Random {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
}
