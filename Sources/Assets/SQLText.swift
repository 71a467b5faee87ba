package import Diagnostics
package import Expressions
internal import YAML

/// SQL with expressions in it, and the way back from a place in it to the file.
package struct SQLText: Sendable {
    package let dynamic: DynamicText
    package let range: SourceRange
    /// Place in the file of a byte offset in the text as it was written.
    package let position: @Sendable (Int) -> SourcePosition
    /// Of segments that stand for a parameter of a template, by their number.
    let declaredTypes: [Int: ParameterType]

    package init(
        _ dynamic: DynamicText, range: SourceRange, declaredTypes: [Int: ParameterType] = [:],
        position: @escaping @Sendable (Int) -> SourcePosition
    ) {
        self.dynamic = dynamic
        self.declaredTypes = declaredTypes
        self.range = range
        self.position = position
    }

    /// The text of a .sql file. A byte order mark is no part of the SQL (the engine would count it), but of the file.
    package static func parse(file text: String, path: String) -> (text: SQLText, diagnostics: [Diagnostic]) {
        let bytes = Array(text.utf8)
        let lines = LineTable(bytes)
        let start = lines.contentStart
        let position: @Sendable (Int) -> SourcePosition = { lines.position(ofOffset: start + $0, in: bytes) }
        let sql = start == 0 ? text : String(decoding: bytes[start...], as: UTF8.self)
        let (dynamic, diagnostics) = DynamicText.parse(sql, path: path, position: position)
        return (SQLText(dynamic, range: SourceRange(path: path), position: position), diagnostics)
    }

    /// Arguments become expressions of their own value, not text: what they are as SQL is decided where they stand.
    package func substituting(_ arguments: [String: Substitution]) -> SQLText {
        var types = declaredTypes
        let declared = Dictionary(arguments.map { ($0.key.lowercased(), $0.value.declaredType) }, uniquingKeysWith: { first, _ in first })
        let segments = dynamic.segments.enumerated().map { index, segment -> DynamicText.Segment in
            guard case .expression(let expression) = segment else { return segment }
            if let name = expression.directParameterName, let type = declared[name.lowercased()] ?? nil {
                types[index] = ParameterType(rawValue: type)
            }
            return .expression(expression.substituting(parameters: arguments))
        }
        return SQLText(
            DynamicText(segments: segments, range: dynamic.range, offsets: dynamic.offsets), range: range, declaredTypes: types,
            position: position)
    }

    /// The place of a byte offset in rendered SQL.
    package func range(at offset: Int, length: Int = 1, in rendered: RenderedSQL) -> SourceRange {
        let start = position(rendered.sourceOffset(of: offset))
        let end = position(rendered.sourceOffset(of: offset + length))
        return SourceRange(path: range.path, start: start, end: max(start, end))
    }
}

/// SQL with a value in the place of each expression.
package struct RenderedSQL: Sendable {
    package let sql: String
    /// Stretches of the result that were copied, in order: (start in the result, start in the source).
    let anchors: [(rendered: Int, source: Int)]
    /// Where something is to be put right before this is run.
    package let misplaced: [MisplacedValue]
    /// To be set in the session that runs it.
    package let secrets: SecretVariables

    /// The offset in the source of an offset in the result; within a value, where its expression starts.
    func sourceOffset(of offset: Int) -> Int {
        guard let index = anchors.lastIndex(where: { $0.rendered <= offset }) else { return offset }
        let anchor = anchors[index]
        let limit = index + 1 < anchors.count ? anchors[index + 1].source : Int.max
        return min(anchor.source + (offset - anchor.rendered), limit)
    }
}

/// An expression in SQL where its value could become SQL, or a secret could be seen.
package struct MisplacedValue: Sendable {
    package let range: SourceRange
    package let message: String
    package let help: String
    /// The place would do, were it no secret.
    package let isSecret: Bool

    init(range: SourceRange, reason: String) {
        self.range = range
        message = "no value can stand here: \(reason)"
        help = "write the text in '...'"
        isSecret = false
    }

    init(secretAt range: SourceRange, inName: Bool) {
        self.range = range
        message = inName ? "a secret cannot be the name of a table or column" : "a secret cannot be a part of a text in quotes"
        help = inName ? "names are seen in the journal and the lake; take another value" : "write it as a value of its own: 'text ' || ${{ secret('name') }}"
        isSecret = true
    }
}
