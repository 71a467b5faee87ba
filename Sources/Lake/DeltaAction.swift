internal import Support

/// One line of a log entry, or one row of a checkpoint ("Actions" in the protocol). Unknown actions and fields are
/// passed over, as the protocol wants.
enum DeltaAction: Sendable {
    case add(DataFile)
    case remove(RemovedFile)
    case metadata(TableMetadata)
    case tableProtocol(TableProtocol)
    case transaction(ApplicationTransaction)
    case domainMetadata(DomainMetadata)
    case commitInfo(JSONObject)
}

/// A data file of the table: the `add` action.
package struct DataFile: Sendable, Hashable {
    /// As in the log: a URI, mostly relative to the table's folder.
    package var path: String
    package var partitionValues: [String: String?]
    /// Bytes.
    package var size: Int
    /// Milliseconds since 1970-01-01T00:00Z.
    package var modificationTime: Int64
    package var dataChange: Bool
    /// "Per-file Statistics" as JSON text.
    package var stats: String?
    package var tags: [String: String?]
    /// Present where rows of the file are deleted by a deletion vector.
    var deletionVector: JSONValue?

    package init(
        path: String, partitionValues: [String: String?] = [:], size: Int, modificationTime: Int64,
        dataChange: Bool = true, stats: String? = nil, tags: [String: String?] = [:]
    ) {
        self.path = path
        self.partitionValues = partitionValues
        self.size = size
        self.modificationTime = modificationTime
        self.dataChange = dataChange
        self.stats = stats
        self.tags = tags
    }

    /// The tag with which data files written by us name the columns they have (`DeltaSchema.fingerprint`).
    static let schemaTag = "pipectl.schema"
}

/// A file that left the table: the `remove` action.
struct RemovedFile: Sendable, Hashable {
    var path: String
    /// Milliseconds since 1970-01-01T00:00Z.
    var deletionTimestamp: Int64?
    var dataChange: Bool
    var partitionValues: [String: String?]?
    var size: Int?
}

/// The `txn` action: how far an application has come.
package struct ApplicationTransaction: Sendable, Hashable {
    package var appId: String
    package var version: Int64
    /// Milliseconds since 1970-01-01T00:00Z.
    package var lastUpdated: Int64?

    package init(appId: String, version: Int64, lastUpdated: Int64? = nil) {
        self.appId = appId
        self.version = version
        self.lastUpdated = lastUpdated
    }
}

struct DomainMetadata: Sendable, Hashable {
    var domain: String
    var configuration: String
    var removed: Bool
}

/// The `metaData` action.
package struct TableMetadata: Sendable, Hashable {
    package var id: String
    package var name: String?
    package var description: String?
    var format: JSONValue
    package var schemaString: String
    package var partitionColumns: [String]
    package var configuration: [String: String]
    /// Milliseconds since 1970-01-01T00:00Z.
    package var createdTime: Int64?

    static let watermarkPrefix = "pipectl.watermark."

    /// How far incremental reading of each source has come; lives in `configuration`, so it is committed with the rows.
    package var watermarks: [String: String] {
        var result: [String: String] = [:]
        for (key, value) in configuration where key.hasPrefix(Self.watermarkPrefix) {
            result[String(key.dropFirst(Self.watermarkPrefix.count))] = value
        }
        return result
    }

    /// All but the watermarks, for the question whether another commit changed what the table is.
    var withoutWatermarks: TableMetadata {
        var copy = self
        copy.configuration = configuration.filter { !$0.key.hasPrefix(Self.watermarkPrefix) }
        return copy
    }
}

/// The `protocol` action: what a reader and a writer must be able to do.
package struct TableProtocol: Sendable, Hashable {
    package var minReaderVersion: Int
    package var minWriterVersion: Int
    package var readerFeatures: [String]?
    package var writerFeatures: [String]?
}
