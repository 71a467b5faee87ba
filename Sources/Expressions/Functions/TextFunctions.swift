internal import Support

/// Functions on text. Positions and lengths count UTF-16 units, as in .NET.
enum TextFunctions {
    static let table: [FunctionDefinition] = [
        .init(
            "concat", .text, "Joins its arguments, each turned into text.", rest: .init("text", .any), returns: .string,
            .pure(concat)),
        .init(
            "endsWith", .text, "Whether the text ends with the other, ignoring case.",
            [.init("text", .string), .init("searchText", .string)], returns: .boolean, .pure(endsWith)),
        .init(
            "guid", .text, "A new random identifier, in the format N, D (the default), B, P or X.",
            [.init("format", .string, .null, optional: true)], returns: .string, .contextual(guid)),
        .init(
            "indexOf", .text, "Position of the other text's first occurrence, ignoring case; -1 without one.",
            [.init("text", .string), .init("searchText", .string)], returns: .integer, .pure(indexOf)),
        .init(
            "lastIndexOf", .text, "Position of the other text's last occurrence, ignoring case; -1 without one.",
            [.init("text", .string), .init("searchText", .string)], returns: .integer, .pure(lastIndexOf)),
        .init(
            "nthIndexOf", .text,
            "Position of the other text's nth occurrence, ignoring case, from the end where n is negative; -1 without one.",
            [.init("text", .string), .init("searchText", .string), .init("occurrence", .integer)], returns: .integer,
            .pure(nthIndexOf)),
        .init(
            "replace", .text, "The text with every occurrence of the old text replaced; case counts.",
            [.init("text", .string), .init("oldText", .string), .init("newText", .string)], returns: .string,
            .pure(replace)),
        .init(
            "split", .text, "The parts between the delimiters; case counts.",
            [.init("text", .string), .init("delimiter", .string)], returns: .array, .pure(split)),
        .init(
            "startsWith", .text, "Whether the text starts with the other, ignoring case.",
            [.init("text", .string), .init("searchText", .string)], returns: .boolean, .pure(startsWith)),
        .init(
            "substring", .text, "So many characters from a position on, or all up to the end.",
            [.init("text", .string), .init("startIndex", .integer), .init("length", .integer, .null, optional: true)],
            returns: .string, .pure(substring)),
        .init(
            "toLower", .text, "The text in lower case.", [.init("text", .string)], returns: .string, .pure(toLower)),
        .init(
            "toUpper", .text, "The text in upper case.", [.init("text", .string)], returns: .string, .pure(toUpper)),
        .init(
            "trim", .text, "The text without white space at its ends.", [.init("text", .string)], returns: .string,
            .pure(trim)),
    ]

    @Sendable static func concat(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try joined(a.values.map(\.interpolated), "")
    }

    @Sendable static func startsWith(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .bool(folded(a.text(0)).starts(with: folded(a.text(1))))
    }

    @Sendable static func endsWith(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .bool(folded(a.text(0)).reversed().starts(with: folded(a.text(1)).reversed()))
    }

    @Sendable static func indexOf(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let (text, wanted) = (folded(a.text(0)), folded(a.text(1)))
        return .integer(Int64(first(of: wanted, in: text, from: 0) ?? -1))
    }

    @Sendable static func lastIndexOf(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let (text, wanted) = (folded(a.text(0)), folded(a.text(1)))
        return .integer(Int64(last(of: wanted, in: text) ?? -1))
    }

    @Sendable static func nthIndexOf(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let (text, wanted) = (folded(a.text(0)), folded(a.text(1)))
        let occurrence = a.integer(2)
        guard occurrence != 0, !wanted.isEmpty, wanted.count <= text.count else { return -1 }
        if occurrence < 0 {
            // From the end: search the reversed text for the reversed words.
            let position = nth(-max(occurrence, -Int64.max), of: Array(wanted.reversed()), in: Array(text.reversed()))
            return .integer(position.map { Int64(text.count - $0 - wanted.count) } ?? -1)
        }
        return .integer(nth(occurrence, of: wanted, in: text).map(Int64.init) ?? -1)
    }

    private static func nth(_ occurrence: Int64, of wanted: [UInt16], in text: [UInt16]) -> Int? {
        var position = 0
        for round in 1... {
            guard let found = first(of: wanted, in: text, from: position) else { return nil }
            if round == occurrence { return found }
            position = found + wanted.count
        }
        return nil
    }

    @Sendable static func replace(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let (text, old, new) = (Array(a.text(0).utf8), Array(a.text(1).utf8), Array(a.text(2).utf8))
        guard !old.isEmpty else { throw "the text to replace is empty" }
        var result: [UInt8] = []
        var position = 0
        while let found = first(of: old, in: text, from: position) {
            result += text[position..<found]
            result += new
            guard result.count <= ExpressionLimits.textLength else { throw tooLong }
            position = found + old.count
        }
        result += text[position...]
        return .string(String(decoding: result, as: UTF8.self))
    }

    @Sendable static func split(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let (text, delimiter) = (Array(a.text(0).utf8), Array(a.text(1).utf8))
        guard !delimiter.isEmpty else { return [.string(a.text(0))] }
        var parts: [JSONValue] = []
        var position = 0
        while let found = first(of: delimiter, in: text, from: position) {
            parts.append(.string(String(decoding: text[position..<found], as: UTF8.self)))
            position = found + delimiter.count
        }
        parts.append(.string(String(decoding: text[position...], as: UTF8.self)))
        return .array(parts)
    }

    @Sendable static func substring(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let units = Array(a.text(0).utf16)
        let start = a.integer(1)
        guard start >= 0, start <= units.count else {
            throw "startIndex \(value: a[1]) is not between 0 and the length of the text"
        }
        let rest = Int64(units.count) - start
        let length = a.optional(2)?.asInteger ?? rest
        guard length >= 0, length <= rest else {
            throw "startIndex \(value: a[1]) and length \(value: .integer(length)) do not lie within the text"
        }
        return .string(try text(units[Int(start)..<Int(start + length)]))
    }

    @Sendable static func toLower(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .string(mapped(a.text(0)) { $0.properties.lowercaseMapping })
    }

    @Sendable static func toUpper(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .string(mapped(a.text(0)) { $0.properties.uppercaseMapping })
    }

    @Sendable static func trim(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .string(trimmed(a.text(0)))
    }

    @Sendable static func guid(
        _ a: FunctionArguments, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> JSONValue {
        let bytes = context.uuid()
        precondition(bytes.count == 16, "an identifier has sixteen bytes")
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let parts = [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }
        let hyphenated = parts.joined(separator: "-")
        switch a.optionalText(0)?.uppercased() ?? "D" {
        case "D", "": return .string(hyphenated)
        case "N": return .string(hex.joined())
        case "B": return .string("{\(hyphenated)}")
        case "P": return .string("(\(hyphenated))")
        case "X":
            let last = hex[8...].map { "0x" + $0 }.joined(separator: ",")
            return .string("{0x\(parts[0]),0x\(parts[1]),0x\(parts[2]),{\(last)}}")
        default: throw "there is no format \(value: a[0]) of identifiers; there are N, D, B, P and X"
        }
    }
}

extension TextFunctions {
    static var tooLong: FunctionFailure { "the result is longer than \(ExpressionLimits.textLength >> 20) MB" }

    static func joined(_ texts: [String], _ separator: String) throws(FunctionFailure) -> JSONValue {
        let length = texts.reduce(0) { $0 + $1.utf8.count + separator.utf8.count }
        guard length <= ExpressionLimits.textLength else { throw tooLong }
        return .string(texts.joined(separator: separator))
    }

    /// The text of these units. .NET cuts within a surrogate pair and keeps a half; there is no such text here.
    static func text(_ units: ArraySlice<UInt16>) throws(FunctionFailure) -> String {
        guard let text = String(validating: units, as: UTF16.self) else { throw "the text would be cut within a character" }
        return text
    }

    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[start...end])
    }

    /// Scalar by scalar, keeping those whose mapping is not one scalar too: .NET's invariant culture.
    private static func mapped(_ text: String, _ mapping: (Unicode.Scalar) -> String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let scalars = mapping(scalar).unicodeScalars
            result.append(scalars.count == 1 ? scalars.first! : scalar)
        }
        return String(result)
    }

    /// UTF-16 units to compare without case, as many as the text has.
    private static func folded(_ text: String) -> [UInt16] {
        var units: [UInt16] = []
        for scalar in text.unicodeScalars {
            let upper = scalar.properties.uppercaseMapping.utf16
            units += upper.count == UTF16.width(scalar) ? Array(upper) : Array(String(scalar).utf16)
        }
        return units
    }

    /// Position of the first occurrence; an empty text is found at once. Takes linear time whatever the texts are
    /// (Knuth, Morris and Pratt).
    static func first<Unit: Equatable>(of wanted: [Unit], in text: [Unit], from start: Int) -> Int? {
        guard !wanted.isEmpty, wanted.count <= text.count - start else { return wanted.isEmpty ? start : nil }
        guard let candidate = text[start...].firstIndex(of: wanted[0]) else { return nil }
        // Length of the longest proper start of the wanted text that ends at each of its positions.
        var borders = [0]
        borders.reserveCapacity(wanted.count)
        var length = 0
        for unit in wanted.dropFirst() {
            while length > 0, unit != wanted[length] { length = borders[length - 1] }
            if unit == wanted[length] { length += 1 }
            borders.append(length)
        }
        length = 0
        for position in candidate..<text.count {
            while length > 0, text[position] != wanted[length] { length = borders[length - 1] }
            if text[position] == wanted[length] { length += 1 }
            if length == wanted.count { return position - length + 1 }
        }
        return nil
    }

    private static func last(of wanted: [UInt16], in text: [UInt16]) -> Int? {
        guard let found = first(of: Array(wanted.reversed()), in: Array(text.reversed()), from: 0) else { return nil }
        return text.count - found - wanted.count
    }
}
