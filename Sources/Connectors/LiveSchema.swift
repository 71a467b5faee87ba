package import Assets
internal import Diagnostics
package import Engine
internal import Support

/// What a connection holds now, of what is to be locked.
package struct LiveSchema: Sendable, Hashable {
    /// A table, query or file.
    package struct Relation: Sendable, Hashable {
        /// Name, text of the query, or path.
        package let name: String
        package let columns: [SQLColumn]
        package let key: [String]

        package init(name: String, columns: [SQLColumn], key: [String] = []) {
            self.name = name
            self.columns = columns
            self.key = key
        }

        /// As it is locked; nil where a type is none.
        package init?(name: String, locked: [MapEntry<String>]) {
            var columns: [SQLColumn] = []
            for column in locked {
                guard let type = try? SQLType(parsing: column.value) else { return nil }
                columns.append(SQLColumn(name: column.name, type: type))
            }
            self.init(name: name, columns: columns)
        }
    }

    package let connection: String
    /// Each list by the bytes of its names.
    package let tables: [Relation]
    package let queries: [Relation]
    package let files: [Relation]

    package init(connection: String, tables: [Relation] = [], queries: [Relation] = [], files: [Relation] = []) {
        func sorted(_ relations: [Relation]) -> [Relation] {
            relations.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        }
        self.connection = connection
        self.tables = sorted(tables)
        self.queries = sorted(queries)
        self.files = sorted(files)
    }
}

/// Where a live source and its locked schema differ.
package struct SchemaDifference: Sendable, Hashable {
    package enum Subject: String, Sendable, Hashable, CaseIterable { case table, query, file }

    package enum Change: Sendable, Hashable {
        /// The whole table, query or file.
        case added, removed
        case columnAdded(String, type: String)
        case columnRemoved(String, type: String)
        case columnRetyped(String, from: String, to: String)
        /// The same columns in another order.
        case reordered
        case keyChanged(from: [String], to: [String])
    }

    package let subject: Subject
    package let name: String
    package let change: Change
    /// Line of the locked schema that no longer holds; nil for what is new.
    package let line: Int?

    /// Pipelines that worked upon the locked schema may fail now.
    package var isBreaking: Bool {
        switch change {
        case .removed, .columnRemoved, .columnRetyped: true
        case .added, .columnAdded, .reordered, .keyChanged: false
        }
    }

    /// What changed from the locked schema to the live one, in the order of the file. Names of tables and columns are
    /// compared without case, types by what they mean.
    package static func between(_ locked: SourceSchema?, and live: LiveSchema) -> [SchemaDifference] {
        func folded(_ name: String) -> ExactText { ExactText(name.lowercased()) }
        let tables = compare(
            .table, (locked?.tables ?? []).map { Locked($0.key.value, $0.key.range.start.line, $0.value.columns, $0.value.key.map(\.value)) },
            live.tables, by: folded)
        let queries = compare(
            .query, (locked?.queries ?? []).map { Locked($0.text.value, $0.text.range.start.line, $0.columns, []) }, live.queries,
            by: { ExactText($0) })
        let files = compare(
            .file, (locked?.files ?? []).map { Locked($0.key.value, $0.key.range.start.line, $0.value.columns, []) }, live.files,
            by: { ExactText($0) })
        return tables + queries + files
    }

    private struct Locked {
        let name: String
        let line: Int
        let columns: [MapEntry<String>]
        let key: [String]

        init(_ name: String, _ line: Int, _ columns: [MapEntry<String>], _ key: [String]) {
            self.name = name
            self.line = line
            self.columns = columns
            self.key = key
        }
    }

    private static func compare(
        _ subject: Subject, _ locked: [Locked], _ live: [LiveSchema.Relation], by identity: (String) -> ExactText
    ) -> [SchemaDifference] {
        let found = Dictionary(live.map { (identity($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(locked.map { identity($0.name) })
        var differences: [SchemaDifference] = []
        for one in locked {
            guard let now = found[identity(one.name)] else {
                differences.append(SchemaDifference(subject: subject, name: one.name, change: .removed, line: one.line))
                continue
            }
            differences += compare(one, now).map { SchemaDifference(subject: subject, name: now.name, change: $0.change, line: $0.line) }
        }
        for one in live where !known.contains(identity(one.name)) {
            differences.append(SchemaDifference(subject: subject, name: one.name, change: .added, line: nil))
        }
        return differences
    }

    private static func compare(_ locked: Locked, _ live: LiveSchema.Relation) -> [(change: Change, line: Int?)] {
        var changes: [(change: Change, line: Int?)] = []
        for column in locked.columns {
            guard let now = live.columns.first(where: { $0.name.lowercased() == column.name.lowercased() }) else {
                changes.append((.columnRemoved(column.name, type: column.value), column.key.range.start.line))
                continue
            }
            // A type that cannot be read is not the one that is there.
            if (try? SQLType(parsing: column.value)) != now.type {
                changes.append((.columnRetyped(now.name, from: column.value, to: now.type.sql), column.valueRange.start.line))
            }
        }
        let names = locked.columns.map { $0.name.lowercased() }
        for column in live.columns where !names.contains(column.name.lowercased()) {
            changes.append((.columnAdded(column.name, type: column.type.sql), nil))
        }
        let present = live.columns.map { $0.name.lowercased() }
        if names.filter(present.contains) != present.filter(names.contains) { changes.append((.reordered, locked.line)) }
        if locked.key.map({ $0.lowercased() }) != live.key.map({ $0.lowercased() }) {
            changes.append((.keyChanged(from: locked.key, to: live.key), locked.line))
        }
        return changes
    }
}
