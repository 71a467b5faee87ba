internal import Support

/// Which tables we can read and write ("Table Features" in the protocol).
enum TableFeatures {
    /// `deletionVectors` may be supported by a table none of whose files has one; files that do are refused one by one.
    static let readable: Set<String> = [
        "timestampNtz", "typeWidening", "typeWidening-preview", "vacuumProtocolCheck", "deletionVectors",
    ]

    /// Features of a writer that ask nothing of us as long as they are not active, and are looked at by `checkWritable`.
    private static let writable: Set<String> = readable.union([
        "appendOnly", "invariants", "checkConstraints", "generatedColumns", "allowColumnDefaults", "changeDataFeed",
        "identityColumns", "domainMetadata",
    ])

    static func checkReadable(_ tableProtocol: TableProtocol, _ metadata: TableMetadata) throws(LakeError) {
        if tableProtocol.minReaderVersion > 3 {
            throw unsupported("reader version \(tableProtocol.minReaderVersion)", toDo: "read")
        }
        if tableProtocol.minReaderVersion == 3 {
            if let name = (tableProtocol.readerFeatures ?? []).first(where: { !readable.contains($0) && !isIdle($0, metadata) }) {
                throw unsupported(name, toDo: "read")
            }
        }
        if let mode = metadata.configuration["delta.columnMapping.mode"], mode != "none" {
            throw unsupported("columnMapping", toDo: "read")
        }
        if let provider = metadata.format["provider"]?.asString, provider != "parquet" {
            throw LakeError(.unsupportedFeature("format \(provider)"), "its data files are \(provider), not parquet")
        }
    }

    /// Whether a table can be changed by us. Removing or rewriting rows asks more than appending.
    static func checkWritable(
        _ tableProtocol: TableProtocol, _ metadata: TableMetadata, schema: DeltaSchema, removesData: Bool
    ) throws(LakeError) {
        if tableProtocol.minWriterVersion > 7 {
            throw unsupported("writer version \(tableProtocol.minWriterVersion)", toDo: "write")
        }
        if tableProtocol.minWriterVersion == 7,
            let name = (tableProtocol.writerFeatures ?? []).first(where: { !writable.contains($0) && !isIdle($0, metadata) })
        {
            throw unsupported(name, toDo: "write")
        }
        if metadata.configuration.keys.contains(where: { $0.hasPrefix("delta.constraints.") }) {
            throw unsupported("checkConstraints", toDo: "write")
        }
        if metadata.configuration["delta.enableChangeDataFeed"] == "true" { throw unsupported("changeDataFeed", toDo: "write") }
        if metadata.configuration["delta.appendOnly"] == "true", removesData {
            throw LakeError(
                .unsupportedFeature("appendOnly"), "the table takes appends only (delta.appendOnly)",
                help: "append, or set the property to false")
        }
        for field in schema.fields { try checkWritable(field, path: field.name) }
        if !metadata.partitionColumns.isEmpty {
            throw LakeError(
                .unsupportedFeature("partitions"),
                "it is partitioned by \(metadata.partitionColumns.joined(separator: ", ")), and partitioned tables can only be read",
                help: "write to a table without partitions")
        }
    }

    private static func checkWritable(_ field: DeltaField, path: String) throws(LakeError) {
        for (key, feature) in [
            ("delta.invariants", "invariants"), ("delta.generationExpression", "generatedColumns"),
            ("CURRENT_DEFAULT", "allowColumnDefaults"), ("delta.identity.start", "identityColumns"),
        ] where field.metadata[key] != nil {
            throw unsupported("\(feature) (column \(path))", toDo: "write")
        }
        if case .structure(let fields) = field.type {
            for inner in fields { try checkWritable(inner, path: "\(path).\(inner.name)") }
        }
    }

    /// Features that are listed and, by the table's properties, not in use.
    private static func isIdle(_ feature: String, _ metadata: TableMetadata) -> Bool {
        switch feature {
        case "columnMapping": (metadata.configuration["delta.columnMapping.mode"] ?? "none") == "none"
        case "inCommitTimestamp": metadata.configuration["delta.enableInCommitTimestamps"] != "true"
        case "inCommitTimestamp-preview": metadata.configuration["delta.enableInCommitTimestamps-preview"] != "true"
        default: false
        }
    }

    private static func unsupported(_ feature: String, toDo what: String) -> LakeError {
        LakeError(
            .unsupportedFeature(feature), "it uses the Delta feature \(feature), without which it cannot be \(what == "read" ? "read" : "written")",
            help: "\(what) it with a tool that supports the feature, or drop the feature there")
    }

    /// The least protocol for a schema, starting from what the table has; nil where that is enough already.
    static func upgrade(_ present: TableProtocol?, for schema: DeltaSchema) -> TableProtocol? {
        guard let present else {
            return schema.usesTimestampNtz
                ? TableProtocol(
                    minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ["timestampNtz"], writerFeatures: ["timestampNtz"])
                : TableProtocol(minReaderVersion: 1, minWriterVersion: 2)
        }
        guard schema.usesTimestampNtz, present.readerFeatures?.contains("timestampNtz") != true else { return nil }
        var reader = present.readerFeatures ?? []
        var writer = present.writerFeatures ?? implied(byWriterVersion: present.minWriterVersion)
        if present.minReaderVersion == 2 {
            reader.append("columnMapping")
            if !writer.contains("columnMapping") { writer.append("columnMapping") }
        }
        reader.append("timestampNtz")
        if !writer.contains("timestampNtz") { writer.append("timestampNtz") }
        return TableProtocol(minReaderVersion: 3, minWriterVersion: 7, readerFeatures: reader, writerFeatures: writer)
    }

    /// What a writer version before 7 stands for ("Writer Version Requirements").
    private static func implied(byWriterVersion version: Int) -> [String] {
        var features: [String] = []
        if version >= 2 { features += ["appendOnly", "invariants"] }
        if version >= 3 { features += ["checkConstraints"] }
        if version >= 4 { features += ["changeDataFeed", "generatedColumns"] }
        if version >= 5 { features += ["columnMapping"] }
        if version >= 6 { features += ["identityColumns"] }
        return features
    }
}
