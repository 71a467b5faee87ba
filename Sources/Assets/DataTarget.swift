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
            context.report(.invalidTableName, problem, at: name.range, help: "write it as LAYER.NAME: silver.orders")
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
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, Self.problem(with: text) == nil else { return nil }
        layer = String(parts[0])
        name = String(parts[1])
    }

    package var text: String { "\(layer).\(name)" }

    static func problem(with text: String) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return "\"\(text)\" is no table of the lake" }
        for part in parts {
            if part.isEmpty || part.utf8.count > 128 || part.unicodeScalars.contains(where: { $0.value < 0x20 || $0 == "/" }) {
                return "\"\(text)\" is no table of the lake"
            }
        }
        return nil
    }
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
