package import Support

/// What a commit says of itself (`commitInfo`).
package struct CommitInfo: Sendable, Hashable {
    package let version: Int
    package let timestamp: Instant?
    /// `WRITE`, `MERGE`, `DELETE`, `CREATE TABLE`, ...
    package let operation: String?
    package let parameters: JSONObject
    package let metrics: JSONObject
    package let engineInfo: String?
    /// The version the writer had read.
    package let readVersion: Int?
    package let isBlindAppend: Bool?
    package let userMetadata: String?
    /// What we tell of the run: its id, the release, the versions of the tables read.
    package let provenance: JSONObject

    package init(version: Int, timestamp: Instant?, _ info: JSONObject) {
        self.version = version
        self.timestamp = timestamp
        operation = info["operation"]?.asString
        parameters = info["operationParameters"]?.asObject ?? [:]
        metrics = info["operationMetrics"]?.asObject ?? [:]
        engineInfo = info["engineInfo"]?.asString
        readVersion = info["readVersion"]?.asInteger.map { Int($0) }
        isBlindAppend = info["isBlindAppend"]?.asBool
        userMetadata = info["userMetadata"]?.asString
        provenance = info[Self.provenanceKey]?.asObject ?? [:]
    }

    static let provenanceKey = "pipectl"
}

extension DeltaTable {
    /// Commits whose log entries are there, newest first; empty where there is no such table.
    /// - Parameter start: leaves out commits from the first on, counted backwards, that was made before.
    package func history(limit: Int? = nil, since start: Instant? = nil) throws(LakeError) -> [CommitInfo] {
        guard let listing = try log.list() else { return [] }
        var result: [CommitInfo] = []
        for version in listing.entries.reversed().prefix(limit ?? .max) {
            let info = try log.commitInfo(version)
            let timestamp = log.timestamp(of: version, info.map { [.commitInfo($0)] } ?? [])
            if let start, let timestamp, timestamp < start { break }
            result.append(CommitInfo(version: version, timestamp: timestamp, info ?? [:]))
        }
        return result
    }

    /// The oldest version whose log entry is there.
    package func oldestEntry() throws(LakeError) -> Int? { try log.list()?.entries.first }
}

extension DeltaLog {
    /// The `commitInfo` of a log entry, without parsing the rest of it; nil where it has none.
    func commitInfo(_ version: Int) throws(LakeError) -> JSONObject? {
        let path = entryPath(version)
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path) } catch {
            if error.isNotFound { throw missing(version) }
            throw LakeError(error, table: table, version: version)
        }
        let mark = Array("\"commitInfo\"".utf8)
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            // The one key of the line's object: behind the brace, blanks aside.
            let start = line.dropFirst().drop { $0 == 0x20 || $0 == 0x09 }
            guard line.first == UInt8(ascii: "{"), start.starts(with: mark) else { continue }
            for case .commitInfo(let info) in try parse(Array(line), place: "commitInfo", path: path, version: version) { return info }
        }
        return nil
    }
}
