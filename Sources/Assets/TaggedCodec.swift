internal import Diagnostics
internal import Support
internal import YAML

/// One alternative of a shape that is chosen by a key such as `type`.
package struct TaggedCase<Value: Sendable>: Sendable {
    let tag: String
    let documentation: String
    let build: @Sendable (ObjectReader) -> Value

    package init(_ tag: String, _ documentation: String, _ build: @escaping @Sendable (ObjectReader) -> Value) {
        self.tag = tag
        self.documentation = documentation
        self.build = build
    }
}

extension Codec {
    /// A mapping whose other keys depend on the text under the key `tag`.
    package static func tagged(
        _ name: String, _ documentation: String, tag: String, cases: [TaggedCase<Value>]
    ) -> Codec {
        let codecs = cases.map { item in
            (
                item.tag,
                Codec.object("\(item.tag) \(name)", item.documentation) { r in
                    _ = r.required(tag, .oneOf([item.tag]), item.documentation)
                    return item.build(r)
                }
            )
        }
        let byTag = Dictionary(codecs, uniquingKeysWith: { first, _ in first })
        let tags = cases.map(\.tag)
        let word = Codec<String>.oneOf(tags)
        return Codec(schema: .oneOf(codecs.map(\.1.schema)), placeholder: codecs[0].1.placeholder) { input, context in
            guard let members = members(of: input, context) else { return nil }
            guard let member = members[tag] else {
                if let mistyped = members.keys.first(where: { Suggestion.nearest(to: $0.text, in: [tag]) != nil }) {
                    reportUnknownKey(mistyped.text, at: mistyped.range, known: [tag], in: name, context)
                    return nil
                }
                context.report(
                    .missingKey, "\"\(tag)\" is missing", at: SourceRange(startOf: input.range),
                    help: "one of: " + tags.joined(separator: ", "))
                return nil
            }
            guard let word = word.decode(member, context) else { return nil }
            return byTag[word]?.decode(input, context)
        }
    }
}
