internal import Support

/// The JSON of a syntax tree as one flat list of nodes in document order. Trees nest deeper than a recursive parser of
/// documents should allow, and most of one is skipped: so values stay where they are in the text until asked for.
struct SyntaxTree {
    private let bytes: [UInt8]
    private var nodes: [Node] = []

    private struct Node {
        enum Kind { case object, array, scalar }
        let kind: Kind
        /// Bytes of the key with its quotes; empty in an array.
        let key: Range<Int>
        /// Bytes of a scalar.
        var value: Range<Int>
        /// Index of the first node after this one's descendants.
        var end: Int
    }

    var root: Int { 0 }

    /// nil where the text is no JSON object.
    init?(_ text: String) {
        bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "{"), read() else { return nil }
    }

    func isObject(_ node: Int) -> Bool { nodes[node].kind == .object }

    func children(_ node: Int) -> [Int] {
        guard nodes[node].kind != .scalar else { return [] }
        var result: [Int] = []
        var child = node + 1
        while child < nodes[node].end {
            result.append(child)
            child = nodes[child].end
        }
        return result
    }

    func isKey(_ node: Int, _ key: StaticString) -> Bool {
        matches(nodes[node].key, key)
    }

    func member(_ node: Int, _ key: StaticString) -> Int? {
        guard nodes[node].kind == .object else { return nil }
        var child = node + 1
        while child < nodes[node].end {
            if isKey(child, key) { return child }
            child = nodes[child].end
        }
        return nil
    }

    /// A text member; nil where there is none, or it is something else.
    func text(_ node: Int, _ key: StaticString) -> String? {
        member(node, key).flatMap { text(of: $0) }
    }

    func text(of member: Int) -> String? {
        guard nodes[member].kind == .scalar else { return nil }
        return (try? JSONValue(parsing: Array(bytes[nodes[member].value])))?.asString
    }

    func number(_ node: Int, _ key: StaticString) -> Int? {
        guard let member = member(node, key), nodes[member].kind == .scalar else { return nil }
        return Int(String(decoding: bytes[nodes[member].value], as: UTF8.self))
    }

    /// Whether a member is this text, which needs no escapes.
    func hasText(_ node: Int, _ key: StaticString, _ text: StaticString) -> Bool {
        guard let member = member(node, key), nodes[member].kind == .scalar else { return false }
        return matches(nodes[member].value, text)
    }

    private func matches(_ quoted: Range<Int>, _ text: StaticString) -> Bool {
        guard quoted.count == text.utf8CodeUnitCount + 2 else { return false }
        return text.withUTF8Buffer { $0.elementsEqual(bytes[quoted.dropFirst().dropLast()]) }
    }

    /// One pass with a stack of the open containers.
    private mutating func read() -> Bool {
        var open: [Int] = []
        var key = 0..<0
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open.append(nodes.count)
                nodes.append(Node(kind: byte == UInt8(ascii: "{") ? .object : .array, key: key, value: 0..<0, end: 0))
                key = 0..<0
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard let container = open.popLast() else { return false }
                nodes[container].end = nodes.count
                position += 1
                if open.isEmpty { return position == bytes.count }
            case UInt8(ascii: ","), UInt8(ascii: ":"), 9, 10, 13, 32: position += 1
            default:
                guard let container = open.last, let end = scalarEnd(position) else { return false }
                if nodes[container].kind == .object, key.isEmpty {
                    key = position..<end
                } else {
                    nodes.append(Node(kind: .scalar, key: key, value: position..<end, end: nodes.count + 1))
                    key = 0..<0
                }
                position = end
            }
        }
        return false
    }

    private func scalarEnd(_ start: Int) -> Int? {
        var position = start
        guard bytes[start] == UInt8(ascii: "\"") else {
            while position < bytes.count, ![0x2C, 0x5D, 0x7D].contains(bytes[position]) { position += 1 }
            return position
        }
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\\"): position += 2
            case UInt8(ascii: "\""): return position + 1
            default: position += 1
            }
        }
        return nil
    }
}
