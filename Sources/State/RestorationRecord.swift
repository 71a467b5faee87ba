package import Support

/// Tables that were taken back to what an earlier release left.
package struct RestorationRecord: Sendable, Hashable {
    /// Drawn from the sequence of runs: those with a lower number began before.
    package let sequence: Int64
    package let environment: String
    /// The release that it belongs to, as writes of its runs do.
    package let release: Int
    /// The release whose data is there again.
    package let target: Int
    package let time: Instant
    /// Versions made of tables of the lake, by name.
    package let lake: [String: Int64]
    /// Versions of the lake's tables that the warehouse shows; nil for one that was taken out of it.
    package let warehouse: [String: Int64?]

    package init(
        sequence: Int64, environment: String, release: Int, target: Int, time: Instant, lake: [String: Int64], warehouse: [String: Int64?]
    ) {
        self.sequence = sequence
        self.environment = environment
        self.release = release
        self.target = target
        self.time = time
        self.lake = lake
        self.warehouse = warehouse
    }
}

extension RestorationRecord {
    /// In the order in which `init(_ row:)` reads.
    static let columns = "sequence, environment, release, target, time, tables"

    init(_ row: inout Row) throws(StateError) {
        sequence = try row.integer()
        environment = try row.text()
        release = Int(try row.integer())
        target = Int(try row.integer())
        time = try row.instant()
        let tables = try row.json()
        lake = Dictionary(uniqueKeysWithValues: (tables["lake"]?.asObject?.members ?? []).compactMap { member in member.value.asInteger.map { (member.key, $0) } })
        warehouse = Dictionary(uniqueKeysWithValues: (tables["warehouse"]?.asObject?.members ?? []).map { ($0.key, $0.value.asInteger) })
    }

    var tables: JSONValue {
        func object(_ values: [String: Int64?]) -> JSONValue {
            .object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.map { .integer($0) } ?? .null) }))
        }
        return ["lake": object(lake.mapValues { $0 }), "warehouse": object(warehouse)]
    }
}
