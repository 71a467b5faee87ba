package import Engine
internal import Support

extension StagedFiles {
    /// The commit that puts the rows in place of those with the same key and adds the others.
    ///
    /// Copy on write: files that hold a matching key are found, first by their statistics, then by a join, and written
    /// anew without those rows; all other files stay as they are. NULL in a key matches nothing. Where the rows lack
    /// columns of the table, replaced rows keep their values there.
    ///
    /// Throws `.duplicateKeys` with an example where two of the rows have the same key, `.invalidColumn` for a key that
    /// is no column.
    package func pendingMerge(key: [String], prefix: String, session: any EngineSession) async throws(LakeError) -> PendingCommit {
        try require(mode == .merge, "merge")
        do { return try await Merge(self, key: key, prefix: prefix, session: session).plan() } catch { throw error.at(table: table.name) }
    }
}

private struct Merge {
    let staged: StagedFiles
    let key: [String]
    let prefix: String
    let session: any EngineSession
    let scan: TableScan
    let indexColumn: String

    init(_ staged: StagedFiles, key: [String], prefix: String, session: any EngineSession) throws(LakeError) {
        var names: [String] = []
        for name in key {
            guard let field = staged.schema.field(named: name), !staged.missingColumns.contains(field.name) else {
                let near = Suggestion.nearest(to: name, in: staged.schema.columnNames.filter { !staged.missingColumns.contains($0) })
                throw LakeError(
                    .invalidColumn(name), "the rows have no column \"\(name)\" to use as key",
                    help: near.map { "did you mean \"\($0)\"?" })
            }
            names.append(field.name)
        }
        if names.isEmpty { throw LakeError(.invalidRequest, "a merge needs a key of at least one column") }
        self.staged = staged
        self.key = names
        self.prefix = prefix
        self.session = session
        scan = TableScan(directory: staged.table.directory, schema: staged.schema)
        indexColumn = staged.schema.unusedName("file")
    }

    func plan() async throws(LakeError) -> PendingCommit {
        try await checkDuplicates()
        let touched = try await touchedFiles()
        // Files whose rows are all replaced need not be written anew.
        let rewritten = try await rewrite(touched.filter { $0.file.rowCount != $0.matches }.map(\.file))
        let updated = touched.reduce(0) { $0 + $1.matches }

        var incoming = staged.files
        if !touched.isEmpty, !staged.missingColumns.isEmpty {
            incoming = try await completed(from: touched.map(\.file))
            try staged.discard()
        }
        var pending = PendingCommit(
            table: staged.table, base: staged.base, operation: .merge(key: key), schema: staged.schema,
            adds: rewritten.map(\.file) + incoming.map(\.file), newRows: incoming.map(\.file), removes: touched.map(\.file))
        pending.metrics = [
            "numSourceRows": .string(String(staged.rowCount)), "numTargetRowsUpdated": .string(String(updated)),
            "numTargetRowsInserted": .string(String(max(0, staged.rowCount - updated))),
            "numTargetRowsCopied": .string(String(rewritten.reduce(0) { $0 + $1.rowCount })),
            "numTargetFilesAdded": .string(String(rewritten.count + incoming.count)),
            "numTargetFilesRemoved": .string(String(touched.count)),
        ]
        return pending
    }

    private func names(_ table: String) throws(LakeError) -> [String] {
        var result: [String] = []
        for name in key { result.append("\(table).\(try DeltaSchema.identifier(name))") }
        return result
    }

    /// `t."a" = i."a" AND ...`
    private func match() throws(LakeError) -> String {
        zip(try names("t"), try names("i")).map { "\($0) = \($1)" }.joined(separator: " AND ")
    }

    private func checkDuplicates() async throws(LakeError) {
        let columns = try names("i").joined(separator: ", ")
        let present = try names("i").map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let sql = """
            SELECT \(try names("i").map { "CAST(\($0) AS VARCHAR)" }.joined(separator: ", ")), count(*)
            FROM (\(try staged.scanSQL())) AS i WHERE \(present) GROUP BY \(columns) HAVING count(*) > 1 ORDER BY \(columns) LIMIT 1
            """
        let rows = try await ask("look for duplicate keys", sql)
        guard let row = rows.first else { return }
        let example = zip(key, row).map { name, value in
            if case .text(let text) = value { "\(name) = \(text)" } else { "\(name) = NULL" }
        }.joined(separator: ", ")
        let count = row.last.map { value in if case .integer(let count) = value { "\(count) rows" } else { "several rows" } } ?? ""
        throw LakeError(
            .duplicateKeys, "the key is not unique among the incoming rows: \(count) have \(example)",
            help: "remove the duplicates in the query, for example with QUALIFY row_number() OVER (PARTITION BY ...) = 1")
    }

    /// Files of the table with rows to be replaced, and how many.
    private func touchedFiles() async throws(LakeError) -> [(file: DataFile, matches: Int)] {
        guard let base = staged.base, !base.files.isEmpty, staged.rowCount > 0 else { return [] }
        let candidates = scan.ordered(try await withinKeyRange(base.files))
        if candidates.isEmpty { return [] }
        let index = try DeltaSchema.identifier(indexColumn)
        let rows = try await ask(
            "find the rows to replace",
            """
            SELECT t.\(index), count(*) FROM (\(try scan.sql(candidates, indexColumn: indexColumn))) AS t
            WHERE EXISTS (SELECT 1 FROM (\(try staged.scanSQL())) AS i WHERE \(try match())) GROUP BY 1 ORDER BY 1
            """)
        return rows.compactMap { row in
            guard case .integer(let index) = row[0], case .integer(let count) = row[1] else { return nil }
            return (candidates[Int(index)], Int(count))
        }
    }

    private func withinKeyRange(_ files: [DataFile]) async throws(LakeError) -> [DataFile] {
        let bounds = try names("i").map { "min(\($0)), max(\($0))" }.joined(separator: ", ")
        guard let row = try await ask("find the range of the keys", "SELECT \(bounds) FROM (\(try staged.scanSQL())) AS i").first
        else { return files }
        let ranges = key.enumerated().map { KeyRange(column: $1, minimum: row[2 * $0], maximum: row[2 * $0 + 1]) }
        // A key that is NULL in all rows matches nothing.
        if ranges.contains(where: { $0.minimum == .null }) { return [] }
        return files.filter { file in ranges.allSatisfy { $0.mayOverlap(file) } }
    }

    /// The rows of the files that are not replaced, in new files.
    private func rewrite(_ files: [DataFile]) async throws(LakeError) -> [StagedFiles.File] {
        if files.isEmpty { return [] }
        return try await staged.table.write(
            """
            SELECT * FROM (\(try scan.sql(files))) AS t
            WHERE NOT EXISTS (SELECT 1 FROM (\(try staged.scanSQL())) AS i WHERE \(try match()))
            """, schema: staged.schema, prefix: prefix, session: session)
    }

    /// The incoming rows, with the values of the rows they replace in the columns they lack.
    private func completed(from files: [DataFile]) async throws(LakeError) -> [StagedFiles.File] {
        var items: [String] = []
        var carried: [String] = []
        for field in staged.schema.fields {
            let name = try DeltaSchema.identifier(field.name)
            let missing = staged.missingColumns.contains(field.name)
            items.append("\(missing ? "t" : "i").\(name) AS \(name)")
            if missing || key.contains(field.name) { carried.append("t.\(name)") }
        }
        // One of several rows with the same key that the table may have: the merge leaves one.
        let keys = try names("t").joined(separator: ", ")
        return try await staged.table.write(
            """
            SELECT \(items.joined(separator: ", ")) FROM (\(try staged.scanSQL())) AS i LEFT JOIN (
                SELECT DISTINCT ON (\(keys)) \(carried.joined(separator: ", ")) FROM (\(try scan.sql(files))) AS t
            ) AS t ON \(try match())
            """, schema: staged.schema, prefix: prefix, session: session)
    }

    private func ask(_ what: String, _ sql: String) async throws(LakeError) -> [[SQLValue]] {
        try await asking(staged.table.name, to: what) { () async throws(EngineError) in try await session.query(sql, []).rows }
    }
}

extension DeltaSchema {
    /// A name no column has.
    func unusedName(_ wish: String) -> String {
        var name = "pipectl_\(wish)"
        while field(named: name) != nil { name += "_" }
        return name
    }
}

extension DeltaTable {
    /// The commit that takes out the rows for which `predicate`, an SQL expression over the table's columns, is true.
    /// Files without such rows stay as they are.
    package func pendingDelete(where predicate: String, prefix: String, session: any EngineSession) async throws(LakeError) -> PendingCommit {
        let base = try await requiredSnapshot()
        try base.checkWritable(removesData: true)
        do {
            let scan = base.scan
            let files = scan.ordered(base.files)
            let indexColumn = base.schema.unusedName("file")
            let index = try DeltaSchema.identifier(indexColumn)
            let all = try scan.sql(files, indexColumn: indexColumn)
            let rows = try await asking(name, to: "find the rows to delete") { () async throws(EngineError) in
                try await session.query("SELECT \(index), count(*) FROM (\(all)) AS t WHERE (\n\(predicate)\n) GROUP BY 1 ORDER BY 1", []).rows
            }
            var touched: [(file: DataFile, matches: Int)] = []
            for row in rows {
                if case .integer(let index) = row[0], case .integer(let count) = row[1] { touched.append((files[Int(index)], Int(count))) }
            }
            let partial = touched.filter { $0.file.rowCount != $0.matches }.map(\.file)
            var rewritten: [StagedFiles.File] = []
            if !partial.isEmpty {
                rewritten = try await write(
                    "SELECT * FROM (\(try scan.sql(partial))) AS t WHERE (\n\(predicate)\n) IS NOT TRUE", schema: base.schema,
                    prefix: prefix, session: session)
            }
            var pending = PendingCommit(
                table: self, base: base, operation: .delete(predicate: predicate), schema: base.schema,
                adds: rewritten.map(\.file), newRows: [], removes: touched.map(\.file))
            pending.metrics = [
                "numDeletedRows": .string(String(touched.reduce(0) { $0 + $1.matches })),
                "numCopiedRows": .string(String(rewritten.reduce(0) { $0 + $1.rowCount })),
                "numRemovedFiles": .string(String(touched.count)), "numAddedFiles": .string(String(rewritten.count)),
            ]
            return pending
        } catch { throw error.at(table: name) }
    }
}
