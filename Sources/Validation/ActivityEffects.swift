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

    /// - Parameter queryReads: tables that the activity's SQL names.
    init(of activity: Activity, queryReads: (Activity) -> Set<TableAddress>, queryTexts: (Activity) -> [DynamicText]) {
        for text in activity.fieldTexts.map(\.text) + queryTexts(activity) { note(text) }
        switch activity.kind {
        case .copy(let copy):
            note(source: copy.source)
            note(write: copy.write)
        case .transform(let transform):
            reads.formUnion(queryReads(activity))
            for source in transform.sources { note(source: source.value) }
            note(write: transform.write)
        case .lookup(let source, _): note(source: source)
        case .setVariable(let name, _), .appendVariable(let name, _): writtenVariables.insert(name.value.lowercased())
        case .publish(let tables):
            for table in tables {
                if let name = table.literal.flatMap(LakeName.init) { reads.insert(.lake(name)) }
            }
        case .delete(.rows(let table, _)):
            if let name = table.literal.flatMap(LakeName.init) { writes.insert(.lake(name)) } else { hasUnknownLakeTarget = true }
        case .forEach, .if, .wait, .fail, .pipeline, .delete(.files): break
        }
        for child in activity.kind.children {
            formUnion(ActivityEffects(of: child, queryReads: queryReads, queryTexts: queryTexts))
        }
    }

    private mutating func note(_ text: DynamicText) {
        let references = text.references
        readVariables.formUnion(references.variables.map { $0.name.lowercased() })
        namedActivities.formUnion(references.activities.map { $0.name.lowercased() })
    }

    private mutating func note(source: DataSource) {
        guard case .table(let table) = source.selection, let name = table.literal else { return }
        if let connection = source.connection {
            if let connection = connection.literal { reads.insert(.database(connection: connection, table: name)) }
        } else if let name = LakeName(name) {
            reads.insert(.lake(name))
        }
    }

    private mutating func note(write: TableWrite) {
        switch write.into {
        case .lake(let name):
            if let name = name.literal.flatMap(LakeName.init) {
                writes.insert(.lake(name))
                if write.quarantines, let kept = name.quarantine { quarantines.insert(.lake(kept)) }
            } else {
                hasUnknownLakeTarget = true
            }
        case .database(let connection, let table):
            if let connection = connection.literal, let table = table.literal {
                writes.insert(.database(connection: connection, table: table))
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
