package import Diagnostics
package import Expressions
package import Support

/// Types of parameters, in Data Factory's words, with dates added.
package enum ParameterType: String, Sendable, CaseIterable {
    case string, int, float, bool, date, timestamp, array, object

    package var expressionType: ExpressionType {
        switch self {
        case .string, .date, .timestamp: .string
        case .int: .integer
        case .float: .float
        case .bool: .boolean
        case .array: .array
        case .object: .object
        }
    }

    /// nil where the value fits; else what is wrong with it.
    package func problem(with value: JSONValue) -> String? {
        let fits: Bool =
            switch self {
            case .string: value.asString != nil
            case .int: value.asInteger != nil
            case .float: value.asDouble != nil
            case .bool: value.asBool != nil
            case .date: value.asString.flatMap(Self.date) != nil
            case .timestamp: value.asString.map { Self.timestamp($0) != nil } ?? false
            case .array: value.asArray != nil
            case .object: value.asObject != nil
            }
        return fits ? nil : "\(value.text()) is not \(article) \(rawValue)\(formatHint)"
    }

    private var article: String { self == .int || self == .array || self == .object ? "an" : "a" }
    private var formatHint: String {
        switch self {
        case .date: " (yyyy-MM-dd)"
        case .timestamp: " (yyyy-MM-ddTHH:mm:ss)"
        default: ""
        }
    }

    package static func date(_ text: String) -> CivilDate? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }

    /// `yyyy-MM-dd[(T| )HH:mm[:ss[.ffffff]]][Z]`; microseconds since 1970 by the clock it is written for.
    package static func timestamp(_ text: String) -> (microseconds: Int64, isUTC: Bool)? {
        guard let day = date(String(text.prefix(10))).map({ Int64($0.daysSinceEpoch) * 86_400_000_000 }) else { return nil }
        var time = text.dropFirst(10)
        if time.isEmpty { return (day, false) }
        guard let separator = time.first, separator == "T" || separator == " " else { return nil }
        time = time.dropFirst()
        let isUTC = time.last == "Z"
        if isUTC { time = time.dropLast() }
        let parts = time.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = Int64(parts[0]), (0..<24).contains(hour), let minute = Int64(parts[1]),
            (0..<60).contains(minute), let second = parts.count == 3 ? Double(parts[2]) : 0, (0..<60).contains(second)
        else { return nil }
        return (day + (hour * 60 + minute) * 60_000_000 + Int64(second * 1_000_000), isUTC)
    }

    /// A value as given on the command line.
    package func parse(_ text: String) -> JSONValue? {
        switch self {
        case .string, .date, .timestamp: return problem(with: .string(text)) == nil ? .string(text) : nil
        case .int: return Int64(text).map { .integer($0) }
        case .float: return Double(text).map { .double($0) }
        case .bool: return text == "true" ? true : text == "false" ? false : nil
        case .array, .object:
            guard let value = try? JSONValue(parsing: text), problem(with: value) == nil else { return nil }
            return value
        }
    }
}

/// A parameter of a pipeline or template.
package struct ParameterDeclaration: Sendable {
    package let type: ParameterType
    package let defaultValue: JSONValue?
    package let description: String?
    package let range: SourceRange

    package static let codec = Codec<ParameterDeclaration>.object("parameter", "A typed parameter.") { r in
        let declaration = ParameterDeclaration(
            type: r.required("type", .enumeration, "Type of the value."),
            defaultValue: r.optional("default", .constant, "Value where none is given; without it a value is required."),
            description: r.optional("description", .text, "What it is for."),
            range: r.range)
        if let value = declaration.defaultValue, let problem = declaration.type.problem(with: value) {
            r.report(.wrongType, "the default \(problem)", at: "default")
        }
        return declaration
    }

    package static let map = codec.dictionary(keyCheck: Codec<String>.problemWithName)
}

/// A variable of a pipeline: set by `setVariable` and `appendVariable` while it runs.
package struct VariableDeclaration: Sendable {
    package enum Kind: String, Sendable, CaseIterable { case string, boolean, integer, array }

    package let type: Kind
    package let defaultValue: JSONValue?
    package let range: SourceRange

    package var expressionType: ExpressionType {
        switch type {
        case .string: .string
        case .boolean: .boolean
        case .integer: .integer
        case .array: .array
        }
    }

    /// What the variable holds before anything sets it.
    package var initialValue: JSONValue {
        if let defaultValue { return defaultValue }
        return switch type {
        case .string: ""
        case .boolean: false
        case .integer: 0
        case .array: []
        }
    }

    package func accepts(_ value: JSONValue) -> Bool {
        switch type {
        case .string: value.asString != nil
        case .boolean: value.asBool != nil
        case .integer: value.asInteger != nil
        case .array: value.asArray != nil
        }
    }

    package static let codec = Codec<VariableDeclaration>.object("variable", "A variable of a pipeline.") { r in
        let declaration = VariableDeclaration(
            type: r.required("type", .enumeration, "Type of the value."),
            defaultValue: r.optional("default", .constant, "Value at the start."),
            range: r.range)
        if let value = declaration.defaultValue, !declaration.accepts(value) {
            r.report(.wrongType, "the default \(value.text()) is not of type \(declaration.type.rawValue)", at: "default")
        }
        return declaration
    }
}
