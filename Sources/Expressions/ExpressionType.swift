package import Support

/// What is known of a value's type before anything runs.
package enum ExpressionType: String, Sendable, Hashable, CaseIterable {
    case string, integer, float, boolean, array, object, null
    /// Not known, or any.
    case any

    package init(of value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .bool: .boolean
            case .integer: .integer
            case .double: .float
            case .string: .string
            case .array: .array
            case .object: .object
            }
    }

    /// Whether a value of this type may serve where `wanted` is asked for: false only where it certainly may not.
    package func mayBe(_ wanted: ExpressionType) -> Bool {
        self == wanted || self == .any || wanted == .any || isNumber && wanted.isNumber
    }

    var isNumber: Bool { self == .integer || self == .float }

    /// `a string`, `an integer`: for messages.
    package var withArticle: String {
        switch self {
        case .any: "any value"
        case .null: "null"
        case .integer, .array, .object: "an \(rawValue)"
        default: "a \(rawValue)"
        }
    }

    /// The type that holds the values of both.
    func joined(_ other: ExpressionType) -> ExpressionType {
        if self == other { return self }
        return isNumber && other.isNumber ? .float : .any
    }
}

extension [ExpressionType] {
    /// Whether one of these types takes the value; a float with an integral value serves as an integer.
    func take(_ value: JSONValue) -> Bool {
        contains { wanted in
            switch wanted {
            case .any: true
            case .integer: value.asInteger != nil
            case .float: value.asDouble != nil
            default: ExpressionType(of: value) == wanted
            }
        }
    }

    /// `a string, an array or null`
    var text: String {
        let names = map(\.withArticle)
        guard names.count > 1 else { return names.first ?? "nothing" }
        return names.dropLast().joined(separator: ", ") + " or " + names.last!
    }
}
