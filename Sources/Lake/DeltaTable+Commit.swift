internal import Support

/// How a commit ended.
package enum CommitOutcome: Sendable, Hashable {
    /// - Parameter checkpointFailure: why the checkpoint that was due could not be written; the commit stands regardless.
    case committed(version: Int, checkpointFailure: String?)
    /// The transaction is in the table since that version or an earlier one: nothing was written.
    case alreadyCommitted(version: Int)

    package var version: Int {
        switch self {
        case .committed(let version, _), .alreadyCommitted(let version): version
        }
    }
}

extension DeltaTable {
    private static let attemptLimit = 200

    /// Publishes what is pending as the next version: all of it or nothing.
    ///
    /// Where others committed since `pending.base`, an append that depends on none of it goes behind them; anything else
    /// throws `.conflict`, naming the other commit, and may be planned anew upon the latest version.
    @discardableResult
    package func commit(_ pending: PendingCommit) async throws(LakeError) -> CommitOutcome {
        let removesData = !pending.removes.isEmpty
        try pending.base?.checkWritable(removesData: removesData)
        if let transaction = pending.transaction, let base = pending.base, base.has(transaction) {
            return .alreadyCommitted(version: base.version)
        }
        try filing(name) { () throws(SystemError) in try FileSystem.createDirectory(log.path) }
        var attempt = CommitAttempt(pending, lake: lake, log: log)
        for _ in 0..<Self.attemptLimit {
            // Looking first, not only on collision: with old log entries cleaned up, the next number could be free again.
            let latest = try log.list()?.latest ?? -1
            while attempt.version <= latest {
                if let done = try attempt.stepOver(try log.read(attempt.version)) { return done }
            }
            do {
                try FileSystem.createExclusively(Array(try attempt.text(now: lake.clock.now()).utf8), at: log.entryPath(attempt.version))
            } catch let error as SystemError {
                if error.alreadyExists { continue }
                throw LakeError(error, table: name, version: attempt.version)
            } catch let error as LakeError {
                throw error.at(table: name)
            } catch {
                preconditionFailure("no other error is thrown")
            }
            // Nobody names them; one that cannot be removed now costs some space until the next clean-up.
            try? delete(pending.superseded)
            return .committed(
                version: attempt.version, checkpointFailure: await checkpointIfDue(attempt.version, interval: attempt.checkpointInterval))
        }
        throw LakeError(
            .conflict, "\(Self.attemptLimit) attempts to commit were each overtaken by another writer", table: name.description,
            version: attempt.version, help: "run it again when fewer writers are at work")
    }

    /// Writes a checkpoint of the latest version now.
    package func checkpoint() async throws(LakeError) {
        let snapshot = try await requiredSnapshot()
        try await Checkpoint(log: log, version: snapshot.version).write(snapshot, now: lake.clock.now(), lake.session)
    }

    private func checkpointIfDue(_ version: Int, interval: Int) async -> String? {
        guard version > 0, version % interval == 0 else { return nil }
        do {
            let snapshot = try await requiredSnapshot(at: .number(version))
            if snapshot.metadata.wantsForeignCheckpoints { return nil }
            try await Checkpoint(log: log, version: version).write(snapshot, now: lake.clock.now(), lake.session)
            return nil
        } catch { return error.description }
    }
}

extension Snapshot {
    package func has(_ transaction: ApplicationTransaction) -> Bool { (transactions[transaction.appId] ?? .min) >= transaction.version }
}

/// One commit on its way behind those of others.
private struct CommitAttempt {
    let pending: PendingCommit
    let lake: Lake
    let log: DeltaLog
    var version: Int
    /// The metadata in force before this commit; grows by others' watermarks.
    var present: TableMetadata?
    let id = UUIDText.random()

    init(_ pending: PendingCommit, lake: Lake, log: DeltaLog) {
        self.pending = pending
        self.lake = lake
        self.log = log
        version = (pending.base?.version ?? -1) + 1
        present = pending.base?.metadata
    }

    var checkpointInterval: Int {
        var configuration = present ?? TableMetadata(id: "", format: .null, schemaString: "", partitionColumns: [], configuration: [:])
        for (key, value) in pending.properties { configuration.configuration[key] = value }
        return configuration.checkpointInterval
    }

    /// Takes another's commit at our version into account and moves on to the next version.
    mutating func stepOver(_ winner: [DeltaAction]) throws(LakeError) -> CommitOutcome? {
        // Before all else: what looks like a conflict may be this very commit, made by a run that died after it.
        for case .transaction(let other) in winner {
            if let own = pending.transaction, own.appId == other.appId, other.version >= own.version {
                return .alreadyCommitted(version: version)
            }
        }
        for action in winner {
            switch action {
            case .tableProtocol: throw conflict(winner, "changed the table's protocol")
            case .metadata(let metadata):
                guard let present, metadata.withoutWatermarks == present.withoutWatermarks, pending.restoredMetadata == nil else {
                    throw conflict(winner, present == nil ? "made the table" : "changed the table's columns or properties")
                }
                for source in pending.watermarks.keys where metadata.watermarks[source] != present.watermarks[source] {
                    throw conflict(winner, "moved the watermark of \(source)")
                }
                self.present = metadata
            case .add, .remove:
                if !pending.isBlindAppend { throw conflict(winner, "changed the rows this one had read") }
            case .commitInfo, .domainMetadata, .transaction: continue
            }
        }
        version += 1
        return nil
    }

    private func conflict(_ winner: [DeltaAction], _ what: String) -> LakeError {
        var who = "another commit"
        for case .commitInfo(let object) in winner {
            let info = CommitInfo(version: version, timestamp: log.timestamp(of: version, winner), object)
            who = "a \(info.operation ?? "commit") by \(info.engineInfo ?? "another writer")"
            if let run = info.provenance["run"]?.asString { who += ", run \(run)," }
            if let time = info.timestamp { who += " at \(time.dateAndTime())" }
        }
        return LakeError(
            .conflict, "\(who) \(what) since version \(pending.base.map { String($0.version) } ?? "none") was read",
            table: log.table.description, path: log.entryPath(version), version: version, help: "nothing was changed; do it again")
    }

    /// The log entry.
    func text(now: Instant) throws(LakeError) -> String {
        let metadata = try pending.metadata(upon: present, now: now) { id }
        var actions: [DeltaAction] = [.commitInfo(info(now))]
        if let upgrade = TableFeatures.upgrade(pending.base?.tableProtocol, for: pending.schema) { actions.append(.tableProtocol(upgrade)) }
        if metadata != present { actions.append(.metadata(metadata)) }
        if var transaction = pending.transaction {
            transaction.lastUpdated = transaction.lastUpdated ?? now.milliseconds
            actions.append(.transaction(transaction))
        }
        actions += pending.removes.map { file in
            .remove(RemovedFile(
                path: file.path, deletionTimestamp: now.milliseconds, dataChange: true, partitionValues: file.partitionValues,
                size: file.size))
        }
        actions += pending.adds.map { .add($0) }
        return actions.map { $0.line + "\n" }.joined()
    }

    private func info(_ now: Instant) -> JSONObject {
        var info: JSONObject = [
            "timestamp": .integer(now.milliseconds), "operation": .string(pending.operation.name),
            // The condition of a deletion, say.
            "operationParameters": SecretScrubber.shared.scrub(.object(pending.operation.parameters)),
        ]
        if let base = pending.base { info["readVersion"] = .integer(Int64(base.version)) }
        info["isolationLevel"] = "Serializable"
        info["isBlindAppend"] = .bool(pending.isBlindAppend)
        info["operationMetrics"] = .object(pending.metrics)
        info["engineInfo"] = .string(lake.engineInfo)
        if !pending.provenance.isEmpty { info[CommitInfo.provenanceKey] = .object(pending.provenance) }
        return info
    }
}

enum UUIDText {
    /// A random UUID (RFC 9562, version 4).
    static func random() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0 ... .max) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }
}
