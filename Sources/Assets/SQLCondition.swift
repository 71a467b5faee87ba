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
        return SQLCondition(text, of: input)
    }

    private init(value: String, range: SourceRange, position: (@Sendable (Int) -> SourcePosition)?) {
        self.value = value
        self.range = range
        self.position = position
    }

    fileprivate init(_ value: String, of input: DecodingInput) {
        guard case .node(let node) = input else {
            self.init(value: value, range: input.range, position: nil)
            return
        }
        self.init(value: value, range: input.range, position: { node.position(ofByte: $0) })
    }
}

/// A condition in SQL that may hold expressions.
package struct DynamicCondition: Sendable {
    package let text: Dynamic<String>
    /// nil where it holds expressions, and is known only when it runs.
    package let written: SQLCondition?

    static let codec = Codec<DynamicCondition>(
        schema: Codec<Dynamic<String>>.dynamicText.schema,
        placeholder: DynamicCondition(text: Codec<Dynamic<String>>.dynamicText.placeholder, written: nil)
    ) { input, context in
        guard let text = Codec<Dynamic<String>>.dynamicText.decode(input, context) else { return nil }
        return DynamicCondition(text: text, written: text.literal.map { SQLCondition($0, of: input) })
    }
}
