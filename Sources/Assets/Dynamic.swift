package import Diagnostics
package import Expressions
package import Support

/// A field that takes a value or an expression which yields one when it runs.
package struct Dynamic<Value: DynamicConvertible>: Sendable {
    package enum Content: Sendable {
        case literal(Value)
        case expression(DynamicText)
    }

    package let content: Content
    package let range: SourceRange

    package init(_ content: Content, at range: SourceRange) {
        self.content = content
        self.range = range
    }

    /// The value, where it is known without running anything.
    package var literal: Value? { if case .literal(let value) = content { value } else { nil } }
    package var expression: DynamicText? { if case .expression(let text) = content { text } else { nil } }
}

/// What an expression's result can be turned into.
package protocol DynamicConvertible: Sendable {
    /// nil where the value does not fit; numbers and booleans are not read out of text.
    init?(_ value: JSONValue)
    /// `text`, `a whole number`: for messages.
    static var typeDescription: String { get }
    static var expressionType: ExpressionType { get }
}

extension String: DynamicConvertible {
    package init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = text
        case .integer(let number): self = String(number)
        case .double(let number): self = "\(number)"
        case .bool(let flag): self = flag ? "true" : "false"
        default: return nil
        }
    }
    package static var typeDescription: String { "text" }
    package static var expressionType: ExpressionType { .string }
}

extension Int: DynamicConvertible {
    package init?(_ value: JSONValue) {
        guard let number = value.asInteger else { return nil }
        self = Int(number)
    }
    package static var typeDescription: String { "a whole number" }
    package static var expressionType: ExpressionType { .integer }
}

extension Bool: DynamicConvertible {
    package init?(_ value: JSONValue) {
        guard let flag = value.asBool else { return nil }
        self = flag
    }
    package static var typeDescription: String { "true or false" }
    package static var expressionType: ExpressionType { .boolean }
}

extension JSONValue: DynamicConvertible {
    package init?(_ value: JSONValue) { self = value }
    package static var typeDescription: String { "a value" }
    package static var expressionType: ExpressionType { .any }
}

/// A JSON-like structure whose texts may hold expressions: arguments, request bodies, parameters.
package indirect enum DynamicValue: Sendable {
    case constant(JSONValue)
    case text(DynamicText)
    case array([DynamicValue])
    case object([(key: String, value: DynamicValue)])

    /// The value, where nothing in it is an expression.
    package var constant: JSONValue? {
        switch self {
        case .constant(let value): return value
        case .text: return nil
        case .array(let items):
            var values: [JSONValue] = []
            for item in items {
                guard let value = item.constant else { return nil }
                values.append(value)
            }
            return .array(values)
        case .object(let members):
            var object = JSONObject()
            for member in members {
                guard let value = member.value.constant else { return nil }
                object[member.key] = value
            }
            return .object(object)
        }
    }

    /// Every expression text in it.
    package var texts: [DynamicText] {
        switch self {
        case .constant: []
        case .text(let text): [text]
        case .array(let items): items.flatMap(\.texts)
        case .object(let members): members.flatMap(\.value.texts)
        }
    }
}
