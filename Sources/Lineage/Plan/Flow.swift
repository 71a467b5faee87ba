/// A table as the engine names it.
package struct EngineTable: Sendable, Hashable, Comparable {
    package let catalog: String
    package let schema: String
    package let name: String

    package init(catalog: String, schema: String, name: String) {
        self.catalog = catalog
        self.schema = schema
        self.name = name
    }

    package static func < (a: Self, b: Self) -> Bool {
        (a.catalog, a.schema, a.name) < (b.catalog, b.schema, b.name)
    }
}

package struct EngineColumn: Sendable, Hashable, Comparable {
    package let table: EngineTable
    package let name: String

    package init(table: EngineTable, name: String) {
        self.table = table
        self.name = name
    }

    package static func < (a: Self, b: Self) -> Bool { (a.table, a.name) < (b.table, b.name) }
}

/// The columns of tables that have to do with a value, and how.
package struct Flow: Sendable, Hashable {
    package private(set) var sources: [EngineColumn: Influence] = [:]

    package init() {}

    init(of column: EngineColumn) { sources = [column: .identity] }

    var isEmpty: Bool { sources.isEmpty }

    mutating func formUnion(_ other: Flow) {
        for (column, influence) in other.sources { sources[column, default: []].formUnion(influence) }
    }

    func union(_ other: Flow) -> Flow {
        var result = self
        result.formUnion(other)
        return result
    }

    var transformed: Flow { map(\.transformed) }
    var aggregated: Flow { map(\.aggregated) }

    /// All of it as an indirect influence.
    func reduced(to influence: Influence) -> Flow { map { _ in influence } }

    private func map(_ change: (Influence) -> Influence) -> Flow {
        var result = self
        result.sources = sources.mapValues(change)
        return result
    }
}

/// What a query's result is made of.
package struct QueryLineage: Sendable, Hashable {
    /// One for each column of the result, in order.
    package let columns: [Flow]
    /// What has to do with all columns: which rows there are, and their order.
    package let rows: Flow
    /// Tables that are read, also those no column of which is.
    package let tables: Set<EngineTable>
    /// Table functions whose rows come from somewhere else: `read_csv`.
    package let foreignFunctions: Set<String>
}

/// A plan with something in it that is not understood; whoever reads it must not guess.
package struct PlanError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
