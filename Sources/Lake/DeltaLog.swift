internal import Glibc
internal import Support

/// The `_delta_log` folder of one table: names, log entries, checkpoints.
struct DeltaLog: Sendable {
    let table: LakeTableName
    /// The table's folder.
    let directory: String

    var path: String { FileSystem.join(directory, "_delta_log") }

    func entryPath(_ version: Int) -> String { FileSystem.join(path, "\(Self.padded(version)).json") }
    func checkpointPath(_ version: Int) -> String { FileSystem.join(path, "\(Self.padded(version)).checkpoint.parquet") }

    static func padded(_ version: Int) -> String { Digits.padded(version, 20) }

    /// What is in the folder. Names the protocol does not know, such as temporary files, are passed over.
    struct Listing: Sendable {
        /// Versions of the log entries, ascending.
        var entries: [Int] = []
        /// Complete checkpoints by version, each with the names of its files in order.
        var checkpoints: [Int: [String]] = [:]
        /// Versions with a checkpoint of a kind we do not read (named by UUID).
        var foreignCheckpoints: Set<Int> = []

        var latest: Int? { [entries.last, checkpoints.keys.max(), foreignCheckpoints.max()].compactMap(\.self).max() }
    }

    /// nil where there is no log.
    func list() throws(LakeError) -> Listing? {
        let names: [FileSystem.Entry]
        do { names = try FileSystem.list(path) } catch {
            if error.isNotFound { return nil }
            throw LakeError(error, table: table)
        }
        var listing = Listing()
        var parts: [Int: [Int: [Int: String]]] = [:]
        for entry in names where entry.kind != .directory {
            let pieces = entry.name.split(separator: ".", omittingEmptySubsequences: false)
            guard pieces.count >= 2, pieces[0].utf8.count == 20, let version = Int(pieces[0]), version >= 0 else { continue }
            switch pieces.dropFirst().map(String.init) {
            case ["json"]: listing.entries.append(version)
            case ["checkpoint", "parquet"]: listing.checkpoints[version] = [entry.name]
            case let rest where rest.first == "checkpoint" && rest.last == "parquet" && rest.count == 4:
                guard let part = Int(rest[1]), let count = Int(rest[2]) else { continue }
                parts[version, default: [:]][count, default: [:]][part] = entry.name
            case let rest where rest.first == "checkpoint" && rest.count == 3:
                listing.foreignCheckpoints.insert(version)
            default: continue
            }
        }
        // A checkpoint in parts counts when all of them are there.
        for (version, sets) in parts where listing.checkpoints[version] == nil {
            for (count, files) in sets.sorted(by: { $0.key < $1.key }) where files.count == count {
                listing.checkpoints[version] = files.sorted { $0.key < $1.key }.map(\.value)
            }
        }
        return listing.latest == nil ? nil : listing
    }

    /// The actions of one log entry, in the order of its lines.
    func read(_ version: Int) throws(LakeError) -> [DeltaAction] {
        let path = entryPath(version)
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path) } catch {
            if error.isNotFound { throw missing(version) }
            throw LakeError(error, table: table, version: version)
        }
        var actions: [DeltaAction] = []
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            actions += try parse(Array(line), place: "line \(number + 1)", path: path, version: version)
        }
        return actions
    }

    func parse(_ line: [UInt8], place: String, path: String, version: Int) throws(LakeError) -> [DeltaAction] {
        let json: JSONValue
        do { json = try JSONValue(parsing: line) } catch {
            throw corrupt("\(place) of \(FileSystem.lastComponent(of: path)) is no JSON: \(error.message)", path, version)
        }
        guard let object = json.asObject else {
            throw corrupt("\(place) of \(FileSystem.lastComponent(of: path)) is no JSON object", path, version)
        }
        do { return try DeltaAction.read(object) } catch {
            throw corrupt("\(place) of \(FileSystem.lastComponent(of: path)): \(error.message)", path, version)
        }
    }

    func corrupt(_ message: String, _ path: String, _ version: Int) -> LakeError {
        LakeError(
            .corruptLog, "the log cannot be read: \(message)", table: table.description, path: path, version: version,
            help: "restore the file from a backup")
    }

    func missing(_ version: Int) -> LakeError {
        LakeError(
            .corruptLog, "the log entry \(Self.padded(version)).json is missing", table: table.description,
            path: entryPath(version), version: version, help: "restore the file from a backup, or read a version after a checkpoint")
    }

    /// When a version was committed: what the commit says of itself, else the time of its file.
    func timestamp(of version: Int, _ actions: [DeltaAction]) -> Instant? {
        for case .commitInfo(let info) in actions {
            if let milliseconds = info["inCommitTimestamp"]?.asInteger ?? info["timestamp"]?.asInteger {
                return Instant(microseconds: milliseconds * 1000)
            }
        }
        var status = stat()
        guard stat(entryPath(version), &status) == 0 else { return nil }
        return Instant(microseconds: Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000)
    }
}
