internal import Assets
internal import Diagnostics
internal import Engine
internal import Support

/// What the engine says of a condition that stands in a query of ours.
struct ConditionProblem {
    let code: DiagnosticCode
    let message: String
    let range: SourceRange
    let help: String?

    /// - Parameter start: offset of the condition in `query`.
    init(_ error: EngineError, of written: SQLCondition, at start: Int, in query: String) {
        let token = error.offset.map { SQLToken(at: $0, in: query) }
        let offset = error.offset.map { $0 - start } ?? -1
        // What stands after the condition is ours: the engine met it too early.
        let isCutShort = offset >= written.value.utf8.count
        let isInside = offset >= 0 && !isCutShort
        code = error.kind == .syntax ? .sqlSyntax : error.isUnknownColumn ? .unknownColumn : .sqlInvalid
        message = isCutShort ? "this condition is not complete" : "in this condition: " + SQLMessage.firstLine(error.message)
        range = isInside ? written.range(at: offset, length: token?.length ?? 1) : written.range
        help = isInside ? error.suggestion(for: token) : nil
    }
}

extension EngineError {
    /// Of the names the engine offers, the one that is meant; else all of them.
    func suggestion(for token: SQLToken?) -> String? {
        guard !candidates.isEmpty else { return nil }
        let wanted = SQLToken.lastPart(token?.text ?? "")
        let near = Suggestion.nearest(to: wanted, in: candidates.map(SQLToken.lastPart))
        if let near, let candidate = candidates.first(where: { SQLToken.lastPart($0) == near }) { return "did you mean \"\(candidate)\"?" }
        return "the nearest names are " + candidates.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
    }
}
