internal import Diagnostics
package import Expressions
package import Support

/// An expression in SQL, and what its place asks of the value.
package struct SQLSlot: Sendable {
    package enum Place: Sendable {
        /// A literal of its own.
        case literal
        /// A part of a text in quotes.
        case text
        /// A name, or a part of one.
        case name
    }

    package let expression: Expression
    package let place: Place
    /// Of the template's parameter that the expression stands for.
    package let declared: ParameterType?

    /// The expression asks for a secret: its value is bound in a run, and validation renders its samples so.
    package var namesSecret: Bool { !expression.references.secrets.isEmpty }
}

/// A value in SQL, and its type where that is known before anything runs.
package struct TypedValue: Sendable {
    package let json: JSONValue
    package let type: ParameterType?
    /// It is, or may be, made from a secret: it is no part of the SQL, but bound.
    package let isSensitive: Bool

    package init(_ json: JSONValue, _ type: ParameterType? = nil, isSensitive: Bool = false) {
        self.json = json
        self.type = type
        self.isSensitive = isSensitive
    }
}

extension SQLText {
    /// Puts values in the place of expressions: as literals of SQL, never as text to be parsed. Inside quotes the value
    /// becomes part of the quoted text; beside a dot it is the name of a table or column; in a comment it is left out.
    /// What is made from a secret stands for itself only, as a variable of the session (`SecretVariables`).
    ///
    /// Places that no value can safely stand in are told in the result, and have none.
    package func render<Failure: Error>(_ value: (SQLSlot) throws(Failure) -> TypedValue) throws(Failure) -> RenderedSQL {
        var out: [UInt8] = []
        var anchors: [(rendered: Int, source: Int)] = []
        var misplaced: [MisplacedValue] = []
        var secrets = SecretVariables()
        var scanner = SQLScanner()
        let last = dynamic.segments.lastIndex { if case .expression = $0 { true } else { false } } ?? 0
        for (index, segment) in dynamic.segments.enumerated() {
            anchors.append((out.count, dynamic.offsets.isEmpty ? 0 : dynamic.offsets[index]))
            let text: String
            switch segment {
            case .literal(let literal): text = literal
            case .expression(let expression):
                if let reason = scanner.refusal {
                    misplaced.append(MisplacedValue(range: expression.range, reason: reason))
                    continue
                }
                func typed(_ place: SQLSlot.Place) throws(Failure) -> TypedValue {
                    let found = try value(SQLSlot(expression: expression, place: place, declared: declaredTypes[index]))
                    guard found.isSensitive, place != .literal else { return found }
                    misplaced.append(MisplacedValue(secretAt: expression.range, inName: place == .name))
                    return TypedValue("")
                }
                switch scanner.state {
                case .lineComment, .blockComment: text = " "
                case .string: text = Self.text(try typed(.text)).replacing("'", with: "''")
                case .escapedString: text = Self.text(try typed(.text)).replacing("\\", with: "\\\\").replacing("'", with: "''")
                case .identifier: text = Self.text(try typed(.name)).replacing("\"", with: "\"\"")
                case .code where out.last == UInt8(ascii: ".") || dynamic.startsWithDot(after: index):
                    text = Self.apart("\"" + Self.text(try typed(.name)).replacing("\"", with: "\"\"") + "\"", from: out.last)
                case .code:
                    let value = try typed(.literal)
                    let literal =
                        value.isSensitive
                        ? secrets.expression(for: value.json, value.type)
                        : Self.literal(value.json, value.type, isEscaped: scanner.continuesEscaped)
                    text = Self.apart(literal, from: out.last)
                case .bitString, .dollarString, .unclear: preconditionFailure("no value can stand here")
                }
            }
            if index < last { scanner.consume(text.utf8) }
            out += text.utf8
        }
        return RenderedSQL(sql: String(decoding: out, as: UTF8.self), anchors: anchors, misplaced: misplaced, secrets: secrets)
    }

    private static func text(_ value: TypedValue) -> String { String(value.json) ?? value.json.text() }

    /// A letter or quote right before it would make something else of a quote or word: `E'…'`, `U&"…"`.
    private static func apart(_ literal: String, from last: UInt8?) -> String {
        guard let last, let first = literal.utf8.first else { return literal }
        let isWordOrQuote = first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") || isLetter(first)
        let joins =
            isLetter(last) || last >= 0x80 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last)
            || [UInt8(ascii: "_"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(last)
        return isWordOrQuote && joins ? " " + literal : literal
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

    /// - Parameter isEscaped: the literal goes on an `E'…'` before it.
    static func literal(_ value: JSONValue, _ type: ParameterType? = nil, isEscaped: Bool = false) -> String {
        switch value {
        case .null: return "NULL"
        case .bool(let flag): return flag ? "TRUE" : "FALSE"
        case .integer(let number):
            if type == .float { return double(Double(number)) }
            return number < 0 ? "(\(number))" : String(number)
        case .double(let number):
            if type == .int, let whole = value.asInteger { return literal(.integer(whole)) }
            return double(number)
        case .string(let text):
            let quoted = quoted(text, isEscaped: isEscaped)
            return type == .date ? "DATE " + quoted : type == .timestamp ? "TIMESTAMP " + quoted : quoted
        case .array(let items): return "[" + items.map { literal($0) }.joined(separator: ", ") + "]"
        case .object: return quoted(value.text(), isEscaped: isEscaped)
        }
    }

    private static func quoted(_ text: String, isEscaped: Bool) -> String {
        let text = isEscaped ? text.replacing("\\", with: "\\\\") : text
        return "'" + text.replacing("'", with: "''") + "'"
    }

    /// With an exponent: without one the engine takes it for a DECIMAL.
    private static func double(_ number: Double) -> String {
        guard number.isFinite else { return "CAST('\(number)' AS DOUBLE)" }
        let text = "\(number)"
        let literal = text.utf8.contains(UInt8(ascii: "e")) ? text : text + "e0"
        return text.utf8.first == UInt8(ascii: "-") ? "(\(literal))" : literal
    }
}

extension DynamicText {
    fileprivate func startsWithDot(after index: Int) -> Bool {
        guard index + 1 < segments.count, case .literal(let text) = segments[index + 1] else { return false }
        return text.utf8.first == UInt8(ascii: ".")
    }
}
