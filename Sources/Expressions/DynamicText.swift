package import Diagnostics
package import Support

/// A text in which `${{ expression }}` may stand; `$${{` stands for `${{` itself.
///
/// Where the text is one expression and nothing else but blanks, it yields that expression's value with its type;
/// otherwise the values become text in their places.
package struct DynamicText: Sendable {
    package enum Segment: Sendable {
        case literal(String)
        case expression(Expression)
    }

    /// Neither empty literals nor two literals in a row.
    package let segments: [Segment]
    package let range: SourceRange
    /// Byte offset in the text as it was written at which each segment begins; empty where the text was not parsed but made.
    package let offsets: [Int]

    package init(segments: [Segment], range: SourceRange, offsets: [Int] = []) {
        self.segments = segments
        self.range = range
        self.offsets = offsets
    }

    /// A text without expressions.
    package init(literal: String, range: SourceRange) {
        self.init(segments: literal.isEmpty ? [] : [.literal(literal)], range: range, offsets: literal.isEmpty ? [] : [0])
    }

    package var isLiteral: Bool { expressions.isEmpty }

    /// The text, where no expression is in it.
    package var literalText: String? {
        switch segments.count {
        case 0: ""
        case 1: if case .literal(let text) = segments[0] { text } else { nil }
        default: nil
        }
    }

    package var expressions: [Expression] {
        segments.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
    }

    /// The text it begins with, as far as that is written down: up to its first expression, or what `concat` begins with.
    package var knownStart: String? {
        switch segments.first {
        case .literal(let text)?: text
        case .expression(let expression)?: expression.root.knownStart
        case nil: nil
        }
    }

    /// The one expression that is all of the text, but for blanks around it.
    package var wholeExpression: Expression? {
        guard expressions.count == 1 else { return nil }
        for case .literal(let text) in segments where !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
            return nil
        }
        return expressions[0]
    }

    /// The value, where it is known without evaluating anything.
    package var constant: JSONValue? {
        if let whole = wholeExpression { return whole.constant }
        var text = ""
        for segment in segments {
            switch segment {
            case .literal(let literal): text += literal
            case .expression(let expression):
                guard let value = expression.constant else { return nil }
                text += value.interpolated
            }
        }
        return .string(text)
    }
}

extension JSONValue {
    /// The value as it stands inside a text, as Data Factory writes it: text as it is, `True` and `False`, nothing for
    /// null, arrays and objects as JSON on one line.
    var interpolated: String {
        switch self {
        case .null: ""
        case .bool(let flag): flag ? "True" : "False"
        case .integer(let number): String(number)
        case .double(let number): Self.text(of: number)
        case .string(let text): text
        case .array, .object: text()
        }
    }

    /// Shortest decimal text that reads back the same; `10` for 10.0 and `1E+21` for large exponents, as .NET has it.
    private static func text(of number: Double) -> String {
        if number == number.rounded(), abs(number) < 1e15 { return String(Int64(number)) }
        return "\(number)".uppercased()
    }
}
