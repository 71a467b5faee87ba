/// A JSON document in memory, and the value type of the expression language.
///
/// Objects keep the order of their keys; equality does not depend on it.
package enum JSONValue: Sendable, Hashable {
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
    private var values: [String: JSONValue]

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
        get { values[key] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
            } else if values.removeValue(forKey: key) != nil {
                keys.removeAll { $0 == key }
            }
        }
    }

    package var count: Int { keys.count }
    package var isEmpty: Bool { keys.isEmpty }
    package var members: [(key: String, value: JSONValue)] { keys.map { ($0, values[$0]!) } }

    package static func == (a: Self, b: Self) -> Bool { a.values == b.values }
    package func hash(into hasher: inout Hasher) { hasher.combine(values) }
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
    package var isNull: Bool { self == .null }

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
