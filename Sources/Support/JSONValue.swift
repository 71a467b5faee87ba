/// A JSON document in memory, and the value type of the expression language.
///
/// Objects keep the order of their keys; equality does not depend on it. Texts are equal byte by byte, unlike Swift's
/// strings, for which `é` and `e` with a combining accent are the same.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number with a fraction or an exponent, or outside the range of `Int64`.
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// The members of a JSON object in the order they were written or added; keys are unique.
package struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    package private(set) var keys: [String]
    private var values: [ExactText: JSONValue]

    package init() {
        keys = []
        values = [:]
    }

    /// A later duplicate replaces the value and keeps the first position.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }

    package init(_ members: some Sequence<(String, JSONValue)>) {
        self.init()
        for (key, value) in members { self[key] = value }
    }

    /// Assigning `nil` removes the member.
    package subscript(key: String) -> JSONValue? {
        get { values[ExactText(key)] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: ExactText(key)) == nil { keys.append(key) }
            } else if values.removeValue(forKey: ExactText(key)) != nil {
                keys.removeAll { ExactText($0) == ExactText(key) }
            }
        }
    }

    package var count: Int { keys.count }
    package var isEmpty: Bool { keys.isEmpty }
    package var members: [(key: String, value: JSONValue)] { keys.map { ($0, values[ExactText($0)]!) } }

    package static func == (a: Self, b: Self) -> Bool { a.values == b.values }
    package func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

extension JSONValue: Hashable {
    package static func == (a: Self, b: Self) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let x), .bool(let y)): x == y
        case (.integer(let x), .integer(let y)): x == y
        case (.double(let x), .double(let y)): x == y
        case (.string(let x), .string(let y)): ExactText(x) == ExactText(y)
        case (.array(let x), .array(let y)): x == y
        case (.object(let x), .object(let y)): x == y
        case (.null, _), (.bool, _), (.integer, _), (.double, _), (.string, _), (.array, _), (.object, _): false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let b): hasher.combine(b)
        case .integer(let i): hasher.combine(i)
        case .double(let d): hasher.combine(d)
        case .string(let s): hasher.combine(ExactText(s))
        case .array(let a): hasher.combine(a)
        case .object(let o): hasher.combine(o)
        }
    }
}

extension JSONValue {
    package var asString: String? { if case .string(let s) = self { s } else { nil } }
    package var asBool: Bool? { if case .bool(let b) = self { b } else { nil } }
    package var asArray: [JSONValue]? { if case .array(let a) = self { a } else { nil } }
    package var asObject: JSONObject? { if case .object(let o) = self { o } else { nil } }
    /// An integer, or a double with an exact integral value in range.
    package var asInteger: Int64? {
        switch self {
        case .integer(let i): i
        case .double(let d): Int64(exactly: d)
        default: nil
        }
    }
    package var asDouble: Double? {
        switch self {
        case .integer(let i): Double(i)
        case .double(let d): d
        default: nil
        }
    }
    package var isNull: Bool { if case .null = self { true } else { false } }

    /// The member of that name, or nil where this is no object or has none.
    package subscript(key: String) -> JSONValue? { asObject?[key] }

    /// What the value is, in the words of JSON: `object`, `array`, `string`, `integer`, `number`, `boolean`, `null`.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral, ExpressibleByFloatLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
    package init(nilLiteral: ()) { self = .null }
}
