internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Lake
internal import Support

/// What a rollback did, or would do.
struct RollbackOutcome {
    let site: DeliverySite
    let current: Release
    let earlier: Release
    let hasData: Bool
    let restoration: DataRestoration
    let style: TerminalStyle
    /// nil: nothing was done.
    var release: Release?

    var hasSomething: Bool { earlier.tree != current.tree || !restoration.isEmpty }

    private var name: String { site.line.environment }

    // MARK: JSON

    var json: JSONValue {
        var object: JSONObject = release.map { $0.json(site) } ?? ["environment": .string(name)]
        object["rollbackTo"] = .integer(Int64(earlier.number))
        object["from"] = .integer(Int64(current.number))
        object["source"] = .string(earlier.source.description)
        object["done"] = .bool(release != nil)
        object["views"] = site.viewChanges?.json ?? .null
        object["changesFiles"] = .bool(earlier.tree != current.tree)
        if hasData {
            object["tables"] = .array(restoration.tables.map(json(of:)))
            object["warehouse"] = .array(restoration.warehouse.map { ["table": .string($0.name), "version": Self.number($0.version), "rows": Self.number($0.rows)] })
            object["gone"] = .array(restoration.gone.map { .string($0) })
            object["notRestored"] = .array(restoration.notRestored.map { .string($0) })
        }
        return .object(object)
    }

    private func json(of table: DataRestoration.Table) -> JSONValue {
        [
            "table": .string(table.name), "now": ["version": Self.number(table.now), "rows": Self.number(table.rowsNow)],
            "then": table.then.map { ["version": Self.number($0), "rows": Self.number(table.rowsThen)] } ?? .null,
            "otherCommits": .array(table.others.map { commit in
                [
                    "version": Self.number(commit.version), "operation": commit.operation.map { .string($0) } ?? .null,
                    "engine": commit.engineInfo.map { .string($0) } ?? .null, "run": commit.provenance["run"] ?? .null,
                    "committed": commit.timestamp.map { .string($0.description) } ?? .null,
                ]
            }),
        ]
    }

    private static func number(_ number: Int?) -> JSONValue { number.map { .integer(Int64($0)) } ?? .null }

    // MARK: Text

    var text: String {
        guard hasSomething else {
            let data = hasData ? ", and no table to take back" : ""
            return "nothing to do: release \(current.number) of \(name) has the files of release \(earlier.number) already\(data)\n" + notRestored
        }
        let number = release?.number ?? current.number + 1
        var text = "release \(number) of \(name)\(release == nil ? " would have" : ":") the files of release \(earlier.number), from commit \(earlier.source.short)\n"
        text += site.viewLines
        guard hasData else { return text }
        if restoration.isEmpty { text += "no table to take back: no later run has changed one\n" }
        text += tables + warehouse + notRestored
        if release != nil, !restoration.isEmpty {
            text += "back to the state before: pipectl rollback --env \(ShellWord.quoted(name)) --to \(current.number) --data\n"
        }
        return text
    }

    private var tables: String {
        guard !restoration.tables.isEmpty else { return "" }
        var table = TextTable(["TABLE", "FROM VERSION", "ROWS", "TO VERSION", "ROWS"])
        for entry in restoration.tables {
            table.append([
                .text(VisibleText.escaped(entry.name)), .number(String(entry.now)), .number(entry.rowsNow.map(String.init) ?? "?"),
                entry.then.map { .number(String($0)) } ?? .text("was not there"), .number(entry.then == nil ? "0" : entry.rowsThen.map(String.init) ?? "?"),
            ])
        }
        var text = table.render(width: nil, style: style)
        for entry in restoration.tables where !entry.others.isEmpty {
            let commits = entry.others.prefix(5).map { commit in
                let who = commit.provenance["run"]?.asString.map { "run \($0)" } ?? commit.engineInfo ?? "an unknown writer"
                return "version \(commit.version) (\(commit.operation ?? "commit") by \(who))"
            }
            let more = entry.others.count > 5 ? " and \(entry.others.count - 5) more" : ""
            text += "\(style("note", .yellow)): \(VisibleText.escaped(entry.name)): what others committed in between goes with it: \(VisibleText.escaped(commits.joined(separator: ", ")))\(more)\n"
        }
        return text
    }

    private var warehouse: String {
        restoration.warehouse.map { table in
            let name = VisibleText.escaped(table.name)
            guard let version = table.version else { return "warehouse: \(name) \(release == nil ? "would be" : "was") taken out, as it was not there\n" }
            return "warehouse: \(name) \(release == nil ? "would be" : "is") as of version \(version)\(table.rows.map { ", \($0) row\($0 == 1 ? "" : "s")" } ?? "")\n"
        }.joined()
    }

    private var notRestored: String {
        restoration.gone.map { "\(style("not restored", .yellow)): \(VisibleText.escaped($0)): it is not in the lake any more\n" }.joined()
            + restoration.notRestored.map { "\(style("not restored", .yellow)): \(VisibleText.escaped($0)), a table of another database: its rows stay as they are\n" }.joined()
    }
}
