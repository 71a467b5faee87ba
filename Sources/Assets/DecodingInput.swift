package import Diagnostics
package import Expressions
package import Support
package import YAML

/// What a codec reads: a node of a file, or a value that a template's argument put in its place.
package enum DecodingInput {
    case node(YAMLNode)
    /// A constant from the call of a template, at the place in the template that asked for it.
    case constant(JSONValue, SourceRange)
    /// Text with expressions left in it, after template arguments were filled in.
    case dynamic(DynamicText, YAMLNode)

    package var range: SourceRange {
        switch self {
        case .node(let node): node.range
        case .constant(_, let range): range
        case .dynamic(_, let node): node.range
        }
    }

    package enum Shape { case null, scalar, sequence, mapping }

    package var shape: Shape {
        switch self {
        case .node(let node):
            switch node.kind {
            case .null: .null
            case .scalar: .scalar
            case .sequence: .sequence
            case .mapping: .mapping
            }
        case .constant(let value, _):
            switch value {
            case .null: .null
            case .array: .sequence
            case .object: .mapping
            default: .scalar
            }
        case .dynamic: .scalar
        }
    }

    /// In words, for "found ...".
    package var description: String {
        switch self {
        case .dynamic: "an expression"
        case .constant(let value, _): Self.words(for: value)
        case .node(let node): Self.words(for: node.json)
        }
    }

    private static func words(for value: JSONValue) -> String {
        switch value {
        case .null: "nothing"
        case .bool(let flag): flag ? "true" : "false"
        case .double(let number) where number.isNaN: "what is not a number"
        case .double(let number) where number.isInfinite: "an infinite number"
        case .integer, .double: "the number \(value.text())"
        case .string(let text): "the text \"\(text.count > 40 ? text.prefix(39) + "…" : text[...])\""
        case .array: "a list"
        case .object: "a mapping"
        }
    }
}
