internal import Support

/// What a view of ours says of itself in its comment: that it is ours, and what it was when it was made.
package struct ViewMark: Sendable, Hashable {
    /// Of the SQL it was made from.
    package let source: String
    /// Of its definition as the database gave it back then: another one was made by somebody else's hand.
    package let definition: String
    /// Name of the release it was made by; nil: by a run of the working tree.
    package let release: String?

    package init(source: String, definition: String, release: String?) {
        self.source = source
        self.definition = definition
        self.release = release
    }

    private static let maker = "pipectl"

    /// nil where the comment is somebody else's.
    init?(comment: String?) {
        guard let comment, let value = try? JSONValue(parsing: comment), value["by"]?.asString == Self.maker,
            let source = value["source"]?.asString, let definition = value["definition"]?.asString
        else { return nil }
        self.init(source: source, definition: definition, release: value["release"]?.asString)
    }

    var comment: String {
        var object: JSONObject = ["by": .string(Self.maker), "source": .string(source), "definition": .string(definition)]
        if let release { object["release"] = .string(release) }
        return JSONValue.object(object).text()
    }
}
