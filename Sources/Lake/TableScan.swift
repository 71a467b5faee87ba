internal import Engine
internal import Support

/// Writes the SELECT that reads data files of a table as the table.
struct TableScan: Sendable {
    let directory: String
    let schema: DeltaSchema
    var partitionColumns: [String] = []

    /// - Parameter indexColumn: an additional column with the file's index in `ordered(files)`.
    func sql(_ files: [DataFile], indexColumn: String? = nil) throws(LakeError) -> String {
        if files.isEmpty { return try empty(indexColumn: indexColumn) }
        // Files written by us with just these columns are read as they are, the fastest way. For all others the reader
        // is told the schema: it then gives NULL for columns a file lacks and widens types, a little slower.
        let (alike, others) = divided(files)
        var branches: [String] = []
        if !alike.isEmpty { branches.append(try plain(alike, indexColumn: indexColumn)) }
        if !others.isEmpty { branches.append(try mapped(others, indexColumn: indexColumn, firstIndex: alike.count)) }
        return branches.joined(separator: "\nUNION ALL\n")
    }

    func ordered(_ files: [DataFile]) -> [DataFile] {
        let (alike, others) = divided(files)
        return alike + others
    }

    private func divided(_ files: [DataFile]) -> (alike: [DataFile], others: [DataFile]) {
        // A column with the name of one the reader itself offers would hide that.
        let reserved = ["file_index", "filename", "file_row_number"].contains { schema.field(named: $0) != nil }
        guard partitionColumns.isEmpty, !reserved else { return ([], files) }
        let fingerprint = schema.fingerprint
        return (
            files.filter { $0.tags[DataFile.schemaTag] == fingerprint }, files.filter { $0.tags[DataFile.schemaTag] != fingerprint }
        )
    }

    private func empty(indexColumn: String?) throws(LakeError) -> String {
        var items: [String] = []
        for field in schema.fields {
            items.append("CAST(NULL AS \(field.type.sqlType.sql)) AS \(try DeltaSchema.identifier(field.name))")
        }
        if let indexColumn { items.append("CAST(NULL AS BIGINT) AS \(try DeltaSchema.identifier(indexColumn))") }
        return "SELECT \(items.joined(separator: ", ")) WHERE false"
    }

    private func plain(_ files: [DataFile], indexColumn: String?) throws(LakeError) -> String {
        var items: [String] = []
        for field in schema.fields { items.append(try DeltaSchema.identifier(field.name)) }
        if let indexColumn { items.append("CAST(file_index AS BIGINT) AS \(try DeltaSchema.identifier(indexColumn))") }
        return "SELECT \(items.joined(separator: ", ")) FROM read_parquet(\(try list(files)), hive_partitioning = false)"
    }

    private func mapped(_ files: [DataFile], indexColumn: String?, firstIndex: Int) throws(LakeError) -> String {
        var items: [String] = []
        var entries: [String] = []
        for (number, field) in schema.fields.enumerated() {
            let name = try DeltaSchema.identifier(field.name)
            if let partition = partitionColumns.first(where: { DeltaSchema.equal($0, field.name) }) {
                items.append("\(try constants(files, partition, field.type)) AS \(name)")
            } else {
                items.append("c\(number) AS \(name)")
                entries.append(
                    "\(try DeltaSchema.literal(field.name)): {name: 'c\(number)', "
                        + "type: \(try DeltaSchema.literal(field.type.sqlType.sql)), default_value: NULL}")
            }
        }
        if let indexColumn {
            items.append("CAST(file_index AS BIGINT) + \(firstIndex) AS \(try DeltaSchema.identifier(indexColumn))")
        }
        let schemaOption = entries.isEmpty ? "" : ", schema = MAP {\(entries.joined(separator: ", "))}"
        return "SELECT \(items.joined(separator: ", ")) FROM read_parquet(\(try list(files)), hive_partitioning = false\(schemaOption))"
    }

    /// The value of a partition column, which is in the log and not in the files, per file.
    private func constants(_ files: [DataFile], _ column: String, _ type: DeltaType) throws(LakeError) -> String {
        switch type {
        case .structure, .array, .map, .binary:
            throw LakeError(
                .unsupportedFeature("partitions by \(type.description)"), "it is partitioned by \"\(column)\", a column of type \(type.description)")
        default: break
        }
        var values: [String] = []
        for file in files {
            // "An empty string for any type translates to a null partition value."
            let value = file.partitionValues[column] ?? nil
            values.append(try value.map { text throws(LakeError) in text.isEmpty ? "NULL" : try DeltaSchema.literal(text) } ?? "NULL")
        }
        return "CAST([\(values.joined(separator: ", "))] AS \(type.sqlType.sql)[])[CAST(file_index AS BIGINT) + 1]"
    }

    private func list(_ files: [DataFile]) throws(LakeError) -> String {
        var paths: [String] = []
        for file in files {
            let location = try FilePath.location(of: file.path, in: directory)
            paths.append(try DeltaSchema.literal(FilePath.withoutPatterns(location)))
        }
        return "[\(paths.joined(separator: ", "))]"
    }
}
