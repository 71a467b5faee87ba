/// A table an activity read or wrote.
package struct TableUse: Sendable, Hashable {
    package enum Direction: String, Sendable, Hashable { case input, output }

    package let run: String
    /// Path of the activity.
    package let path: String
    package let direction: Direction
    /// `silver.orders`, or `erp.public.orders` for a table of a connection.
    package let table: String
    /// Version of the lake table; nil for a table that has none.
    package let version: Int64?
    /// Rows written; nil where not known.
    package let rows: Int64?

    package init(run: String, path: String, direction: Direction, table: String, version: Int64?, rows: Int64? = nil) {
        self.run = run
        self.path = path
        self.direction = direction
        self.table = table
        self.version = version
        self.rows = rows
    }
}

extension TableUse {
    /// In the order in which `init(_ row:)` reads.
    static let columns = "run, path, direction, table_name, version, rows"

    init(_ row: inout Row) throws(StateError) {
        run = try row.text()
        path = try row.text()
        direction = try row.choice()
        table = try row.text()
        version = row.optionalInteger()
        rows = row.optionalInteger()
    }
}
