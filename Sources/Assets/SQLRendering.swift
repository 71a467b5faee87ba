internal import Diagnostics
package import Expressions
package import Support

extension SQLText {
    /// Puts values in the place of expressions: as literals of SQL, never as text to be parsed. Inside quotes the value
    /// becomes part of the quoted text; beside a dot it is the name of a table or column.
    ///
    /// - Parameter value: the value of an expression, and the type of the parameter it stands for, where it is one.
    package func render<Failure: Error>(
        _ value: (Expression) throws(Failure) -> (JSONValue, ParameterType?)
    ) throws(Failure) -> RenderedSQL {
        try render(stand: { _ in nil }, value)
    }

    /// - Parameter stand: SQL for an expression whose value is not known, where one of its own stands: `CAST(NULL AS BIGINT)`.
    package func render<Failure: Error>(
        stand: (Expression) -> String?, _ value: (Expression) throws(Failure) -> (JSONValue, ParameterType?)
    ) throws(Failure) -> RenderedSQL {
        var out: [UInt8] = []
        var anchors: [(rendered: Int, source: Int)] = []
        var scanner = SQLScanner()
        for (index, segment) in dynamic.segments.enumerated() {
            anchors.append((out.count, dynamic.offsets.isEmpty ? 0 : dynamic.offsets[index]))
            switch segment {
            case .literal(let text):
                scanner.consume(text.utf8)
                out += text.utf8
            case .expression(let expression):
                let isName = out.last == UInt8(ascii: ".") || dynamic.startsWithDot(after: index)
                if scanner.state == .code, !isName, let sql = stand(expression) {
                    out += sql.utf8
                } else {
                    let (json, type) = try value(expression)
                    out += Self.text(of: json, type, scanner.state, isName: isName).utf8
                }
            }
        }
        return RenderedSQL(sql: String(decoding: out, as: UTF8.self), anchors: anchors)
    }

    private static func text(of value: JSONValue, _ type: ParameterType?, _ state: SQLScanner.State, isName: Bool) -> String {
        let plain = String(value) ?? value.text()
        switch state {
        case .string: return plain.replacing("'", with: "''")
        case .identifier: return plain.replacing("\"", with: "\"\"")
        case .lineComment, .blockComment:
            return plain.replacing("\n", with: " ").replacing("\r", with: " ").replacing("*/", with: "* /")
        case .code:
            if isName { return "\"" + plain.replacing("\"", with: "\"\"") + "\"" }
            return literal(value, type)
        }
    }

    static func literal(_ value: JSONValue, _ type: ParameterType? = nil) -> String {
        switch value {
        case .null: return "NULL"
        case .bool(let flag): return flag ? "TRUE" : "FALSE"
        case .integer(let number): return number < 0 ? "(\(number))" : String(number)
        case .double(let number): return "CAST('\(number)' AS DOUBLE)"
        case .string(let text):
            let quoted = "'" + text.replacing("'", with: "''") + "'"
            return type == .date ? "DATE " + quoted : type == .timestamp ? "TIMESTAMP " + quoted : quoted
        case .array(let items): return "[" + items.map { literal($0) }.joined(separator: ", ") + "]"
        case .object: return "'" + value.text().replacing("'", with: "''") + "'"
        }
    }
}

extension DynamicText {
    fileprivate func startsWithDot(after index: Int) -> Bool {
        guard index + 1 < segments.count, case .literal(let text) = segments[index + 1] else { return false }
        return text.utf8.first == UInt8(ascii: ".")
    }
}

/// Follows quotes and comments through SQL, a piece at a time.
struct SQLScanner {
    enum State { case code, string, identifier, lineComment, blockComment }

    private(set) var state = State.code
    private var previous: UInt8 = 0

    mutating func consume(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            switch state {
            case .code:
                if byte == UInt8(ascii: "'") { state = .string }
                if byte == UInt8(ascii: "\"") { state = .identifier }
                if byte == UInt8(ascii: "-"), previous == byte { state = .lineComment }
                if byte == UInt8(ascii: "*"), previous == UInt8(ascii: "/") {
                    state = .blockComment
                    previous = 0
                    continue
                }
            // A doubled quote closes and opens again: the state after it is the right one.
            case .string: if byte == UInt8(ascii: "'") { state = .code }
            case .identifier: if byte == UInt8(ascii: "\"") { state = .code }
            case .lineComment: if byte == UInt8(ascii: "\n") { state = .code }
            case .blockComment: if byte == UInt8(ascii: "/"), previous == UInt8(ascii: "*") { state = .code }
            }
            previous = byte
        }
    }
}
