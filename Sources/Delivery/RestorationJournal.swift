package import Support

/// Data that goes back to what an earlier release left: written before anything changes, and there until the last table is done. While
/// it is there no run begins.
package struct RestorationJournal: Sendable, Hashable {
    /// A table of the lake.
    package struct Table: Sendable, Hashable {
        package let name: String
        /// The version that it goes back to; nil: it was not there, and is emptied.
        package let version: Int?

        package init(name: String, version: Int?) {
            self.name = name
            self.version = version
        }
    }

    package let environment: String
    /// In the sequence of runs; the release's commit names it too.
    package let sequence: Int64
    /// The release that it belongs to.
    package let release: Int
    /// The release whose data comes again.
    package let target: Int
    package let began: Instant
    package let tables: [Table]
    /// What the warehouse shows then: the version of the lake's table, nil for one that is taken out.
    package let warehouse: [Table]

    package init(environment: String, sequence: Int64, release: Int, target: Int, began: Instant, tables: [Table], warehouse: [Table]) {
        self.environment = environment
        self.sequence = sequence
        self.release = release
        self.target = target
        self.began = began
        self.tables = tables
        self.warehouse = warehouse
    }

    package static func path(_ root: String) -> String { FileSystem.join(root, "rollback.json") }

    /// nil where none is under way or was interrupted.
    package static func read(_ root: String) throws -> RestorationJournal? {
        try StateFile.read(path(root), limit: 1 << 26) { path in
            DeliveryError(
                .damaged, "\(path), which tells of an unfinished rollback of data, cannot be read",
                help: "it was written by another version of pipectl, or changed: remove it, and roll back again")
        } _: { value in
            guard value["version"]?.asInteger == 1, let environment = value["environment"]?.asString, let sequence = value["sequence"]?.asInteger,
                let release = value["release"]?.asInteger, let target = value["target"]?.asInteger, let began = value["began"]?.asInteger,
                let tables = self.tables(value["tables"]), let warehouse = self.tables(value["warehouse"])
            else { return nil }
            return RestorationJournal(
                environment: environment, sequence: sequence, release: Int(release), target: Int(target),
                began: Instant(microseconds: began), tables: tables, warehouse: warehouse)
        }
    }

    func write(_ root: String) throws(SystemError) {
        let value: JSONValue = [
            "version": 1, "environment": .string(environment), "sequence": .integer(sequence), "release": .integer(Int64(release)),
            "target": .integer(Int64(target)), "began": .integer(began.microseconds),
            "tables": Self.json(tables), "warehouse": Self.json(warehouse),
        ]
        try StateFile.write(value, to: Self.path(root))
    }

    static func remove(_ root: String) throws(SystemError) { try StateFile.remove(path(root)) }

    private static func tables(_ value: JSONValue?) -> [Table]? {
        guard let items = value?.asArray else { return nil }
        let tables = items.compactMap { item in item["table"]?.asString.map { Table(name: $0, version: item["version"]?.asInteger.map { Int($0) }) } }
        return tables.count == items.count ? tables : nil
    }

    private static func json(_ tables: [Table]) -> JSONValue {
        .array(tables.map { ["table": .string($0.name), "version": $0.version.map { .integer(Int64($0)) } ?? .null] })
    }
}
