package import Support

/// What a commit does, in the words of Delta's history.
package enum TableOperation: Sendable, Hashable {
    case create, append, overwrite
    case merge(key: [String])
    case delete(predicate: String)
    case changeSchema
    case changeProperties
    case restore(version: Int)
    case truncate

    package var name: String {
        switch self {
        case .create: "CREATE TABLE"
        case .append, .overwrite: "WRITE"
        case .merge: "MERGE"
        case .delete: "DELETE"
        case .changeSchema: "CHANGE COLUMNS"
        case .changeProperties: "SET TBLPROPERTIES"
        case .restore: "RESTORE"
        case .truncate: "TRUNCATE"
        }
    }

    var parameters: JSONObject {
        switch self {
        case .create: ["mode": "ErrorIfExists", "partitionBy": "[]"]
        case .append: ["mode": "Append", "partitionBy": "[]"]
        case .overwrite: ["mode": "Overwrite", "partitionBy": "[]"]
        case .merge(let key): ["matchedPredicates": .string(JSONValue.array(key.map { .string($0) }).text())]
        case .delete(let predicate): ["predicate": .string(JSONValue.array([.string(predicate)]).text())]
        case .changeSchema, .changeProperties, .truncate: [:]
        case .restore(let version): ["version": .integer(Int64(version))]
        }
    }
}

/// Everything a commit will do, decided and written but for the log entry: what checks run on.
package struct PendingCommit: Sendable {
    package let table: DeltaTable
    /// The version this builds upon; nil where the table does not exist.
    package let base: Snapshot?
    package let operation: TableOperation
    package let schema: DeltaSchema
    /// Files that join the table, and those among them with nothing but rows that are new to it.
    package let adds: [DataFile]
    package let newRows: [DataFile]
    package let removes: [DataFile]
    /// Depends on nothing in the table, so that commits in between do not matter.
    package let isBlindAppend: Bool
    /// Numbers for the history, such as `numOutputRows`.
    package var metrics: JSONObject = [:]

    /// Set before committing: the application id and version that make the commit happen once only.
    package var transaction: ApplicationTransaction?
    /// Set before committing: how far each incremental source has been read, by source.
    package var watermarks: [String: String] = [:]
    /// Set before committing: run, release, versions read; kept in the commit under `pipectl`.
    package var provenance: JSONObject = [:]
    /// Properties to set (`delta.checkpointInterval`), or to remove with nil.
    package var properties: [String: String?] = [:]
    /// Files written while planning, beside the staged rows: those a merge or delete has rewritten.
    var planned: [DataFile] = []
    /// Staged files that others have taken the place of; deleted after the commit.
    var superseded: [DataFile] = []
    /// Takes the place of the present metadata in a restore.
    var restoredMetadata: TableMetadata?

    init(
        table: DeltaTable, base: Snapshot?, operation: TableOperation, schema: DeltaSchema, adds: [DataFile] = [],
        newRows: [DataFile]? = nil, removes: [DataFile] = [], isBlindAppend: Bool = false
    ) {
        self.table = table
        self.base = base
        self.operation = operation
        self.schema = schema
        self.adds = adds
        self.newRows = newRows ?? adds
        self.removes = removes
        self.isBlindAppend = isBlindAppend
    }

    /// The files the table will have.
    package var files: [DataFile] {
        let removed = Set(removes.map { FilePath.key($0.path) })
        return (base?.files ?? []).filter { !removed.contains(FilePath.key($0.path)) } + adds
    }

    /// A SELECT over the table as it will be.
    package func scanSQL() throws(LakeError) -> String { try scan(files) }

    /// A SELECT over the rows that come in with this commit.
    package func newRowsScanSQL() throws(LakeError) -> String { try scan(newRows) }

    private func scan(_ files: [DataFile]) throws(LakeError) -> String {
        do {
            return try TableScan(directory: table.directory, schema: schema, partitionColumns: base?.partitionColumns ?? []).sql(files)
        } catch { throw error.at(table: table.name) }
    }

    /// Deletes what was written while planning, the staged rows aside: for a plan that is given up after a conflict or a
    /// failed check. Never after the commit.
    package func discardPlanned() throws(LakeError) { try table.delete(planned) }

    /// Whether a commit would change neither rows nor columns, nor what a restore brings back beside them.
    package var changesNothing: Bool {
        adds.isEmpty && removes.isEmpty && base?.schema == schema && properties.isEmpty
            && (restoredMetadata == nil || restoredMetadata == base?.metadata)
    }

    /// The metadata after the commit; equal to that of `base` where nothing changes.
    func metadata(upon present: TableMetadata?, now: Instant, id: () -> String) throws(LakeError) -> TableMetadata {
        var metadata =
            restoredMetadata ?? present
            ?? TableMetadata(
                id: id(), name: table.name.name, description: nil, format: TableMetadata.parquetFormat,
                schemaString: schema.schemaString, partitionColumns: [], configuration: [:], createdTime: now.milliseconds)
        if restoredMetadata == nil, base?.schema != schema { metadata.schemaString = schema.schemaString }
        for (key, value) in properties { metadata.configuration[key] = value }
        for (source, value) in watermarks { metadata.configuration[TableMetadata.watermarkPrefix + source] = value }
        return metadata
    }
}

extension PendingCommit {
    /// Rows the table will have; nil where a file does not tell.
    package var rowCount: Int? {
        var total = 0
        for file in files {
            guard let rows = file.rowCount else { return nil }
            total += rows
        }
        return total
    }

    /// Deletes the files it would have added. For a commit that is not to be; never after one that was made.
    package func discard() throws(LakeError) {
        let present = Set((base?.files ?? []).map { FilePath.key($0.path) })
        for file in adds where !present.contains(FilePath.key(file.path)) {
            let location = try FilePath.location(of: file.path, in: table.directory)
            try filing(table.name) { () throws(SystemError) in try FileSystem.removeFile(location) }
        }
    }
}

extension StagedFiles {
    /// NULLs by column, of columns for which every file tells.
    package var nullCounts: [String: Int] {
        var counts: [String: Int] = [:]
        for field in schema.fields {
            var total = 0
            var isKnown = true
            for file in files {
                if let count = file.nullCounts[field.name] { total += count } else { isKnown = false }
            }
            if isKnown { counts[field.name] = total }
        }
        return counts
    }
}
