package import Diagnostics
internal import Expressions
package import Support
internal import YAML

/// Reads the fields of one mapping. The same closure that builds a value from a reader also describes it:
/// in describing mode every field hands out its placeholder and notes itself for the schema.
package final class ObjectReader {
    fileprivate enum Mode {
        case describing
        case decoding(DecodingInput, DecodingContext, MappingMembers)
    }

    fileprivate let mode: Mode
    fileprivate var fields: [ObjectSchema.Field] = []
    /// A required field was missing or a field could not be read.
    fileprivate var failed = false
    /// Required keys that are absent, with what they are for.
    fileprivate var missing: [(key: String, documentation: String)] = []

    fileprivate init(_ mode: Mode) { self.mode = mode }

    /// Where the mapping stands.
    package var range: SourceRange {
        if case .decoding(let input, _, _) = mode { input.range } else { SourceRange(path: "") }
    }

    package var isDescribing: Bool { if case .describing = mode { true } else { false } }

    // A codec is made only where it is described or used: most keys of most mappings are absent.

    package func required<V>(_ key: String, _ codec: @autoclosure () -> Codec<V>, _ documentation: String) -> V {
        guard case .decoding(_, let context, let members) = mode else {
            return note(key, codec(), required: true, documentation, default: nil).placeholder
        }
        guard let member = members[key] else {
            missing.append((key, documentation))
            failed = true
            return codec().placeholder
        }
        let codec = codec()
        guard let value = codec.decode(member, context) else {
            failed = true
            return codec.placeholder
        }
        return value
    }

    package func optional<V>(_ key: String, _ codec: @autoclosure () -> Codec<V>, _ documentation: String) -> V? {
        guard case .decoding(_, let context, let members) = mode else {
            _ = note(key, codec(), required: false, documentation, default: nil)
            return nil
        }
        guard let member = members[key] else { return nil }
        guard let value = codec().decode(member, context) else {
            failed = true
            return nil
        }
        return value
    }

    /// `shown` is the default as the schema tells it.
    package func defaulted<V>(
        _ key: String, _ codec: @autoclosure () -> Codec<V>, _ documentation: String, default value: @autoclosure () -> V,
        shown: JSONValue? = nil
    ) -> V {
        guard case .decoding(_, let context, let members) = mode else {
            return note(key, codec(), required: false, documentation, default: shown).placeholder
        }
        guard let member = members[key] else { return value() }
        guard let decoded = codec().decode(member, context) else {
            failed = true
            return value()
        }
        return decoded
    }

    /// Where the value of a key stands; nil where the key is absent.
    package func range(of key: String) -> SourceRange? {
        if case .decoding(_, _, let members) = mode { members[key]?.range } else { nil }
    }

    package func has(_ key: String) -> Bool {
        if case .decoding(_, _, let members) = mode { members[key] != nil } else { false }
    }

    /// A finding that concerns several fields.
    package func report(_ code: DiagnosticCode, _ message: String, at key: String? = nil, help: String? = nil) {
        guard case .decoding(let input, let context, _) = mode else { return }
        context.report(code, message, at: key.flatMap { range(of: $0) } ?? SourceRange(startOf: input.range), help: help)
        if code.severity == .error { failed = true }
    }

    private func note<V>(
        _ key: String, _ codec: Codec<V>, required: Bool, _ documentation: String, default value: JSONValue?
    ) -> Codec<V> {
        fields.append(.init(key: key, schema: codec.schema, isRequired: required, documentation: documentation, defaultValue: value))
        return codec
    }
}

extension SourceRange {
    /// The first line of a mapping rather than its whole extent.
    init(startOf range: SourceRange) {
        self.init(path: range.path, start: range.start, end: range.start)
    }
}

extension Codec {
    /// A mapping with known keys. Unknown keys are errors with a suggestion.
    package static func object(
        _ name: String, _ documentation: String, _ build: @escaping @Sendable (ObjectReader) -> Value
    ) -> Codec {
        let description = ObjectReader(.describing)
        let placeholder = build(description)
        let schema = ObjectSchema(name: name, documentation: documentation, fields: description.fields)
        let known = description.fields.map(\.key)
        return Codec(schema: .object(schema), placeholder: placeholder) { input, context in
            guard let members = Self.members(of: input, context) else { return nil }
            let reader = ObjectReader(.decoding(input, context, members))
            let value = build(reader)
            if !members.areAll(in: known) {
                for member in members.keys where !known.contains(member.text) {
                    reportUnknownKey(member.text, at: member.range, known: known, in: name, context)
                    // A key that was mistyped is not missing as well.
                    let meant = Suggestion.nearest(to: member.text, in: known)
                    reader.missing.removeAll { $0.key == meant }
                }
            }
            for (key, documentation) in reader.missing {
                context.report(.missingKey, "\"\(key)\" is missing", at: SourceRange(startOf: input.range), help: documentation)
            }
            return reader.failed ? nil : value
        }
    }

    static func reportUnknownKey(
        _ key: String, at range: SourceRange, known: [String], in name: String, _ context: DecodingContext
    ) {
        let help =
            Suggestion.nearest(to: key, in: known).map { "did you mean \"\($0)\"?" }
            ?? "known keys: " + known.sorted().joined(separator: ", ")
        context.report(.unknownKey, "unknown key \"\(key)\" in \(name)", at: range, help: help)
    }

    /// The members of a mapping; reports and returns nil where the input is none.
    static func members(of input: DecodingInput, _ context: DecodingContext) -> MappingMembers? {
        switch input {
        case .node(let node) where node.kind == .mapping:
            if !node.hasOnlyTextKeys {
                for pair in node.pairs where pair.key.text == nil { context.report(.wrongType, "a key must be text", at: pair.key.range) }
            }
            return MappingMembers(node)
        case .constant(.object(let object), let range): return MappingMembers(object, at: range)
        default:
            _ = mismatch("a mapping", input, context)
            return nil
        }
    }
}
