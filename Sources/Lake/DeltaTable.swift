package import Support

/// Which version of a table is meant.
package enum TableVersion: Sendable, Hashable {
    case latest
    case number(Int)
    /// The last one committed at that time or before.
    case asOf(Instant)
}

/// One table of a lake; it need not exist yet. Holds no state: what it was at a time is a `Snapshot`.
package struct DeltaTable: Sendable {
    package let lake: Lake
    package let name: LakeTableName
    let log: DeltaLog

    init(lake: Lake, name: LakeTableName) {
        self.lake = lake
        self.name = name
        log = DeltaLog(table: name, directory: FileSystem.join(FileSystem.join(lake.root, name.layer), name.name))
    }

    /// The table's folder, absolute.
    package var directory: String { log.directory }

    /// The table at a version, the latest where none is given; nil where there is no such table.
    ///
    /// Throws `.noSuchVersion` for a version not committed yet, or no longer there; `.unsupportedFeature` for a table
    /// that cannot be read right; `.corruptLog` where log entries are missing or malformed.
    package func snapshot(at version: TableVersion = .latest) async throws(LakeError) -> Snapshot? {
        guard let listing = try log.list() else { return nil }
        let latest = listing.latest ?? 0
        let wanted: Int
        switch version {
        case .latest: wanted = latest
        case .number(let number): wanted = number
        case .asOf(let instant): wanted = try self.version(asOf: instant, listing)
        }
        guard (0...latest).contains(wanted) else {
            throw LakeError(.noSuchVersion, "there is no version \(wanted)", table: name.description, help: "the latest is \(latest)")
        }
        let checkpoint = listing.checkpoints.keys.filter { $0 <= wanted }.max()
        try checkContiguous(from: checkpoint.map { $0 + 1 } ?? 0, through: wanted, listing)

        var replay = LogReplay()
        if let checkpoint {
            let files = listing.checkpoints[checkpoint, default: []]
            replay.apply(try await Checkpoint(log: log, version: checkpoint).read(files, lake.session))
        }
        var last: [DeltaAction] = []
        var next = checkpoint.map { $0 + 1 } ?? 0
        while next <= wanted {
            last = try log.read(next)
            replay.apply(last)
            next += 1
        }
        if checkpoint == wanted, listing.entries.contains(wanted) { last = try log.commitInfo(wanted).map { [.commitInfo($0)] } ?? [] }
        return try Snapshot(replay, log: log, version: wanted, timestamp: log.timestamp(of: wanted, last))
    }

    /// The table at a version; a table that does not exist is an error.
    package func requiredSnapshot(at version: TableVersion = .latest) async throws(LakeError) -> Snapshot {
        guard let snapshot = try await snapshot(at: version) else {
            throw LakeError(.noSuchTable, "it does not exist", table: name.description, path: directory)
        }
        return snapshot
    }

    /// The latest version's number, without reading what is in it; nil where there is no such table.
    package func latestVersion() throws(LakeError) -> Int? { try log.list()?.latest }

    private func checkContiguous(from first: Int, through last: Int, _ listing: DeltaLog.Listing) throws(LakeError) {
        guard first <= last else { return }
        let entries = Set(listing.entries)
        guard let gap = (first...last).first(where: { !entries.contains($0) }) else { return }
        if listing.foreignCheckpoints.contains(where: { $0 >= gap }) {
            throw LakeError(
                .unsupportedFeature("v2Checkpoint"), "its checkpoint is of the V2 kind, which is not supported",
                table: name.description, path: log.path, version: last, help: "set delta.checkpointPolicy to classic and write a new one")
        }
        if listing.entries.allSatisfy({ $0 > last }) || listing.checkpoints.keys.contains(where: { $0 > last }) && first == 0 {
            let oldest = listing.checkpoints.keys.min().map { ", the oldest that can be read is \($0)" } ?? ""
            throw LakeError(
                .noSuchVersion, "version \(last) is no longer there\(oldest)", table: name.description, version: last)
        }
        throw log.missing(gap)
    }

    /// The last version whose time, made to grow from commit to commit, is not after `instant`.
    private func version(asOf instant: Instant, _ listing: DeltaLog.Listing) throws(LakeError) -> Int {
        var found: Int?
        var time = Instant(microseconds: .min)
        for version in listing.entries {
            let info = try log.commitInfo(version).map { [DeltaAction.commitInfo($0)] } ?? []
            guard let own = log.timestamp(of: version, info) else { continue }
            time = max(own, Instant(microseconds: time.microseconds &+ (time.microseconds == .min ? 0 : 1000)))
            if time > instant { break }
            found = version
        }
        guard let found else {
            throw LakeError(
                .noSuchVersion, "there is no version as old as \(instant)", table: name.description,
                help: "the oldest is version \(listing.entries.first.map(String.init) ?? "?")")
        }
        return found
    }
}
