internal import Engine
internal import Support
internal import Validation

/// Tables that have other columns than before.
enum TableComparison {
    static func changes(
        from before: [TableAddress: [SQLColumn]], to after: [TableAddress: [SQLColumn]], earlier: [PipelineFacts], now: [PipelineFacts]
    ) -> [Change] {
        let written = Set((earlier + now).flatMap { $0.steps.compactMap(\.target) + $0.views.map { .view($0.name) } })
        return written.compactMap { table -> (TableAddress, Change)? in
            let change: Change? =
                switch (before[table], after[table]) {
                case (let old?, let new?): Self.change(table, old, new)
                case (_?, nil) where isWritten(table, now): unknown(table.text, "its columns cannot be told any more")
                case (nil, _?) where isWritten(table, earlier): unknown(table.text, "its columns can be told now")
                // It is new, gone, or was not known before either.
                default: nil
                }
            return change.map { (table, $0) }
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    private static func isWritten(_ table: TableAddress, _ pipelines: [PipelineFacts]) -> Bool {
        pipelines.contains { $0.steps.contains { $0.target == table } || $0.views.contains { .view($0.name) == table } }
    }

    private static func unknown(_ name: String, _ words: String) -> Change {
        var change = Change(Meaning.Kind.table.rawValue, .changed, name)
        change.words = words
        return change
    }

    private static func change(_ table: TableAddress, _ old: [SQLColumn], _ new: [SQLColumn]) -> Change? {
        guard old != new else { return nil }
        let name = table.text
        let before = Dictionary(old.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        var change = Change(Meaning.Kind.table.rawValue, .changed, name)
        for column in new {
            guard let earlier = before[column.name.lowercased()] else {
                change.parts.append(made(.added, column.name, nil, column.type))
                continue
            }
            guard earlier.type != column.type else { continue }
            var retyped = made(.changed, column.name, earlier.type, column.type)
            retyped.marks = [.breaking]
            change.parts.append(retyped)
        }
        for column in old where after[column.name.lowercased()] == nil {
            var removed = made(.removed, column.name, column.type, nil)
            removed.marks = [.breaking]
            change.parts.append(removed)
        }
        let common = (
            old.map { $0.name.lowercased() }.filter { after[$0] != nil }, new.map { $0.name.lowercased() }.filter { before[$0] != nil })
        if common.0 != common.1 { change.marks.insert(.order) }
        guard !change.parts.isEmpty || !change.marks.isEmpty else { return nil }
        if change.parts.contains(where: { $0.marks.contains(.breaking) }) { change.marks.insert(.breaking) }
        return change
    }

    private static func made(_ action: Change.Action, _ name: String, _ old: SQLType?, _ new: SQLType?) -> Change {
        var change = Change(Meaning.Kind.column.rawValue, action, name)
        change.old = old.map { .string($0.sql) }
        change.new = new.map { .string($0.sql) }
        return change
    }
}
