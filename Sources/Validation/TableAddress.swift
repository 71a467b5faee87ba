package import Assets

/// A table as pipelines know it.
package enum TableAddress: Sendable, Hashable, Comparable {
    case lake(LakeName)
    /// `table` is TABLE or SCHEMA.TABLE as it was written.
    case database(connection: String, table: String)
    /// Of the warehouse, made by `publish`.
    case view(LakeName)

    /// `silver.orders`, `erp.customers`.
    package var text: String {
        switch self {
        case .lake(let name): name.text
        case .database(let connection, let table): "\(connection).\(table)"
        case .view(let name): "\(SourceSchema.warehouse).\(name.text)"
        }
    }

    package static func < (a: Self, b: Self) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
}
