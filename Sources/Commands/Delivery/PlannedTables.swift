internal import Changes
internal import Diagnostics
internal import Engine
internal import Lake
internal import Support

/// What a deployment does to the tables of an environment's lake, beside what they are now.
struct PlannedTables: Sendable {
    private struct Size: Sendable {
        /// nil where the table's files do not tell.
        let rows: Int?
        let bytes: Int
        let version: Int
    }

    private let effects: TableEffects
    private let sizes: [String: Size]

    /// Looks at the tables' logs. No engine is opened: what only a checkpoint tells is left out.
    /// - Parameter root: the environment's folder.
    static func look(_ effects: TableEffects, root: String) async -> PlannedTables {
        let lake = Lake(root: FileSystem.join(root, "lake"), engineInfo: "pipectl/\(Application.version)") { () async throws(EngineError) in
            throw EngineError(.unavailable, "no engine is opened to look at a table's size")
        }
        var sizes: [String: Size] = [:]
        for table in effects.tables {
            let words = table.name.split(separator: ".", maxSplits: 1).map(String.init)
            // A table that cannot be read now is told by who reads it.
            guard words.count == 2, let name = try? LakeTableName(layer: words[0], name: words[1]), let snapshot = try? await lake.table(name).snapshot() else { continue }
            sizes[table.name] = Size(rows: snapshot.rowCount, bytes: snapshot.size, version: snapshot.version)
        }
        return PlannedTables(effects: effects, sizes: sizes)
    }

    var json: JSONValue {
        .array((effects.json.asArray ?? []).map { table in
            guard var object = table.asObject, let name = object["table"]?.asString else { return table }
            if let size = sizes[name] {
                object["now"] = [
                    "rows": size.rows.map { .integer(Int64($0)) } ?? .null, "bytes": .integer(Int64(size.bytes)), "version": .integer(Int64(size.version)),
                ]
            }
            return .object(object)
        })
    }

    /// Empty where no table is concerned.
    func text(style: TerminalStyle) -> String {
        guard !effects.tables.isEmpty else { return "" }
        var lines = [style.bold("tables")]
        for table in effects.tables {
            let size = sizes[table.name].map { size in " " + style.dim("(now \(size.rows.map { "\($0) row\($0 == 1 ? "" : "s"), " } ?? "")\(ByteCount.text(size.bytes)))") } ?? ""
            lines.append("    " + VisibleText.escaped(table.name) + size)
            for effect in table.effects {
                let columns = effect.kind == .columns ? nil : effect.columns.map { ": " + $0.joined(separator: ", ") }
                lines.append("        " + VisibleText.escaped(effect.words + (columns ?? "")))
            }
        }
        return lines.joined(separator: "\n") + "\n\n"
    }
}
