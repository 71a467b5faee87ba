internal import Engine
internal import Support

extension Checkpoint {
    /// Types of the checkpoint's columns ("Checkpoint Schema").
    private static let columns: [(name: String, type: String)] = [
        ("txn", "STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)"),
        (
            "add",
            "STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, "
                + "dataChange BOOLEAN, stats VARCHAR, tags MAP(VARCHAR, VARCHAR))"
        ),
        (
            "remove",
            "STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, "
                + "partitionValues MAP(VARCHAR, VARCHAR), size BIGINT)"
        ),
        (
            "metaData",
            "STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), "
                + "schemaString VARCHAR, partitionColumns VARCHAR[], createdTime BIGINT, configuration MAP(VARCHAR, VARCHAR))"
        ),
        (
            "protocol",
            "STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])"
        ),
        ("domainMetadata", "STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)"),
    ]

    /// Writes the checkpoint of a snapshot and points `_last_checkpoint` at it. Both appear in one step each.
    func write(_ snapshot: Snapshot, now: Instant, _ source: SessionSource) async throws(LakeError) {
        let actions = actions(of: snapshot, now: now)
        let text = actions.map { $0.line + "\n" }.joined()
        let unique = UInt64.random(in: 0 ... .max)
        let input = FileSystem.join(log.path, ".checkpoint-\(unique).json.tmp")
        let output = FileSystem.join(log.path, ".checkpoint-\(unique).parquet.tmp")
        defer {
            // What is left over of a failure is hidden and harmless.
            try? FileSystem.removeFile(input)
            try? FileSystem.removeFile(output)
        }
        try filing(log.table) { () throws(SystemError) in try FileSystem.writeAtomically(Array(text.utf8), to: input) }

        let columns = Self.columns.map { "\"\($0.name)\": '\($0.type)'" }.joined(separator: ", ")
        let longest = max(1 << 20, actions.lazy.map { $0.line.utf8.count }.max() ?? 0) * 2
        let select = "SELECT * FROM read_json(\(try DeltaSchema.literal(FilePath.withoutPatterns(input))), "
            + "format = 'newline_delimited', columns = {\(columns)}, maximum_object_size = \(longest))"
        let target = try DeltaSchema.literal(output)
        try await asking(log.table, to: "write the checkpoint of version \(version)") { () async throws(EngineError) in
            try await source().execute("COPY (\(select)) TO \(target) (FORMAT parquet, COMPRESSION zstd)")
        }
        try filing(log.table) { () throws(SystemError) in
            try FileSystem.synchroniseFile(output)
            let size = try FileSystem.size(of: output)
            try FileSystem.rename(from: output, to: log.checkpointPath(version))
            try FileSystem.synchroniseDirectory(log.path)
            let hint: JSONValue = [
                "version": .integer(Int64(version)), "size": .integer(Int64(actions.count)),
                "sizeInBytes": .integer(Int64(size)), "numOfAddFiles": .integer(Int64(snapshot.files.count)),
            ]
            try FileSystem.writeAtomically(Array(hint.text().utf8), to: FileSystem.join(log.path, "_last_checkpoint"))
        }
    }

    private func actions(of snapshot: Snapshot, now: Instant) -> [DeltaAction] {
        let expiry = now.milliseconds - snapshot.metadata.deletedFileRetention
        var actions: [DeltaAction] = [.tableProtocol(snapshot.tableProtocol), .metadata(snapshot.metadata)]
        actions += snapshot.applicationTransactions.map { .transaction($0) }
        actions += snapshot.domains.map { .domainMetadata($0) }
        actions += snapshot.tombstones.filter { ($0.deletionTimestamp ?? 0) > expiry }.map { file in
            // In a checkpoint nothing is a change any more.
            var file = file
            file.dataChange = false
            return .remove(file)
        }
        actions += snapshot.files.map { file in
            var file = file
            file.dataChange = false
            return .add(file)
        }
        return actions
    }
}

extension TableMetadata {
    /// Commits from one checkpoint to the next.
    var checkpointInterval: Int {
        configuration["delta.checkpointInterval"].flatMap { Int($0) }.map { max(1, $0) } ?? 10
    }

    /// Whether checkpoints must have a form we do not write.
    var wantsForeignCheckpoints: Bool {
        configuration["delta.checkpoint.writeStatsAsJson"] == "false"
            || configuration["delta.checkpoint.writeStatsAsStruct"] == "true"
            || configuration["delta.checkpointPolicy"].map { $0 != "classic" } ?? false
    }

    /// Milliseconds a removed file stays in the log, and on disk, for readers of older versions: a week, or
    /// `delta.deletedFileRetentionDuration` (`interval 2 days`).
    var deletedFileRetention: Int64 {
        let week: Int64 = 7 * 86_400_000
        guard let text = configuration["delta.deletedFileRetentionDuration"] else { return week }
        let words = text.lowercased().split(separator: " ").map(String.init).filter { $0 != "interval" }
        guard words.count == 2, let count = Int64(words[0]), count >= 0 else { return week }
        let units: [String: Int64] = [
            "millisecond": 1, "second": 1000, "minute": 60_000, "hour": 3_600_000, "day": 86_400_000, "week": week,
        ]
        let unit = words[1].hasSuffix("s") ? String(words[1].dropLast()) : words[1]
        return units[unit].map { $0.multipliedReportingOverflow(by: count) }.map { $0.overflow ? .max / 2 : $0.partialValue } ?? week
    }
}
