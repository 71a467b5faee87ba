package import Assets
package import Validation

/// Something with rows, as lineage names it.
package enum Dataset: Sendable, Hashable, Comparable {
    /// Of the lake, or of a connection.
    case table(TableAddress)
    /// Files below the root of a connection; a path may be a pattern.
    case files(connection: String, path: String)
    /// The result of a query in a connection's own SQL, by the activity that asks it.
    case query(connection: String, asker: String)
    /// What `publish` makes of a table of the lake, or a view it makes.
    case warehouse(LakeName)

    package init(_ address: TableAddress) {
        if case .view(let name) = address { self = .warehouse(name) } else { self = .table(address) }
    }

    /// What is in the warehouse of a table of the lake, or a view there.
    package static func published(_ address: TableAddress) -> Dataset {
        switch address {
        case .lake(let name), .view(let name): .warehouse(name)
        case .database: .table(address)
        }
    }

    /// `silver.orders`, `erp.customers`, `local:orders/*.csv`, `warehouse.gold.kpi_sales`.
    package var text: String {
        switch self {
        case .table(let address): address.text
        case .files(let connection, let path): "\(connection):\(path)"
        case .query(let connection, let asker): "\(connection):query of \(asker)"
        case .warehouse(let name): "warehouse.\(name.text)"
        }
    }

    /// `lake`, `connection`, `files`, `query`, `warehouse`.
    package var kind: String {
        switch self {
        case .table(.lake): "lake"
        case .table(.database): "connection"
        case .table(.view): "warehouse"
        case .files: "files"
        case .query: "query"
        case .warehouse: "warehouse"
        }
    }

    package static func < (a: Self, b: Self) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
}

package struct DatasetColumn: Sendable, Hashable, Comparable {
    package let dataset: Dataset
    package let name: String

    package init(_ dataset: Dataset, _ name: String) {
        self.dataset = dataset
        self.name = name
    }

    package var text: String { "\(dataset.text).\(name)" }

    package static func < (a: Self, b: Self) -> Bool {
        a.dataset == b.dataset ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8) : a.dataset < b.dataset
    }
}
