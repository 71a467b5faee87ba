internal import Assets
internal import Engine
package import Support
internal import Validation

/// What becomes of the tables of the lake when changes are deployed and run.
package struct TableEffects: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// It is new.
        case made
        /// Nothing writes it any more: its rows stay as they are.
        case left
        /// The next run writes all of its rows otherwise.
        case rebuilt
        /// Rows that are there stay as they are, and new ones are made otherwise.
        case mixed
        /// Rows get into it in another way.
        case written
        /// A source that was read in steps is read from its beginning.
        case reread
        /// It has other columns.
        case columns
    }

    package struct Effect: Sendable, Hashable {
        package let kind: Kind
        package let words: String
        /// In lower case; nil: all of them, or none in particular.
        package var columns: [String]?
        /// `sales/orders`.
        package var through: String?
    }

    package struct Table: Sendable, Hashable {
        /// `silver.orders`
        package let name: String
        package let effects: [Effect]
    }

    /// Sorted by their names.
    package let tables: [Table]
}

/// Finds them in the changes of activities, by how these write.
struct TableEffectsSearch {
    let changes: [Change]
    let tables: [Change]
    let before: ProjectSnapshot
    let after: ProjectSnapshot
    /// What the newer version says.
    let meaning: Meaning

    private typealias Writers = [String: PipelineFacts.Step]

    func run() -> TableEffects {
        let columns = Dictionary(tables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let wanted = changedTargets.union(columns.keys.compactMap { LakeName($0) })
        let (old, new) = (writers(before, of: wanted, renamed: true), writers(after, of: wanted, renamed: false))
        let touched = touchedActivities
        let names = Set(old.keys).union(new.keys).sorted()
        return TableEffects(tables: names.compactMap { name in
            let (earlier, now) = (old[name] ?? [:], new[name] ?? [:])
            let effects = effects(earlier, now, touched) + Self.effects(columns[name])
            return effects.isEmpty ? nil : TableEffects.Table(name: name, effects: effects)
        })
    }

    // MARK: Writers

    /// Tables of the lake that pipelines with changes write, or wrote: of all others nothing but columns can be new.
    private var changedTargets: Set<LakeName> {
        let pipelines = changes.filter { $0.kind == Meaning.Kind.pipeline.rawValue }
        func targets(_ snapshot: ProjectSnapshot, _ names: Set<String>) -> [LakeName] {
            snapshot.pipelines.filter { names.contains($0.name?.value ?? $0.givenName) }.flatMap { $0.steps.compactMap(\.lakeTarget) }
        }
        return Set(targets(before, Set(pipelines.map { $0.formerName ?? $0.name })) + targets(after, Set(pipelines.map(\.name))))
    }

    /// By table and `pipeline/activity`; former names as they are now.
    private func writers(_ snapshot: ProjectSnapshot, of tables: Set<LakeName>, renamed: Bool) -> [String: Writers] {
        let names = renamed ? newNames : [:]
        var result: [String: Writers] = [:]
        for facts in snapshot.pipelines {
            for step in facts.steps {
                guard let table = step.lakeTarget, tables.contains(table) else { continue }
                let name = "\(facts.name?.value ?? facts.givenName)/\(step.activity)"
                result[table.text, default: [:]][names[name] ?? name] = step
            }
        }
        return result
    }

    /// Of activities that have another name, or whose pipeline has.
    private var newNames: [String: String] {
        var names: [String: String] = [:]
        let moved = Dictionary(
            changes.filter { $0.kind == Meaning.Kind.pipeline.rawValue && $0.formerName != nil }.map { ($0.formerName ?? "", $0.name) },
            uniquingKeysWith: { first, _ in first })
        for facts in before.pipelines {
            let pipeline = facts.name?.value ?? facts.givenName
            guard let new = moved[pipeline] else { continue }
            for step in facts.steps { names["\(pipeline)/\(step.activity)"] = "\(new)/\(step.activity)" }
        }
        for change in changes where change.kind == Meaning.Kind.pipeline.rawValue {
            for part in change.parts where part.kind == Meaning.Kind.activity.rawValue {
                if let former = part.formerName { names["\(change.formerName ?? change.name)/\(former)"] = "\(change.name)/\(part.name)" }
            }
        }
        return names
    }

    private var touchedActivities: [String: Change] {
        Dictionary(
            changes.filter { $0.kind == Meaning.Kind.pipeline.rawValue }.flatMap { pipeline in
                pipeline.parts.filter { $0.kind == Meaning.Kind.activity.rawValue }.map { ("\(pipeline.name)/\($0.name)", $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: Effects

    private func effects(_ earlier: Writers, _ now: Writers, _ touched: [String: Change]) -> [TableEffects.Effect] {
        if earlier.isEmpty {
            return now.sorted { $0.key < $1.key }.map { .init(kind: .made, words: "is made, \(Self.words($0.value.write.mode))", through: $0.key) }
        }
        if now.isEmpty {
            return [.init(kind: .left, words: "is no longer written: its rows stay as they are", through: earlier.keys.sorted().joined(separator: ", "))]
        }
        var effects: [TableEffects.Effect] = []
        for (name, step) in now.sorted(by: { $0.key < $1.key }) {
            guard let old = earlier[name] else {
                effects.append(.init(kind: .written, words: "is written by \(name), too, \(Self.words(step.write.mode))", through: name))
                continue
            }
            effects += self.effects(old.write.mode, step.write.mode, touched[name], name)
        }
        for name in earlier.keys.sorted() where now[name] == nil {
            effects.append(.init(kind: .written, words: "is no longer written by \(name)", through: name))
        }
        return effects
    }

    private func effects(_ old: WriteMode, _ new: WriteMode, _ change: Change?, _ name: String) -> [TableEffects.Effect] {
        guard let change else { return [] }
        var effects: [TableEffects.Effect] = []
        func add(_ kind: TableEffects.Kind, _ words: String, _ columns: [String]? = nil) {
            effects.append(.init(kind: kind, words: words, columns: columns, through: name))
        }
        let fields = change.parts.filter { $0.kind == "field" }
        if old != new {
            let rows = new == .overwrite ? ": rows written before go" : old == .overwrite ? ": rows that are there stay" : ""
            add(.written, "is \(Self.words(new)) from the next run, not \(Self.words(old))\(rows)")
        } else if let key = fields.first(where: { $0.name == "key" }) {
            add(.written, "is merged by \(Self.list(key.new)), not by \(Self.list(key.old)): rows that are there twice by the new key stay")
        }
        if let words = reread(fields, name, new) { add(.reread, words) }
        // How it is written, and from where, has been told.
        let logic = change.parts.filter { $0.kind != "field" || !Self.isTold($0.name) }
        if let extent = ImpactSearch.extent(of: logic) {
            var columns: [String]?
            if case .columns(let names) = extent { columns = names.sorted() }
            switch new {
            case .overwrite: add(.rebuilt, "is rebuilt at the next run", columns)
            case .append: add(.mixed, "rows written before stay as they are, new ones follow the new logic", columns)
            case .merge: add(.mixed, "rows that are merged from now on follow the new logic, others stay as they are", columns)
            }
        }
        return effects
    }

    private static func isTold(_ field: String) -> Bool { ["mode", "key", "into", "onSchemaChange", "audit"].contains(field) || field.contains(".incremental.") }

    /// The mark up to which a source was read is kept by its name and the column's.
    private func reread(_ fields: [Change], _ name: String, _ mode: WriteMode) -> String? {
        let again = mode == .append ? "; rows that were read before come once more" : ""
        if let column = fields.first(where: { $0.name.hasSuffix(".incremental.column") }) {
            switch (column.old?.asString, column.new?.asString) {
            case (let old?, let new?): return "reads its source from the beginning: by \(new) now, not by \(old)\(again)"
            case (nil, let new?): return "reads its source from the beginning once, then what is new by \(new)\(again)"
            default: return "reads all of its source each time\(mode == .append ? "; rows that were read before come again with every run" : "")"
            }
        }
        let places = [".connection", ".table", ".query", ".path"]
        guard let source = fields.first(where: { field in field.name.hasPrefix("source") && places.contains { field.name.hasSuffix($0) } }),
            isIncremental(name, String(source.name.prefix { $0 != "." }))
        else { return nil }
        return "reads its source from the beginning: it is another one\(again)"
    }

    private func isIncremental(_ name: String, _ source: String) -> Bool {
        let words = name.split(separator: "/", maxSplits: 1).map(String.init)
        let pipeline = meaning.parts.first { $0.kind == .pipeline && $0.name == words.first }
        let activity = pipeline?.parts.first { $0.kind == .activity && $0.name == words.last }
        return activity?.fields.keys.contains { $0.hasPrefix(source) && $0.hasSuffix(".incremental.column") } ?? false
    }

    private static func effects(_ table: Change?) -> [TableEffects.Effect] {
        guard let table else { return [] }
        return table.parts.filter { $0.kind == Meaning.Kind.column.rawValue }.map { column in
            let words =
                switch (column.old?.asString, column.new?.asString) {
                case (nil, let new?): "column \(column.name) is new (\(new))"
                case (let old?, nil): "column \(column.name) (\(old)) is gone"
                case (let old?, let new?): "column \(column.name) becomes \(new), was \(old)"
                case (nil, nil): "column \(column.name) is another"
                }
            return .init(kind: .columns, words: words, columns: [column.name.lowercased()])
        }
    }

    private static func words(_ mode: WriteMode) -> String {
        switch mode {
        case .overwrite: "overwritten"
        case .append: "appended to"
        case .merge: "merged into"
        }
    }

    private static func list(_ value: JSONValue?) -> String { value?.asArray?.compactMap(\.asString).joined(separator: ", ") ?? "nothing" }
}

extension PipelineFacts.Step {
    fileprivate var lakeTarget: LakeName? { if case .lake(let table)? = target { table } else { nil } }
}

extension TableEffects {
    package var json: JSONValue {
        .array(tables.map { table in
            [
                "table": .string(table.name),
                "effects": .array(table.effects.map { effect in
                    var object: JSONObject = ["kind": .string(effect.kind.rawValue), "words": .string(effect.words)]
                    if let columns = effect.columns { object["columns"] = .texts(columns) }
                    object.set("through", effect.through)
                    return .object(object)
                }),
            ]
        })
    }
}
