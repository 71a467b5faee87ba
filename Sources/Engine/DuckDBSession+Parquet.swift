internal import Support

extension DuckDBSession {
    /// Writes into a hidden folder beside the files' place, makes every file durable, then renames them: a reader sees
    /// whole files, and a failure leaves none.
    package func writeParquet(_ request: ParquetWriteRequest) async throws(EngineError) -> [ParquetFile] {
        try await perform { connection throws(EngineError) in
            let copy = try ParquetCopy(request, connection)
            defer { copy.removeTemporaryFiles() }
            do throws(SystemError) {
                try FileSystem.createDirectory(copy.temporaryDirectory)
            } catch {
                throw EngineError(.inputOutput, error.description)
            }
            let written = try copy.run()
            try self.checkInterruption()
            do throws(SystemError) {
                return try copy.publish(written)
            } catch {
                throw EngineError(.inputOutput, error.description)
            }
        }
    }
}

/// One `COPY ... TO` with statistics, and the moves of its files.
private struct ParquetCopy {
    let request: ParquetWriteRequest
    let connection: DuckDBConnection
    let types: [String: SQLType]
    let temporaryDirectory: String

    init(_ request: ParquetWriteRequest, _ connection: DuckDBConnection) throws(EngineError) {
        self.request = request
        self.connection = connection
        let statement = try connection.prepare(request.query)
        guard statement.isQuery else { throw EngineError(.syntax, "this is no query: it returns no rows", sql: request.query) }
        let columns = statement.columns().map(\.column)
        types = Dictionary(columns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
        if let split = request.splitColumn {
            guard let type = types[split] else {
                throw EngineError(.binder, "the query has no column \"\(split)\" to split by", sql: request.query)
            }
            guard type == .boolean else {
                throw EngineError(.binder, "the column to split by, \"\(split)\", is \(type.sql), not BOOLEAN", sql: request.query)
            }
        }
        temporaryDirectory = FileSystem.join(
            request.directory, ".\(request.fileNamePrefix)-\(String(UInt64.random(in: 0 ... .max), radix: 16)).tmp")
    }

    /// A file as the engine wrote it.
    struct Written {
        let path: String
        let rowCount: Int
        let size: Int
        let partition: Bool?
        let statistics: [String: ColumnStatistics]
    }

    func run() throws(EngineError) -> [Written] {
        var options = ["FORMAT parquet", "COMPRESSION zstd", "PARQUET_VERSION v2", "RETURN_STATS"]
        if let rows = request.rowGroupSize { options.append("ROW_GROUP_SIZE \(rows)") }
        var target = FileSystem.join(temporaryDirectory, "all.parquet")
        if let split = request.splitColumn {
            options.append("PARTITION_BY (\(try SQL.identifier(split)))")
            target = FileSystem.join(temporaryDirectory, "split")
        } else if let size = request.targetFileSize {
            options.append("FILE_SIZE_BYTES \(size)")
            target = FileSystem.join(temporaryDirectory, "parts")
        }
        let prefix = "COPY ("
        let sql = "\(prefix)\(SQL.withoutTerminator(request.query))\n) TO \(try SQL.literal(target)) (\(options.joined(separator: ", ")))"
        let result = try connection.prepare(sql, shift: prefix.utf8.count, reporting: request.query).execute()
        let columns = result.columns()
        let indices = Dictionary(columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        guard let name = indices["filename"], let count = indices["count"], let size = indices["file_size_bytes"],
            let statistics = indices["column_statistics"], let partition = indices["partition_keys"]
        else { throw EngineError(.other, "the engine returned no statistics for the files it wrote", sql: request.query) }
        var files: [Written] = []
        while let rows = try result.nextRows(columns) {
            for row in rows {
                guard case .text(let path) = row[name], case .integer(let rowCount) = row[count], case .integer(let size) = row[size]
                else { throw EngineError(.other, "the engine returned incomplete statistics for a file it wrote", sql: request.query) }
                files.append(Written(
                    path: path, rowCount: Int(rowCount), size: Int(size), partition: try self.partition(row[partition]),
                    statistics: ParquetStatistics.columns(row[statistics], rowCount: Int(rowCount), types: types)))
            }
        }
        return files
    }

    private func partition(_ keys: SQLValue) throws(EngineError) -> Bool? {
        guard let split = request.splitColumn else { return nil }
        guard case .map(let entries) = keys, let value = entries.first(where: { $0.key == .text(split) })?.value else {
            throw EngineError(.other, "the engine does not tell which rows a file holds", sql: request.query)
        }
        switch value {
        case .text("true"): return true
        case .text("false"): return false
        default: throw EngineError(.constraint, "the column to split by, \"\(split)\", is NULL in some rows", sql: request.query)
        }
    }

    /// Gives the files that have rows their names, in a stable order.
    func publish(_ written: [Written]) throws(SystemError) -> [ParquetFile] {
        var published: [String] = []
        do throws(SystemError) {
            var files: [ParquetFile] = []
            for file in written.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) where file.rowCount > 0 {
                let name = "\(request.fileNamePrefix)-\(Digits.padded(files.count, 5)).parquet"
                let destination = FileSystem.join(request.directory, name)
                guard !FileSystem.exists(destination) else { throw SystemError("create", path: destination, code: Self.existsCode) }
                try FileSystem.synchroniseFile(file.path)
                try FileSystem.rename(from: file.path, to: destination)
                published.append(destination)
                files.append(ParquetFile(
                    name: name, rowCount: file.rowCount, size: file.size, partition: file.partition, statistics: file.statistics))
            }
            try FileSystem.synchroniseDirectory(request.directory)
            return files
        } catch {
            // The reason thrown is the first one; a file that cannot be removed now is an orphan no log refers to.
            for path in published { try? FileSystem.removeFile(path) }
            throw error
        }
    }

    private static let existsCode: Int32 = 17  // EEXIST

    /// What stays behind where even this fails is hidden, and no log refers to it.
    func removeTemporaryFiles() { try? FileSystem.removeTree(temporaryDirectory) }
}
