package import Diagnostics
internal import Support

/// An expression that failed while it was evaluated. The message never holds a sensitive value.
package struct ExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    package let message: String
    package let range: SourceRange
    /// Where a template's argument was written, if the failing part is one.
    package let expandedFrom: SourceRange?

    package init(_ message: String, at range: SourceRange, expandedFrom: SourceRange? = nil) {
        self.message = message
        self.range = range
        self.expandedFrom = expandedFrom
    }

    package var description: String { "\(range.path):\(range.start.line):\(range.start.column): \(message)" }

    package var diagnostic: Diagnostic {
        Diagnostic(
            .expressionFailed, message, at: range,
            labels: expandedFrom.map { [.init($0, "the value comes from here")] } ?? [])
    }
}

/// Why a function could not answer. Values are interpolated as `\(value: x)`, so that they can be left out where they
/// are sensitive; only constant words and counts may be interpolated without a label.
struct FunctionFailure: Error, ExpressibleByStringInterpolation {
    fileprivate enum Piece { case text(String), value(String), detail(String) }
    private let pieces: [Piece]

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        init(literalCapacity: Int, interpolationCount: Int) {}
        mutating func appendLiteral(_ literal: String) { pieces.append(.text(literal)) }
        mutating func appendInterpolation(_ words: StaticString) { pieces.append(.text("\(words)")) }
        mutating func appendInterpolation(_ number: Int) { pieces.append(.text(String(number))) }
        mutating func appendInterpolation(value: String) { appendInterpolation(value: .string(value)) }
        /// Words that say something of a value, and so are left out with it.
        mutating func appendInterpolation(detail: String) { pieces.append(.detail(detail)) }
        mutating func appendInterpolation(value: JSONValue) { pieces.append(.value(value.shown)) }
    }

    init(stringLiteral value: String) { pieces = [.text(value)] }
    init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }

    func message(hidingValues: Bool) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .value(let text): hidingValues ? "(a sensitive value)" : text
            case .detail(let text): hidingValues ? "" : text
            }
        }.joined()
    }
}

extension JSONValue {
    /// The value for a message: short, and text in the quotes of the language.
    var shown: String { asString.map { "'\($0.shortened(to: 60))'" } ?? text().shortened(to: 60) }
}

extension String {
    /// The text, cut off with `...` after so many characters.
    func shortened(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        return String(unicodeScalars.prefix(limit)) + "..."
    }
}
