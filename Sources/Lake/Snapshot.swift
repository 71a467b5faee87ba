package import Support

/// A table as it was after one commit.
package struct Snapshot: Sendable {
    package let table: LakeTableName
    /// The table's folder, absolute.
    package let directory: String
    package let version: Int
    /// When it was committed; nil where the commit says nothing and its log entry is gone.
    package let timestamp: Instant?
    package let tableProtocol: TableProtocol
    package let metadata: TableMetadata
    package let schema: DeltaSchema
    package let files: [DataFile]
    /// The latest version committed per application (`txn`).
    package let transactions: [String: Int64]

    let applicationTransactions: [ApplicationTransaction]
    let domains: [DomainMetadata]
    let tombstones: [RemovedFile]

    init(_ replay: LogReplay, log: DeltaLog, version: Int, timestamp: Instant?) throws(LakeError) {
        guard let tableProtocol = replay.tableProtocol, let metadata = replay.metadata else {
            let what = replay.tableProtocol == nil ? "protocol" : "metaData"
            throw log.corrupt("there is no \(what) action", log.path, version)
        }
        do {
            try TableFeatures.checkReadable(tableProtocol, metadata)
            schema = try DeltaSchema(schemaString: metadata.schemaString)
        } catch { throw error.at(table: log.table, path: log.path, version: version) }
        files = replay.files
        if let file = files.first(where: { $0.deletionVector != nil }) {
            throw LakeError(
                .unsupportedFeature("deletionVectors"), "the data file \(file.path) has a deletion vector",
                table: log.table.description, path: log.path, version: version,
                help: "rewrite the table without deletion vectors (in Spark: REORG TABLE ... APPLY (PURGE))")
        }
        table = log.table
        directory = log.directory
        self.version = version
        self.timestamp = timestamp
        self.tableProtocol = tableProtocol
        self.metadata = metadata
        applicationTransactions = replay.transactions.values.sorted { $0.appId.utf8.lexicographicallyPrecedes($1.appId.utf8) }
        transactions = replay.transactions.mapValues(\.version)
        domains = replay.domains.values.sorted { $0.domain.utf8.lexicographicallyPrecedes($1.domain.utf8) }
        tombstones = replay.tombstones.values.sorted { FilePath.key($0.path) < FilePath.key($1.path) }
    }

    package var partitionColumns: [String] { metadata.partitionColumns }
    package var watermarks: [String: String] { metadata.watermarks }

    /// Bytes of all data files.
    package var size: Int { files.reduce(0) { $0 + $1.size } }

    /// Rows of all data files; nil where the statistics of one do not tell. Parses the statistics: ask once.
    package var rowCount: Int? {
        var total = 0
        for file in files {
            guard let count = file.rowCount else { return nil }
            total += count
        }
        return total
    }

    var scan: TableScan { TableScan(directory: directory, schema: schema, partitionColumns: partitionColumns) }

    /// A SELECT over exactly these files with exactly the table's columns and types.
    package func scanSQL() throws(LakeError) -> String {
        do { return try scan.sql(files) } catch { throw error.at(table: table, version: version) }
    }
}
