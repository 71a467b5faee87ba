package import Diagnostics
package import Expressions

extension DynamicText {
    /// Expressions of an SQL statement that stand where a literal cannot: inside quotes, names and comments.
    package var misplacedInStatement: [(range: SourceRange, reason: String)] {
        var scanner = SQLScanner()
        var found: [(range: SourceRange, reason: String)] = []
        for segment in segments {
            switch segment {
            case .literal(let text): scanner.consume(text.utf8)
            case .expression(let expression):
                switch scanner.state {
                // The blank and the literal that come in its place leave the scanner where it is.
                case .code where scanner.refusal == nil: scanner.consume(" ''".utf8)
                case .code, .unclear: found.append((expression.range, "an expression cannot stand here: \(scanner.refusal ?? "")"))
                case .identifier: found.append((expression.range, "an expression stands in a name"))
                case .lineComment, .blockComment: found.append((expression.range, "an expression stands in a comment"))
                case .string, .escapedString, .bitString, .dollarString: found.append((expression.range, "an expression stands inside quotes"))
                }
            }
        }
        return found
    }
}
