package import Lake
package import Support

/// What takes the data of an environment back to what a release left. Nothing has been done yet, and nothing of it is known to fail.
package struct DataRestoration: Sendable {
    /// A table of the lake that goes back.
    package struct Table: Sendable {
        package let name: String
        package let now: Int
        /// nil where the statistics do not tell.
        package let rowsNow: Int?
        /// nil: it was not there, and is emptied.
        package let then: Int?
        package let rowsThen: Int?
        /// Commits that go with it though no later release made them, newest first.
        package let others: [CommitInfo]
    }

    /// A table of the warehouse.
    package struct WarehouseTable: Sendable {
        package let name: String
        /// The lake's version that it shows then; nil: it is taken out.
        package let version: Int?
        package let rows: Int?
    }

    package let tables: [Table]
    package let warehouse: [WarehouseTable]
    /// Tables of the lake that later runs wrote and somebody has removed since: nothing is known of what they were.
    package let gone: [String]
    /// Tables of other databases that later runs wrote: their rows stay.
    package let notRestored: [String]

    package static let nothing = DataRestoration(tables: [], warehouse: [], gone: [], notRestored: [])

    package var isEmpty: Bool { tables.isEmpty && warehouse.isEmpty }

    package func journal(environment: String, sequence: Int64, release: Int, target: Int, began: Instant) -> RestorationJournal {
        RestorationJournal(
            environment: environment, sequence: sequence, release: release, target: target, began: began,
            tables: tables.map { .init(name: $0.name, version: $0.then) }, warehouse: warehouse.map { .init(name: $0.name, version: $0.version) })
    }
}
