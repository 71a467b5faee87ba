package import Engine
internal import Support

/// Rows written into a table's folder and in no version of it yet: nobody sees them.
package struct StagedFiles: Sendable {
    package let table: DeltaTable
    /// The table as it was when the rows were written; nil where it did not exist.
    package let base: Snapshot?
    package let mode: WriteMode
    /// The columns the table will have, which the files all have.
    package let schema: DeltaSchema
    /// Columns of the table the rows lacked; NULL in the files.
    package let missingColumns: [String]
    package let files: [File]

    package struct File: Sendable, Hashable {
        package let file: DataFile
        package let rowCount: Int
        /// Value of the split column for its rows; nil without one.
        package let split: Bool?
        let nullCounts: [String: Int]
    }

    package var rowCount: Int { files.reduce(0) { $0 + $1.rowCount } }
    package var dataFiles: [DataFile] { files.map(\.file) }

    /// Only the files for whose rows the split column was `split`.
    package func rows(where split: Bool) -> StagedFiles {
        StagedFiles(
            table: table, base: base, mode: mode, schema: schema, missingColumns: missingColumns,
            files: files.filter { $0.split == split })
    }

    /// A SELECT over the staged rows.
    package func scanSQL() throws(LakeError) -> String {
        do { return try TableScan(directory: table.directory, schema: schema).sql(dataFiles) } catch { throw error.at(table: table.name) }
    }

    /// Deletes the files. For rows that are not to be published; never after a commit that names them.
    package func discard() throws(LakeError) { try table.delete(dataFiles) }

    /// The same rows, to be planned upon the latest version: the way on after a conflict, without running the query
    /// again. Throws `.conflict` where the table's columns have changed since; then the query has to be staged anew.
    package func rebased() async throws(LakeError) -> StagedFiles {
        let latest = try await table.snapshot()
        guard latest?.schema == base?.schema, latest?.partitionColumns == base?.partitionColumns else {
            throw LakeError(
                .conflict, "the table's columns have changed since the rows were written", table: table.name.description,
                path: table.directory, version: latest?.version, help: "run the query again")
        }
        return StagedFiles(table: table, base: latest, mode: mode, schema: schema, missingColumns: missingColumns, files: files)
    }
}

extension DeltaTable {
    /// Writes a query's rows as Parquet into the table's folder, cast and ordered as the table's columns will be.
    ///
    /// - Parameters:
    ///   - query: one SELECT.
    ///   - splitColumn: see `ParquetWriteRequest.splitColumn`.
    ///   - prefix: begins the files' names, so that those of a dead run can be found (`removeUncommitted`): letters,
    ///     digits, `-`, `_` and `.`, not first `_` or `.`.
    ///   - base: the version to write upon; the latest where nil.
    /// Throws `.typeChange`, `.unsupportedType`, `.invalidColumn`, `.nullViolation`, `.engine`.
    package func stage(
        _ query: String, mode: WriteMode, splitColumn: String? = nil, prefix: String, session: any EngineSession,
        base given: Snapshot? = nil
    ) async throws(LakeError) -> StagedFiles {
        var base = given
        if base == nil { base = try await snapshot() }
        do throws(LakeError) {
            if let base { try base.checkWritable(removesData: mode != .append) }
            let query = SQL.withoutTerminator(query)
            let rows = "(\n\(query)\n)"
            // Described as it stands: in brackets the engine would rename the second of two columns with one name.
            var columns = try await asking(name, to: "describe the query") { () async throws(EngineError) in
                try await session.describe(query)
            }
            if let splitColumn {
                guard columns.contains(where: { $0.name == splitColumn }) else {
                    throw LakeError(.invalidColumn(splitColumn), "the query has no column \"\(splitColumn)\" to split by")
                }
                columns.removeAll { $0.name == splitColumn }
            }
            let plan = try WritePlan(columns: columns, base: base?.schema, mode: mode)
            var select = "SELECT \(plan.projection)"
            if let splitColumn { select += ", \(try DeltaSchema.identifier(splitColumn))" }
            let files = try await write(
                "\(select) FROM \(rows) AS incoming", schema: plan.schema, splitColumn: splitColumn, prefix: prefix, session: session)
            let staged = StagedFiles(
                table: self, base: base, mode: mode, schema: plan.schema, missingColumns: plan.missing, files: files)
            do throws(LakeError) { try staged.checkNulls() } catch {
                try staged.discard()
                throw error
            }
            return staged
        } catch { throw error.at(table: name) }
    }

    /// Bytes. Costs nothing against one file (10 million rows, measured), and lets a merge leave most of a table alone.
    private static let targetFileSize = 128 << 20

    /// Writes rows that have exactly the columns of `schema`.
    func write(
        _ select: String, schema: DeltaSchema, splitColumn: String? = nil, prefix: String, session: any EngineSession
    ) async throws(LakeError) -> [StagedFiles.File] {
        try Self.validate(prefix: prefix)
        try filing(name) { () throws(SystemError) in try FileSystem.createDirectory(directory) }
        let unique = String(UInt64.random(in: 0 ... .max), radix: 36)
        let request = ParquetWriteRequest(
            query: select, directory: directory, fileNamePrefix: "\(prefix)-\(unique)", splitColumn: splitColumn,
            targetFileSize: Self.targetFileSize)
        let written = try await asking(name, to: "write its files") { () async throws(EngineError) in
            try await session.writeParquet(request)
        }
        let now = lake.clock.now().milliseconds
        return written.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map { parquet in
            StagedFiles.File(
                file: DataFile(
                    path: parquet.name, size: parquet.size, modificationTime: now,
                    stats: FileStatistics.json(rowCount: parquet.rowCount, schema: schema, statistics: parquet.statistics),
                    tags: [DataFile.schemaTag: schema.fingerprint]),
                rowCount: parquet.rowCount, split: parquet.partition,
                nullCounts: parquet.statistics.compactMapValues(\.nullCount))
        }
    }

    /// Deletes data files of this table's folder that no version names.
    func delete(_ files: [DataFile]) throws(LakeError) {
        for file in files {
            try filing(name) { () throws(SystemError) in try FileSystem.removeFile(FileSystem.join(directory, file.path)) }
        }
    }

    private static func validate(prefix: String) throws(LakeError) {
        let valid = !prefix.isEmpty && prefix.utf8.count <= 150 && !prefix.hasPrefix("_") && !prefix.hasPrefix(".")
            && prefix.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            }
        guard valid else { throw LakeError(.invalidRequest, "\"\(prefix)\" cannot begin the name of a data file") }
    }
}

extension StagedFiles {
    /// Columns another writer declared not to take NULL.
    fileprivate func checkNulls() throws(LakeError) {
        for field in schema.fields where !field.nullable {
            for file in files where file.nullCounts[field.name] != 0 {
                throw LakeError(
                    .nullViolation(column: field.name), "column \"\(field.name)\" takes no NULL, and the rows have some",
                    help: "filter them out or give them a value")
            }
        }
    }
}

extension Snapshot {
    func checkWritable(removesData: Bool) throws(LakeError) {
        do { try TableFeatures.checkWritable(tableProtocol, metadata, schema: schema, removesData: removesData) } catch {
            throw error.at(table: table, path: directory, version: version)
        }
    }
}
