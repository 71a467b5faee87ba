internal import Assets
package import Diagnostics
internal import Expressions
package import Support

/// What an asset, or a part of one, says: without its layout, comments, order of keys, and with defaults written out.
/// Two that are equal do the same.
package struct Meaning: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case project, pipeline, environment, template, sourceSchema, secretStore, notebook
        case parameter, globalParameter, variable, trigger, activity, check, connection, vault, rotation, rule, table, file, query, column, secret
    }

    package let kind: Kind
    /// Unique among those of its kind in the same whole.
    package var name: String
    /// In the order in which they are told.
    package var fields: JSONObject
    package var parts: [Meaning]
    /// SQL of it, by the field it stands for.
    var sql: [String: SQLMeaning]
    /// Of a notebook.
    var cells: [NotebookCell]
    package let place: SourceRange?
    /// Of an activity that a template gave: where the template is used.
    package let call: SourceRange?

    init(
        _ kind: Kind, _ name: String, fields: JSONObject = [:], parts: [Meaning] = [], sql: [String: SQLMeaning] = [:],
        cells: [NotebookCell] = [], place: SourceRange? = nil, call: SourceRange? = nil
    ) {
        self.kind = kind
        self.name = name
        self.fields = fields
        self.parts = Self.numbered(parts)
        self.sql = sql
        self.cells = cells
        self.place = place
        self.call = call
    }

    /// Equal but for names and places.
    func hasContent(of other: Meaning) -> Bool {
        kind == other.kind && fields == other.fields && sql == other.sql && cells == other.cells && parts.count == other.parts.count
            && Self.areAlike(parts, other.parts)
    }

    func isEqual(to other: Meaning) -> Bool { name == other.name && hasContent(of: other) }

    private static func areAlike(_ one: [Meaning], _ other: [Meaning]) -> Bool {
        let others = Dictionary(other.map { (Key($0), $0) }, uniquingKeysWith: { first, _ in first })
        return one.allSatisfy { part in others[Key(part)].map(part.isEqual) ?? false }
    }

    struct Key: Hashable {
        let kind: Kind
        let name: ExactText

        init(_ meaning: Meaning) { (kind, name) = (meaning.kind, ExactText(meaning.name)) }
    }

    /// The second of a name gets a number, so that each is found.
    private static func numbered(_ parts: [Meaning]) -> [Meaning] {
        var counts: [Key: Int] = [:]
        return parts.map { part in
            let count = counts[Key(part), default: 0] + 1
            counts[Key(part)] = count
            guard count > 1 else { return part }
            var part = part
            part.name += " (\(count))"
            return part
        }
    }
}

extension JSONObject {
    /// Sets a field, unless there is nothing to set.
    mutating func set(_ key: String, _ value: JSONValue?) {
        guard let value else { return }
        self[key] = value
    }

    mutating func set(_ key: String, _ text: String?) { set(key, text.map { .string($0) }) }
    mutating func set(_ key: String, _ number: Int?) { set(key, number.map { .integer(Int64($0)) }) }
    mutating func set(_ key: String, _ flag: Bool?) { set(key, flag.map { .bool($0) }) }

    /// A set of names: their order means nothing.
    mutating func set(names: [String], _ key: String) {
        guard !names.isEmpty else { return }
        self[key] = .array(names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { .string($0) })
    }
}

extension JSONValue {
    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
    static func duration(_ duration: Duration) -> JSONValue { .string(Durations.written(duration)) }
}

extension Dynamic {
    /// The value, or the expression in its normal spelling.
    func meaning(_ literal: (Value) -> JSONValue) -> JSONValue {
        switch content {
        case .literal(let value): literal(value)
        case .expression(let text): .string(text.description)
        }
    }
}

extension Dynamic<String> {
    var meaning: JSONValue { meaning { .string($0) } }
}

extension Dynamic<Int> {
    var meaning: JSONValue { meaning { .integer(Int64($0)) } }
}

extension DynamicValue {
    var meaning: JSONValue {
        if let constant { return constant }
        return switch self {
        case .constant(let value): value
        case .text(let text): .string(text.description)
        case .array(let items): .array(items.map(\.meaning))
        case .object(let members): .object(JSONObject(members.map { ($0.key, $0.value.meaning) }))
        }
    }
}
