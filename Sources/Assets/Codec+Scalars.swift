internal import Diagnostics
internal import Expressions
package import Support
internal import YAML

extension Codec where Value == String {
    /// Any text; a number or boolean written plain is taken as its text.
    package static let text = Codec(schema: .string(pattern: nil, values: nil), placeholder: "") { input, context in
        switch input {
        case .node(let node) where node.kind == .scalar: node.text
        case .constant(let value, _): String(value) ?? mismatch("text", input, context)
        default: mismatch("text", input, context)
        }
    }

    /// The name of an asset: letters, digits, `_`, `-` and `.`, starting with a letter or `_`.
    ///
    /// The pattern names what ASCII characters are not allowed: classes such as `\p{L}` are not understood everywhere.
    package static let name = Codec(
        schema: .string(pattern: "^[^\\s!-@\\[-\\^`{-~][^\\s!-,/:-@\\[-\\^`{-~]*$", values: nil), placeholder: "unnamed"
    ) { input, context in
        guard let text = text.decode(input, context) else { return nil }
        if let problem = problemWithName(text) {
            context.report(.invalidName, "\"\(text)\" cannot be a name: \(problem)", at: input.range)
            return nil
        }
        return text
    }

    static func problemWithName(_ text: String) -> String? {
        if isPlainName(text) { return nil }
        guard let first = text.unicodeScalars.first else { return "it is empty" }
        guard text.utf8.count <= 128 else { return "it is longer than 128 bytes" }
        guard first.properties.isAlphabetic || first == "_" else { return "it must start with a letter or _" }
        for scalar in text.unicodeScalars {
            let fits = scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "_-.".unicodeScalars.contains(scalar)
            // Combining marks belong to letters of many scripts.
            guard fits || scalar.properties.generalCategory == .nonspacingMark else {
                return "it holds the character \"\(scalar)\"; use letters, digits, _, - and ."
            }
        }
        return nil
    }

    /// Letters and digits of ASCII, as most names are: found good at a glance.
    private static func isPlainName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128, first == 0x5F || (0x41...0x5A).contains(first & 0xDF) else { return false }
        return text.utf8.allSatisfy { byte in
            (0x41...0x5A).contains(byte & 0xDF) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2D || byte == 0x2E
        }
    }

    /// One of a few words.
    package static func oneOf(_ values: [String]) -> Codec {
        Codec(schema: .string(pattern: nil, values: values), placeholder: values[0]) { input, context in
            guard let text = text.decode(input, context) else { return nil }
            if values.contains(text) { return text }
            let help =
                Suggestion.nearest(to: text, in: values).map { "did you mean \"\($0)\"?" }
                ?? "use one of: " + values.joined(separator: ", ")
            context.report(.invalidValue, "\"\(text)\" is not one of the values allowed here", at: input.range, help: help)
            return nil
        }
    }
}

extension Codec where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// A Swift enumeration by its raw values.
    package static var enumeration: Codec {
        let words = Codec<String>.oneOf(Value.allCases.map(\.rawValue))
        return Codec(schema: words.schema, placeholder: Value.allCases.first!) { input, context in
            words.decode(input, context).flatMap(Value.init(rawValue:))
        }
    }
}

extension Codec where Value == Int {
    package static func integer(minimum: Int = 0) -> Codec {
        Codec(schema: .integer(minimum: minimum), placeholder: minimum) { input, context in
            let number: Int64? =
                switch input {
                case .node(let node): node.integer
                case .constant(let value, _): value.asInteger
                case .dynamic: nil
                }
            guard let number else { return mismatch("a whole number", input, context) }
            guard number >= Int64(minimum) else {
                context.report(.invalidValue, "\(number) is too small: at least \(minimum) is needed", at: input.range)
                return nil
            }
            return Int(number)
        }
    }
}

extension Codec where Value == Double {
    package static let number = Codec(schema: .number, placeholder: 0) { input, context in
        let number: Double? =
            switch input {
            case .node(let node): node.double ?? node.integer.map(Double.init)
            case .constant(let value, _): value.asDouble
            case .dynamic: nil
            }
        guard let number else { return mismatch("a number", input, context) }
        return number
    }
}

extension Codec where Value == Bool {
    package static let boolean = Codec(schema: .boolean, placeholder: false) { input, context in
        let flag: Bool? =
            switch input {
            case .node(let node): node.bool
            case .constant(let value, _): value.asBool
            case .dynamic: nil
            }
        guard let flag else { return mismatch("true or false", input, context) }
        return flag
    }
}

extension Codec where Value == Duration {
    /// `90s`, `15m`, `1h30m`; a bare number is seconds.
    package static let duration = Codec(
        schema: .oneOf([.string(pattern: "^([0-9]+(ms|s|m|h|d))+$", values: nil), .integer(minimum: 0)]), placeholder: .zero
    ) { input, context in
        guard let text = Codec<String>.text.decode(input, context) else { return nil }
        guard let duration = Durations.parse(text) else {
            context.report(
                .invalidValue, "\"\(text)\" is not a length of time", at: input.range,
                help: "write it like 30s, 15m or 1h30m")
            return nil
        }
        return duration
    }
}

extension Codec where Value == JSONValue {
    /// Any value without expressions.
    package static let constant = Codec(schema: .any, placeholder: .null) { input, context in
        switch input {
        case .node(let node): node.json
        case .constant(let value, _): value
        case .dynamic: mismatch("a value", input, context)
        }
    }
}

extension Codec where Value == DynamicValue {
    /// Any value, with expressions anywhere in its texts.
    package static let dynamicValue = Codec(schema: .any, placeholder: .constant(.null)) { input, context in
        decodeDynamic(input, context)
    }

    private static func decodeDynamic(_ input: DecodingInput, _ context: DecodingContext) -> DynamicValue {
        switch context.resolve(input) {
        case .constant(let value, _): return .constant(value)
        case .dynamic(let text, _): return .text(text)
        case .node(let node):
            switch node.kind {
            case .null: return .constant(.null)
            case .scalar: return .constant(node.json)
            case .sequence: return .array(node.items.map { decodeDynamic(.node($0), context) })
            case .mapping:
                return .object(
                    node.pairs.map { (key: $0.key.text ?? "", value: decodeDynamic(.node($0.value), context)) })
            }
        }
    }
}
