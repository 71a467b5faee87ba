package import Diagnostics
internal import YAML

/// A condition in SQL, and the way back from a place in it to the file.
package struct SQLCondition: Sendable {
    package let value: String
    package let range: SourceRange
    private let position: (@Sendable (Int) -> SourcePosition)?

    /// Place in the file of bytes of the text; all of it where the text came from a template's argument.
    package func range(at offset: Int, length: Int) -> SourceRange {
        guard let position else { return range }
        return SourceRange(path: range.path, start: position(offset), end: position(offset + length))
    }

    static let codec = Codec<SQLCondition>(
        schema: Codec<String>.text.schema,
        placeholder: SQLCondition(value: "", range: SourceRange(path: ""), position: nil)
    ) { input, context in
        guard let text = Codec<String>.text.decode(input, context) else { return nil }
        guard case .node(let node) = input else { return SQLCondition(value: text, range: input.range, position: nil) }
        return SQLCondition(value: text, range: input.range, position: { node.position(ofByte: $0) })
    }
}
