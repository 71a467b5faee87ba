internal import Assets
internal import Expressions
internal import Support

/// What an activity reads and writes, as far as the files tell.
package struct ActivityEffects: Sendable {
    package var reads: Set<TableAddress> = []
    package var writes: Set<TableAddress> = []
    /// Where rows are kept that its checks sort out.
    package var quarantines: Set<TableAddress> = []
    package var readVariables: Set<String> = []
    package var writtenVariables: Set<String> = []
    /// Activities whose output its expressions name, in lower case.
    package var namedActivities: Set<String> = []
    /// A target's name is known only when it runs.
    package var hasUnknownLakeTarget = false
    package var hasUnknownDatabaseTarget = false

    mutating func formUnion(_ other: ActivityEffects) {
        reads.formUnion(other.reads)
        writes.formUnion(other.writes)
        quarantines.formUnion(other.quarantines)
        readVariables.formUnion(other.readVariables)
        writtenVariables.formUnion(other.writtenVariables)
        namedActivities.formUnion(other.namedActivities)
        hasUnknownLakeTarget = hasUnknownLakeTarget || other.hasUnknownLakeTarget
        hasUnknownDatabaseTarget = hasUnknownDatabaseTarget || other.hasUnknownDatabaseTarget
    }

    /// - Parameters:
    ///   - items: what `item()` may be.
    ///   - queryReads: tables that the activity's SQL names.
    init(
        of activity: Activity, items: [JSONValue], queryReads: (Activity) -> Set<TableAddress>, queryTexts: (Activity) -> [DynamicText]
    ) {
        for text in activity.fieldTexts.map(\.text) + queryTexts(activity) { note(text) }
        switch activity.kind {
        case .copy(let copy):
            note(source: copy.source, items)
            note(write: copy.write, items)
        case .transform(let transform):
            reads.formUnion(queryReads(activity))
            for source in transform.sources { note(source: source.value, items) }
            note(write: transform.write, items)
        case .lookup(let source, _): note(source: source, items)
        case .setVariable(let name, _), .appendVariable(let name, _): writtenVariables.insert(name.value.lowercased())
        case .publish(let publish):
            for table in publish.tables { for name in table.tables(items) ?? [] { reads.insert(.lake(name)) } }
        case .delete(.rows(let table, _)):
            if let names = table.tables(items) { writes.formUnion(names.map { .lake($0) }) } else { hasUnknownLakeTarget = true }
        case .forEach, .if, .wait, .fail, .pipeline, .delete(.files): break
        }
        let inner = LoopItems.inside(activity, items)
        for child in activity.kind.children {
            formUnion(ActivityEffects(of: child, items: inner, queryReads: queryReads, queryTexts: queryTexts))
        }
    }

    private mutating func note(_ text: DynamicText) {
        let references = text.references
        readVariables.formUnion(references.variables.map { $0.name.lowercased() })
        namedActivities.formUnion(references.activities.map { $0.name.lowercased() })
    }

    private mutating func note(source: DataSource, _ items: [JSONValue]) {
        guard case .table(let table) = source.selection else { return }
        if let connection = source.connection {
            if let connection = connection.literal {
                reads.formUnion((table.values(items) ?? []).map { .database(connection: connection, table: $0) })
            }
        } else {
            reads.formUnion((table.tables(items) ?? []).map { .lake($0) })
        }
    }

    private mutating func note(write: TableWrite, _ items: [JSONValue]) {
        switch write.into {
        case .lake(let name):
            if let names = name.tables(items) {
                writes.formUnion(names.map { .lake($0) })
                if write.quarantines { quarantines.formUnion(names.compactMap(\.quarantine).map { .lake($0) }) }
            } else {
                hasUnknownLakeTarget = true
            }
        case .database(let connection, let table):
            if let connection = connection.literal, let names = table.values(items) {
                writes.formUnion(names.map { .database(connection: connection, table: $0) })
            } else {
                hasUnknownDatabaseTarget = true
            }
        }
        for check in write.checks {
            if case .relationship(_, let to) = check.kind { reads.insert(.lake(to.value.table)) }
        }
    }
}

extension TableWrite {
    /// Whether rows that a check finds wrong are kept in a table of their own.
    var quarantines: Bool { checks.contains { $0.onViolation == .quarantine } }
}
