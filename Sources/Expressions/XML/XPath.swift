internal import Support

extension XMLDocument {
    /// What an XPath expression yields: a number, text or boolean for a function; for nodes the one that is found, or
    /// an array where there are none or several. Elements are given as XML text, attributes and text as their text.
    func select(_ path: String) throws(FunctionFailure) -> JSONValue {
        var parser = XPathParser(path)
        let expression = try parser.parse()
        var evaluator = XPathEvaluator(root: root)
        switch try evaluator.value(of: expression, at: .init(node: .document, position: 1, size: 1)) {
        case .text(let text): return .string(text)
        case .boolean(let flag): return .bool(flag)
        case .number(let number): return Int64(exactly: number).map { .integer($0) } ?? .double(number)
        case .nodes(let nodes):
            let values = nodes.map { node -> JSONValue in
                if case .element(let element) = node { .string(element.text) } else { .string(node.stringValue(in: root)) }
            }
            return values.count == 1 ? values[0] : .array(values)
        }
    }
}

/// The part of XPath 1.0 that is understood: location paths along child, descendant (`//`), parent (`..`), self (`.`) and
/// attribute (`@`), with predicates; comparisons; `and`, `or`; and the functions below.
indirect enum XPathExpression {
    struct Step {
        enum Axis { case child, descendantOrSelf, parent, current, attribute }
        enum Test { case any, name(String), text, node }

        let axis: Axis
        let test: Test
        let predicates: [XPathExpression]
    }

    case path(isAbsolute: Bool, [Step])
    case text(String)
    case number(Double)
    case function(String, [XPathExpression])
    case comparison(String, XPathExpression, XPathExpression)
    case both(XPathExpression, XPathExpression)
    case either(XPathExpression, XPathExpression)

    /// Name, and how many arguments.
    static let functions: [String: ClosedRange<Int>] = [
        "string": 0...1, "count": 1...1, "sum": 1...1, "number": 0...1, "boolean": 1...1, "not": 1...1, "name": 0...1,
        "local-name": 0...1, "namespace-uri": 0...1, "position": 0...0, "last": 0...0, "contains": 2...2,
        "starts-with": 2...2, "normalize-space": 0...1, "string-length": 0...1, "concat": 2...16, "true": 0...0,
        "false": 0...0,
    ]
}

struct XPathParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func parse() throws(FunctionFailure) -> XPathExpression {
        let expression = try either()
        blanks()
        guard position == bytes.count else { throw unsupported() }
        return expression
    }

    private func unsupported() -> FunctionFailure {
        let rest = String(decoding: bytes[min(position, bytes.count)...], as: UTF8.self)
        if rest.isEmpty { return "the XPath expression ends too early" }
        return "the XPath expression is wrong, or uses what is not supported, at byte \(position): \(value: rest)"
    }

    private mutating func blanks() {
        while position < bytes.count, bytes[position] == 0x20 || (0x09...0x0D).contains(bytes[position]) { position += 1 }
    }

    private mutating func take(_ text: String) -> Bool {
        blanks()
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }

    /// A word that is not the start of a longer one.
    private mutating func takeWord(_ word: String) -> Bool {
        blanks()
        let start = position
        guard take(word) else { return false }
        if position < bytes.count, Self.isInName(bytes[position]) {
            position = start
            return false
        }
        return true
    }

    private static func isInName(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "_-.".utf8.contains(byte)
    }

    private mutating func either() throws(FunctionFailure) -> XPathExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 32 else { throw "the XPath expression is nested too deeply" }
        var left = try both()
        while takeWord("or") { left = .either(left, try both()) }
        return left
    }

    private mutating func both() throws(FunctionFailure) -> XPathExpression {
        var left = try comparison()
        while takeWord("and") { left = .both(left, try comparison()) }
        return left
    }

    private mutating func comparison() throws(FunctionFailure) -> XPathExpression {
        let left = try operand()
        for sign in ["!=", "<=", ">=", "=", "<", ">"] where take(sign) {
            return .comparison(sign, left, try operand())
        }
        return left
    }

    private mutating func operand() throws(FunctionFailure) -> XPathExpression {
        blanks()
        guard position < bytes.count else { throw unsupported() }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            guard let end = bytes[(position + 1)...].firstIndex(of: byte) else { throw "a text in the XPath expression is not closed" }
            defer { position = end + 1 }
            return .text(String(decoding: bytes[(position + 1)..<end], as: UTF8.self))
        case 0x30...0x39: return try number()
        case UInt8(ascii: "("):
            position += 1
            let inner = try either()
            guard take(")") else { throw unsupported() }
            return inner
        default: break
        }
        let start = position
        if let name = name(), !["text", "node"].contains(name), take("(") { return try function(name) }
        position = start
        return try path()
    }

    private mutating func number() throws(FunctionFailure) -> XPathExpression {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) || bytes[position] == UInt8(ascii: ".") {
            position += 1
        }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else { throw unsupported() }
        return .number(value)
    }

    private mutating func function(_ name: String) throws(FunctionFailure) -> XPathExpression {
        guard let counts = XPathExpression.functions[name] else {
            throw "the XPath function \(value: name) is not supported"
        }
        var arguments: [XPathExpression] = []
        if !take(")") {
            repeat { arguments.append(try either()) } while take(",")
            guard take(")") else { throw unsupported() }
        }
        guard counts.contains(arguments.count) else { throw "the XPath function \(value: name) has a wrong number of arguments" }
        return .function(name, arguments)
    }

    private mutating func path() throws(FunctionFailure) -> XPathExpression {
        var steps: [XPathExpression.Step] = []
        var isAbsolute = false
        let anywhere = XPathExpression.Step(axis: .descendantOrSelf, test: .node, predicates: [])
        if take("//") {
            isAbsolute = true
            steps.append(anywhere)
        } else if take("/") {
            isAbsolute = true
            blanks()
            if position == bytes.count { return .path(isAbsolute: true, []) }
        }
        steps.append(try step())
        while true {
            if take("//") { steps.append(anywhere) } else if !take("/") { break }
            steps.append(try step())
            guard steps.count <= 64 else { throw "the XPath expression has too many steps" }
        }
        return .path(isAbsolute: isAbsolute, steps)
    }

    private mutating func step() throws(FunctionFailure) -> XPathExpression.Step {
        if take("..") { return .init(axis: .parent, test: .node, predicates: []) }
        if take(".") { return .init(axis: .current, test: .node, predicates: []) }
        let axis: XPathExpression.Step.Axis = take("@") ? .attribute : .child
        let test: XPathExpression.Step.Test
        if take("*") {
            test = .any
        } else {
            blanks()
            guard let name = name() else { throw unsupported() }
            if take("::") { throw "XPath axes in full, like \(value: name + "::"), are not supported" }
            if take("(") {
                guard take(")"), name == "text" || name == "node" else { throw unsupported() }
                test = name == "text" ? .text : .node
            } else {
                test = .name(name)
            }
        }
        var predicates: [XPathExpression] = []
        while take("[") {
            predicates.append(try either())
            guard take("]") else { throw unsupported() }
        }
        return .init(axis: axis, test: test, predicates: predicates)
    }

    /// A name, with a prefix if one is there; `prefix:*` is not.
    private mutating func name() -> String? {
        let start = position
        guard position < bytes.count, Self.isInName(bytes[position]), !(0x30...0x39).contains(bytes[position]),
            bytes[position] != UInt8(ascii: "-"), bytes[position] != UInt8(ascii: ".")
        else { return nil }
        while position < bytes.count, Self.isInName(bytes[position]) { position += 1 }
        if position + 1 < bytes.count, bytes[position] == UInt8(ascii: ":"), Self.isInName(bytes[position + 1]) {
            position += 1
            while position < bytes.count, Self.isInName(bytes[position]) { position += 1 }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}
