internal import Engine
internal import Support

/// Reading and writing a checkpoint: the replayed log as one Parquet file (V1 spec), classic or in parts.
struct Checkpoint: Sendable {
    let log: DeltaLog
    let version: Int

    typealias SessionSource = @Sendable () async throws(EngineError) -> any EngineSession

    /// The actions in a checkpoint's files.
    ///
    /// Rows come as JSON text, so that log entries and checkpoints are read by the same code whatever optional columns
    /// a writer has left out.
    func read(_ files: [String], _ source: SessionSource) async throws(LakeError) -> [DeltaAction] {
        let path = FileSystem.join(log.path, files.first ?? "")
        var paths: [String] = []
        for file in files {
            paths.append(try DeltaSchema.literal(FilePath.withoutPatterns(FileSystem.join(log.path, file))))
        }
        let from = "FROM read_parquet([\(paths.joined(separator: ", "))], union_by_name = true, hive_partitioning = false)"
        let rows = try await asking(log.table, to: "read the checkpoint \(path)") { () async throws(EngineError) -> [[SQLValue]] in
            let session = try await source()
            let columns = try await session.describe("SELECT * \(from)")
            return try await session.query("SELECT \(Self.selection(columns)) \(from)", []).rows
        }
        var actions: [DeltaAction] = []
        for (number, row) in rows.enumerated() {
            if row.count > 1, case .boolean(true) = row[1] {
                throw LakeError(
                    .unsupportedFeature("v2Checkpoint"), "its checkpoint has sidecar files, which are not supported",
                    table: log.table.description, path: path, version: version,
                    help: "set delta.checkpointPolicy to classic and write a new one")
            }
            guard case .text(let text) = row[0] else { continue }
            actions += try log.parse(Array(text.utf8), place: "row \(number + 1)", path: path, version: version)
        }
        return actions
    }

    private static let wanted: [String: [String]?] = [
        "add": ["path", "partitionValues", "size", "modificationTime", "dataChange", "stats", "tags", "deletionVector"],
        "remove": ["path", "deletionTimestamp", "dataChange", "partitionValues", "size"],
        "metaData": nil, "protocol": nil, "txn": nil, "domainMetadata": nil,
    ]

    /// The row as JSON, and whether it names a sidecar.
    private static func selection(_ columns: [SQLColumn]) -> String {
        var members: [String] = []
        for column in columns {
            guard let fields = wanted[column.name], case .structure(let present) = column.type else { continue }
            let name = "\"\(column.name)\""
            guard let fields else { members.append("\(name) := \(name)"); continue }
            var items = present.map(\.name).filter(fields.contains).map { "\"\($0)\" := \(name).\"\($0)\"" }
            // Writers may keep statistics as columns in place of text.
            if column.name == "add", !present.contains(where: { $0.name == "stats" }), present.contains(where: { $0.name == "stats_parsed" }) {
                items.append("\"stats\" := CAST(to_json(\(name).\"stats_parsed\") AS VARCHAR)")
            }
            members.append("\(name) := CASE WHEN \(name) IS NULL THEN NULL ELSE struct_pack(\(items.joined(separator: ", "))) END")
        }
        let sidecar = columns.contains { $0.name == "sidecar" } ? "\"sidecar\" IS NOT NULL" : "false"
        let json = members.isEmpty ? "NULL" : "CAST(to_json(struct_pack(\(members.joined(separator: ", ")))) AS VARCHAR)"
        return "\(json), \(sidecar)"
    }
}
