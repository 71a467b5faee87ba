package import Diagnostics
internal import Expressions
internal import Support
internal import YAML

/// Where rows are written.
package enum DataTarget: Sendable {
    /// `layer.name` of the lake.
    case lake(Dynamic<String>)
    case database(connection: Dynamic<String>, table: Dynamic<String>)

    package var range: SourceRange {
        switch self {
        case .lake(let name): name.range
        case .database(_, let table): table.range
        }
    }

    package var dynamicTexts: [Dynamic<String>] {
        switch self {
        case .lake(let name): [name]
        case .database(let connection, let table): [connection, table]
        }
    }

    private static let database = Codec<DataTarget>.object("target", "A table of a connection.") { r in
        .database(
            connection: r.required("connection", Codec<Dynamic<String>>.dynamicName, "Connection of the environment."),
            table: r.required("table", Codec<Dynamic<String>>.dynamicText, "Table; it is made where it does not exist."))
    }

    private static let lake = Codec<Dynamic<String>>.dynamicText

    package static let codec = Codec<DataTarget>(
        schema: .oneOf([lake.schema, database.schema]), placeholder: .lake(lake.placeholder)
    ) { input, context in
        if input.shape == .mapping { return database.decode(input, context) }
        guard let name = lake.decode(input, context) else { return nil }
        if let literal = name.literal, let problem = LakeName.problem(with: literal) {
            context.report(.invalidTableName, problem.message, at: name.range, help: problem.help)
            return nil
        }
        return .lake(name)
    }
}

/// `layer.name`, split.
package struct LakeName: Sendable, Hashable {
    package let layer: String
    package let name: String

    package init?(_ text: String) {
        guard let dot = text.utf8.firstIndex(of: UInt8(ascii: ".")), Self.isPlain(text) || Self.problem(with: text) == nil else { return nil }
        layer = String(text[..<dot])
        name = String(text[text.utf8.index(after: dot)...])
    }

    /// Two words of letters, digits and `_` of ASCII, as most names are: found good at a glance.
    private static func isPlain(_ text: String) -> Bool {
        var lengths = (0, 0)
        var dots = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                dots += 1
                if dots > 1 { return false }
            } else if (0x41...0x5A).contains(byte & 0xDF) || (0x30...0x39).contains(byte) || byte == 0x5F {
                if dots == 0 { lengths.0 += 1 } else { lengths.1 += 1 }
            } else {
                return false
            }
        }
        return (1...128).contains(lengths.0) && (1...128).contains(lengths.1)
    }

    package var text: String { "\(layer).\(name)" }

    /// For a key of `views`.
    static func problemWithView(_ text: String) -> String? {
        LakeName(text) == nil ? "\"\(text)\" names no view: write LAYER.NAME, without quotes" : nil
    }

    package static let quarantineLayer = "quarantine"

    /// Where rows are kept that a check sorted out on their way into this table; nil where the name would be too long.
    package var quarantine: LakeName? { LakeName("\(Self.quarantineLayer).\(layer)_\(name)") }

    /// What is wrong with a text that shall name a table, and how to write it; nil where nothing is.
    package static func problem(with text: String) -> (message: String, help: String)? {
        let none = (message: "\"\(text)\" is no table of the lake", help: "write it as LAYER.NAME: silver.orders")
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.contains(where: isQuoted) {
            return ("the quotes in \(text) would be part of the name", "write the name without them: \(parts.map(unquoted).joined(separator: "."))")
        }
        guard parts.count == 2 else { return none }
        for part in parts {
            if part.isEmpty || part.utf8.count > 128 || part.unicodeScalars.contains(where: { $0.value < 0x20 || $0 == "/" }) { return none }
        }
        return nil
    }

    /// As SQL writes names that are no words: `"Order Lines"`.
    private static func isQuoted(_ part: Substring) -> Bool {
        guard part.utf8.count >= 2, let first = part.utf8.first, first == part.utf8.last else { return false }
        return first == UInt8(ascii: "\"") || first == UInt8(ascii: "`")
    }

    private static func unquoted(_ part: Substring) -> String { isQuoted(part) ? String(part.dropFirst().dropLast()) : String(part) }
}

package enum WriteMode: String, Sendable, CaseIterable { case overwrite, append, merge }

/// What a table's writer may change about its columns.
package enum SchemaChange: String, Sendable, CaseIterable {
    /// Any difference is an error.
    case fail
    /// New columns are added; a changed type is an error.
    case addColumns
    /// The table takes the query's columns and types, whatever they were (overwrite only).
    case replace
}

/// Where and how an activity writes, with the checks that must hold before anyone sees it.
package struct TableWrite: Sendable {
    package let into: DataTarget
    package let mode: Located<WriteMode>
    package let key: [Located<String>]
    package let schemaChange: SchemaChange
    package let checks: [Check]

    init(_ r: ObjectReader) {
        into = r.required("into", DataTarget.codec, "Table that is written: LAYER.NAME of the lake, or connection and table.")
        mode = r.defaulted(
            "mode", Codec<Located<WriteMode>>.mode, "Replace the rows, add to them, or merge by key.",
            default: Located(.overwrite, at: r.range), shown: "overwrite")
        key = r.defaulted(
            "key", Codec<[Located<String>]>.textsOrOne, "Columns that identify a row, for `merge`.", default: [])
        schemaChange = r.defaulted(
            "onSchemaChange", .enumeration, "What to do where the columns differ from the table's.", default: .addColumns,
            shown: "addColumns")
        checks = r.defaulted("checks", Check.codec.list(), "What must hold of the rows before they are published.", default: [])
        if mode.value == .merge, key.isEmpty, !r.isDescribing {
            r.report(.invalidCombination, "mode \"merge\" needs a \"key\"", at: "mode")
        }
        if mode.value != .merge, !key.isEmpty {
            r.report(.invalidCombination, "\"key\" is used only with mode \"merge\"", at: "key")
        }
        if schemaChange == .replace, mode.value != .overwrite {
            r.report(
                .invalidCombination, "onSchemaChange \"replace\" needs mode \"overwrite\": old rows keep their columns",
                at: "onSchemaChange")
        }
        if case .database = into, let check = checks.first(where: { $0.onViolation == .quarantine }) {
            _ = check
            r.report(
                .invalidCombination, "rows can be quarantined only on their way into a table of the lake", at: "checks")
        }
    }
}
