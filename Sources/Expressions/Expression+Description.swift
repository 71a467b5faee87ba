internal import Support

extension Expression: CustomStringConvertible {
    /// The expression in one normal spelling, so that two that differ only in blanks and case of names read the same.
    package var description: String { root.isTooLarge ? "..." : root.text }
}

extension DynamicText: CustomStringConvertible {
    /// The text with its expressions in normal spelling.
    package var description: String {
        segments.map { segment in
            switch segment {
            case .literal(let text): text.escapingOpenings
            case .expression(let expression): "${{ \(expression) }}"
            }
        }.joined()
    }
}

extension String {
    fileprivate var escapingOpenings: String {
        let (bytes, opening) = (Array(utf8), Array("${{".utf8))
        var out: [UInt8] = []
        var position = 0
        while let found = TextFunctions.first(of: opening, in: bytes, from: position) {
            out += bytes[position..<found] + [UInt8(ascii: "$")] + opening
            position = found + opening.count
        }
        return String(decoding: out + bytes[position...], as: UTF8.self)
    }
}

extension ExpressionNode {
    fileprivate var text: String {
        switch kind {
        case .invalid: return "..."
        case .parameters: return "params"
        case .literal(let value): return Self.text(of: value)
        case .call(let name, _, let arguments):
            let name = FunctionTable.named(name)?.name ?? name
            return "\(name)(\(arguments.map(\.text).joined(separator: ", ")))"
        case .member(let base, let name, _, let isSafe):
            if base.collection == .parameters { return "params\(isSafe ? "?" : "").\(name)" }
            return "\(base.text)\(isSafe ? "?" : "").\(name)"
        case .index(let base, let index, let isSafe):
            let base = base.collection == .parameters ? "params" : base.text
            return "\(base)\(isSafe ? "?" : "")[\(index.text)]"
        case .expanded(let text):
            if let whole = text.wholeExpression { return whole.root.text }
            let parts = text.segments.map { segment in
                switch segment {
                case .literal(let literal): Self.text(of: .string(literal))
                case .expression(let expression): expression.root.text
                }
            }
            return "concat(\(parts.joined(separator: ", ")))"
        }
    }

    private static func text(of value: JSONValue) -> String {
        switch value {
        case .string(let text): "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
        case .array, .object: "json(\(Self.text(of: .string(value.text()))))"
        default: value.text()
        }
    }
}
