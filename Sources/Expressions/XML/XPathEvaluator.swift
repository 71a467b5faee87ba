enum XPathNode: Hashable {
    case document
    case element(XMLElement)
    case attribute(XMLElement, Int)
    case text(XMLElement, Int)

    static func == (a: Self, b: Self) -> Bool { a.key == b.key }
    func hash(into hasher: inout Hasher) { hasher.combine(key) }

    /// Orders nodes as the document does: an element, its attributes, its content.
    var key: [Int] {
        switch self {
        case .document: [0]
        case .element(let element): [element.order]
        case .attribute(let element, let index): [element.order, 0, index]
        case .text(let element, let index): [element.order, 1, index]
        }
    }

    func stringValue(in root: XMLElement) -> String {
        switch self {
        case .document: root.stringValue
        case .element(let element): element.stringValue
        case .attribute(let element, let index): element.attributes[index].value
        case .text(let element, let index):
            if case .text(let text) = element.content[index] { text } else { "" }
        }
    }
}

/// Evaluates the expressions that `XPathParser` reads, by the rules of XPath 1.0.
struct XPathEvaluator {
    enum Value {
        case nodes([XPathNode])
        case text(String)
        case number(Double)
        case boolean(Bool)
    }

    struct Context {
        let node: XPathNode
        let position: Int
        let size: Int
    }

    let root: XMLElement
    /// What is left of the work that one expression may cause.
    private var budget = 5_000_000

    init(root: XMLElement) { self.root = root }

    mutating func value(of expression: XPathExpression, at context: Context) throws(FunctionFailure) -> Value {
        switch expression {
        case .text(let text): return .text(text)
        case .number(let number): return .number(number)
        case .path(let isAbsolute, let steps):
            var nodes = [isAbsolute ? .document : context.node]
            for step in steps { nodes = try apply(step, to: nodes) }
            return .nodes(nodes)
        case .both(let a, let b):
            guard try boolean(a, context) else { return .boolean(false) }
            return .boolean(try boolean(b, context))
        case .either(let a, let b):
            guard try !boolean(a, context) else { return .boolean(true) }
            return .boolean(try boolean(b, context))
        case .comparison(let sign, let a, let b):
            return .boolean(compare(sign, try value(of: a, at: context), try value(of: b, at: context)))
        case .function(let name, let arguments): return try call(name, arguments, context)
        }
    }

    private mutating func spend(_ amount: Int) throws(FunctionFailure) {
        budget -= amount
        guard budget >= 0 else { throw "the XPath expression is too costly for this document" }
    }

    private mutating func boolean(_ expression: XPathExpression, _ context: Context) throws(FunctionFailure) -> Bool {
        truth(try value(of: expression, at: context))
    }

    private mutating func apply(_ step: XPathExpression.Step, to nodes: [XPathNode]) throws(FunctionFailure) -> [XPathNode] {
        var found = Set<XPathNode>()
        var result: [XPathNode] = []
        for node in nodes {
            var candidates = try candidates(step, node)
            for predicate in step.predicates {
                var kept: [XPathNode] = []
                for (index, candidate) in candidates.enumerated() {
                    let context = Context(node: candidate, position: index + 1, size: candidates.count)
                    let value = try value(of: predicate, at: context)
                    let isKept = if case .number(let number) = value { number == Double(index + 1) } else { truth(value) }
                    if isKept { kept.append(candidate) }
                }
                candidates = kept
            }
            result += candidates.filter { found.insert($0).inserted }
        }
        return result.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    private mutating func candidates(_ step: XPathExpression.Step, _ node: XPathNode) throws(FunctionFailure) -> [XPathNode] {
        var nodes: [XPathNode] = []
        switch step.axis {
        case .current: nodes = [node]
        case .parent:
            switch node {
            case .document: nodes = []
            case .element(let element): nodes = [element.parent.map { .element($0) } ?? .document]
            case .attribute(let element, _), .text(let element, _): nodes = [.element(element)]
            }
        case .child: nodes = children(node)
        case .attribute:
            if case .element(let element) = node {
                nodes = element.attributes.indices.filter { !Self.isNamespace(element.attributes[$0].name) }
                    .map { .attribute(element, $0) }
            }
        case .descendantOrSelf:
            var pending = [node]
            while let next = pending.popLast() {
                nodes.append(next)
                pending += children(next).reversed()
                try spend(1)
            }
        }
        try spend(nodes.count + 1)
        return nodes.filter { matches($0, step.test) }
    }

    private static func isNamespace(_ name: String) -> Bool { name == "xmlns" || name.hasPrefix("xmlns:") }

    private func children(_ node: XPathNode) -> [XPathNode] {
        switch node {
        case .document: [.element(root)]
        case .element(let element):
            element.content.enumerated().map { index, part in
                if case .element(let child) = part { .element(child) } else { .text(element, index) }
            }
        case .attribute, .text: []
        }
    }

    private func matches(_ node: XPathNode, _ test: XPathExpression.Step.Test) -> Bool {
        switch (test, node) {
        case (.node, _): true
        case (.text, .text): true
        case (.any, .element), (.any, .attribute): true
        case (.name(let name), .element(let element)): element.name == name
        case (.name(let name), .attribute(let element, let index)): element.attributes[index].name == name
        default: false
        }
    }

    private mutating func call(
        _ name: String, _ arguments: [XPathExpression], _ context: Context
    ) throws(FunctionFailure) -> Value {
        var values: [Value] = []
        for argument in arguments { values.append(try value(of: argument, at: context)) }
        let first = values.first ?? .nodes([context.node])
        switch name {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "position": return .number(Double(context.position))
        case "last": return .number(Double(context.size))
        case "not": return .boolean(!truth(first))
        case "boolean": return .boolean(truth(first))
        case "string": return .text(text(first))
        case "number": return .number(number(first))
        case "string-length": return .number(Double(text(first).unicodeScalars.count))
        case "normalize-space": return .text(text(first).split(whereSeparator: \.isWhitespace).joined(separator: " "))
        case "concat": return .text(values.map(text).joined())
        case "contains": return .boolean(TextFunctions.first(of: Array(text(values[1]).utf8), in: Array(text(first).utf8), from: 0) != nil)
        case "starts-with": return .boolean(text(first).utf8.starts(with: text(values[1]).utf8))
        default: break
        }
        guard case .nodes(let nodes) = first else { throw "the XPath function \(value: name) takes nodes" }
        switch name {
        case "count": return .number(Double(nodes.count))
        case "sum":
            let sum = nodes.reduce(0) { $0 + number(.text($1.stringValue(in: root))) }
            guard sum.isFinite else { throw "the XPath function 'sum' met something that is no number" }
            return .number(sum)
        case "name": return .text(names(nodes.first).name)
        case "local-name": return .text(names(nodes.first).local)
        default: return .text(names(nodes.first).namespace)
        }
    }

    private func names(_ node: XPathNode?) -> (name: String, local: String, namespace: String) {
        switch node {
        case .element(let element): return (element.name, element.localName, element.namespace(of: element.prefix) ?? "")
        case .attribute(let element, let index):
            let name = element.attributes[index].name
            guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) else { return (name, name, "") }
            return (name, String(name[name.utf8.index(after: colon)...]), element.namespace(of: String(name[..<colon])) ?? "")
        default: return ("", "", "")
        }
    }

    private func truth(_ value: Value) -> Bool {
        switch value {
        case .nodes(let nodes): !nodes.isEmpty
        case .text(let text): !text.isEmpty
        case .number(let number): number != 0 && !number.isNaN
        case .boolean(let flag): flag
        }
    }

    private func text(_ value: Value) -> String {
        switch value {
        case .nodes(let nodes): nodes.first?.stringValue(in: root) ?? ""
        case .text(let text): text
        case .boolean(let flag): flag ? "true" : "false"
        case .number(let number):
            number.isNaN ? "NaN" : Int64(exactly: number).map { String($0) } ?? "\(number)"
        }
    }

    private func number(_ value: Value) -> Double {
        switch value {
        case .number(let number): number
        case .boolean(let flag): flag ? 1 : 0
        case .nodes, .text: Double(TextFunctions.trimmed(text(value))) ?? .nan
        }
    }

    /// A set of nodes compares as true where any of its nodes does.
    private func compare(_ sign: String, _ a: Value, _ b: Value) -> Bool {
        if case .nodes(let nodes) = a {
            if case .boolean = b { return compare(sign, .boolean(truth(a)), b) }
            return nodes.contains { compare(sign, .text($0.stringValue(in: root)), b) }
        }
        if case .nodes(let nodes) = b {
            if case .boolean = a { return compare(sign, a, .boolean(truth(b))) }
            return nodes.contains { compare(sign, a, .text($0.stringValue(in: root))) }
        }
        if sign == "=" || sign == "!=" {
            let isEqual: Bool =
                switch (a, b) {
                case (.boolean, _), (_, .boolean): truth(a) == truth(b)
                case (.number, _), (_, .number): number(a) == number(b)
                default: text(a) == text(b)
                }
            return isEqual == (sign == "=")
        }
        let (x, y) = (number(a), number(b))
        switch sign {
        case "<": return x < y
        case ">": return x > y
        case "<=": return x <= y
        default: return x >= y
        }
    }
}
