internal import Support

extension DeltaTable {
    /// An empty table with these columns. Throws `.conflict` where it exists.
    package func pendingCreate(_ schema: DeltaSchema) async throws(LakeError) -> PendingCommit {
        if try latestVersion() != nil {
            throw LakeError(.conflict, "it exists already", table: name.description, path: directory)
        }
        return PendingCommit(table: self, base: nil, operation: .create, schema: schema)
    }

    /// Adds, or changes the columns of, nothing but the schema: columns may be added and reordered, not dropped or retyped,
    /// since the files keep what they have.
    package func pendingSchemaChange(to schema: DeltaSchema) async throws(LakeError) -> PendingCommit {
        let base = try await requiredSnapshot()
        try base.checkWritable(removesData: false)
        for field in base.schema.fields {
            guard let new = schema.field(named: field.name) else {
                throw LakeError(
                    .invalidColumn(field.name), "column \"\(field.name)\" cannot be dropped without rewriting the table",
                    table: name.description, help: "overwrite the table with a query that leaves it out")
            }
            guard new.type.matches(field.type), new.name == field.name else {
                throw LakeError(
                    .typeChange(column: field.name, old: field.type.description, new: new.type.description),
                    "column \"\(field.name)\" cannot change its type or spelling without rewriting the table",
                    table: name.description, help: "overwrite the table")
            }
        }
        if let field = schema.fields.first(where: { !$0.nullable && base.schema.field(named: $0.name)?.nullable != false }) {
            throw LakeError(
                .nullViolation(column: field.name), "column \"\(field.name)\" has to take NULL", table: name.description)
        }
        return PendingCommit(table: self, base: base, operation: .changeSchema, schema: schema)
    }

    /// A commit without rows, for properties and watermarks.
    package func pendingPropertyChange(_ properties: [String: String?]) async throws(LakeError) -> PendingCommit {
        let base = try await requiredSnapshot()
        try base.checkWritable(removesData: false)
        var pending = PendingCommit(table: self, base: base, operation: .changeProperties, schema: base.schema)
        pending.properties = properties
        return pending
    }

    /// The table as it was at an earlier version, as a new version. Throws `.noSuchVersion` where files of that version
    /// are gone.
    package func pendingRestore(to version: TableVersion) async throws(LakeError) -> PendingCommit {
        let base = try await requiredSnapshot()
        try base.checkWritable(removesData: true)
        let target = try await requiredSnapshot(at: version)
        let present = Set(base.files.map { FilePath.key($0.path) })
        let wanted = Set(target.files.map { FilePath.key($0.path) })
        let adds = target.files.filter { !present.contains(FilePath.key($0.path)) }
        for file in adds where !FileSystem.exists(try FilePath.location(of: file.path, in: directory)) {
            throw LakeError(
                .noSuchVersion, "the data file \(file.path) of version \(target.version) is gone", table: name.description,
                version: target.version, help: "restore a later version")
        }
        var pending = PendingCommit(
            table: self, base: base, operation: .restore(version: target.version), schema: target.schema,
            adds: adds.map { file in
                var file = file
                file.dataChange = true
                return file
            }, removes: base.files.filter { !wanted.contains(FilePath.key($0.path)) })
        pending.restoredMetadata = target.metadata
        pending.metrics = [
            "numRestoredFiles": .string(String(pending.adds.count)), "numRemovedFiles": .string(String(pending.removes.count)),
        ]
        return pending
    }

    /// The table without rows, and without marks of how far its sources were read: for one that ought not to be there yet.
    package func pendingTruncate() async throws(LakeError) -> PendingCommit {
        let base = try await requiredSnapshot()
        try base.checkWritable(removesData: true)
        var pending = PendingCommit(table: self, base: base, operation: .truncate, schema: base.schema, removes: base.files)
        pending.restoredMetadata = base.metadata.withoutWatermarks
        pending.metrics = ["numRemovedFiles": .string(String(pending.removes.count))]
        return pending
    }

    /// Deletes files of a run that died between staging and committing: those in the table's folder whose name begins
    /// with `prefix` and which no version of the table names, and what it was still writing. Not while that run lives.
    /// - Returns: names of the files deleted.
    @discardableResult
    package func removeUncommitted(prefix: String) async throws(LakeError) -> [String] {
        guard !prefix.isEmpty else { throw LakeError(.invalidRequest, "the prefix is empty", table: name.description) }
        let entries: [FileSystem.Entry]
        do { entries = try FileSystem.list(directory) } catch {
            if error.isNotFound { return [] }
            throw LakeError(error, table: name)
        }
        // Where the engine writes before files get their names.
        for entry in entries where entry.kind == .directory && entry.name.hasPrefix(".\(prefix)") && entry.name.hasSuffix(".tmp") {
            try filing(name) { () throws(SystemError) in try FileSystem.removeTree(FileSystem.join(directory, entry.name)) }
        }
        let candidates = entries.filter { $0.kind == .file && $0.name.hasPrefix(prefix) && $0.name.hasSuffix(".parquet") }
        if candidates.isEmpty { return [] }
        // Listed first, read after: a commit in between is seen.
        var named = Set<String>()
        if let snapshot = try await snapshot() {
            for file in snapshot.files { named.insert(FilePath.key(FilePath.decode(file.path))) }
            for file in snapshot.tombstones { named.insert(FilePath.key(FilePath.decode(file.path))) }
            for version in try log.list()?.entries ?? [] {
                for case .add(let file) in try log.read(version) { named.insert(FilePath.key(FilePath.decode(file.path))) }
            }
        }
        var removed: [String] = []
        for entry in candidates where !named.contains(FilePath.key(entry.name)) {
            try filing(name) { () throws(SystemError) in try FileSystem.removeFile(FileSystem.join(directory, entry.name)) }
            removed.append(entry.name)
        }
        return removed
    }
}

extension StagedFiles {
    /// The commit that adds the rows to the table, or makes it.
    package func pendingAppend() throws(LakeError) -> PendingCommit {
        try require(mode == .append, "append")
        var pending = PendingCommit(
            table: table, base: base, operation: .append, schema: schema, adds: dataFiles, isBlindAppend: true)
        pending.metrics = metrics()
        return pending
    }

    /// The commit that puts the rows in place of all there are.
    package func pendingOverwrite() throws(LakeError) -> PendingCommit {
        if case .overwrite = mode {} else { try require(false, "overwrite") }
        var pending = PendingCommit(
            table: table, base: base, operation: .overwrite, schema: schema, adds: dataFiles, removes: base?.files ?? [])
        pending.metrics = metrics()
        return pending
    }

    func require(_ fits: Bool, _ what: String) throws(LakeError) {
        if !fits {
            throw LakeError(.invalidRequest, "rows staged for another mode cannot be used to \(what)", table: table.name.description)
        }
    }

    func metrics() -> JSONObject {
        [
            "numFiles": .string(String(files.count)), "numOutputRows": .string(String(rowCount)),
            "numOutputBytes": .string(String(dataFiles.reduce(0) { $0 + $1.size })),
        ]
    }
}
