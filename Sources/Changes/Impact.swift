/// What follows from changes, downstream of them.
package struct Impact: Sendable {
    /// A table, or something else with rows, whose content may become another.
    package struct Reached: Sendable, Hashable {
        /// `silver.orders`, `warehouse.gold.kpi_sales`.
        package let name: String
        /// `lake`, `connection`, `warehouse`.
        package let kind: String
        /// Columns in order; nil: all of them, or rows.
        package let columns: [String]?
        /// `sales/orders`: the activities that write it.
        package let through: [String]
    }

    /// A column that is gone or has another type, or a table that nothing writes any more, and who reads it without having changed too.
    package struct Break: Sendable, Hashable {
        package let table: String
        /// nil: all of them.
        package let column: String?
        /// `removed`, `BIGINT to VARCHAR`, `no longer written`.
        package let words: String
        /// Activities.
        package let readers: [String]
        package var name: String { column.map { "\(table).\($0)" } ?? table }
        /// The name in the warehouse, where it is published: who reads it there is not known.
        package let published: String?
    }

    package let reached: [Reached]
    /// Names of pipelines that write any of them.
    package let pipelines: [String]
    package let breaks: [Break]
    /// What could not be followed.
    package let gaps: [String]

    package var published: [Reached] { reached.filter { $0.kind == "warehouse" } }
}
