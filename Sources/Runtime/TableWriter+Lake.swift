internal import Validation
internal import Assets
internal import Engine
internal import Lake
internal import State
internal import Support

extension TableWriter {
    /// Name of the column that tells rows for the table from those that a check keeps out of it.
    private static let sortedOut = "_pipectl_sorted_out"

    /// How often the work is done again because another writer came first.
    private static let attemptLimit = 20

    func writeLake(_ query: Query, _ name: LakeName) async throws -> ActivityWork.Result {
        let table = try session.tables.table(name)
        for attempt in 1... {
            do {
                return try await writeLake(query, name, table)
            } catch let error as LakeError where error.isConflict && attempt < Self.attemptLimit {
                try session.log(.info, "\(error); written again upon the table as it is now", path: work.path)
                try Task.checkCancellation()
            }
        }
        preconditionFailure("the loop ends by returning or throwing")
    }

    private func writeLake(_ query: Query, _ name: LakeName, _ table: DeltaTable) async throws -> ActivityWork.Result {
        let base = try await table.snapshot()
        let transaction = self.transaction
        if let base, base.transactions[transaction.appId] == transaction.version {
            return try await recover(name, table, base)
        }
        // What an attempt that died has left behind is in nobody's way, but takes space.
        try await table.removeUncommitted(prefix: filePrefix)
        do {
            let sorting = write.checks.filter { $0.onViolation == .drop || $0.onViolation == .quarantine }
            let staged = try await stage(try await query(base), table, base, sorting)
            guard staged.base?.version == base?.version else {
                // Where there was none, staging takes the one that has come since; the query did not know of it.
                throw LakeError(.conflict, "the table was made by another writer meanwhile", table: name.text)
            }
            let published = try await auditAndPublish(staged, sorting, name, table, transaction)
            return try await finish(published, name, table)
        } catch {
            await removeUncommitted(table)
            throw error
        }
    }

    /// After any failure, also one that came after the commit: so it goes by what the log names, not by what was to be.
    func removeUncommitted(_ table: DeltaTable) async {
        do { try await table.removeUncommitted(prefix: filePrefix) } catch {
            session.events.send(
                .message(path: work.path, level: .warning, text: "files of \(table.name) that were not published remain: \(error)"))
        }
    }

    private func stage(_ query: String, _ table: DeltaTable, _ base: Snapshot?, _ sorting: [Check]) async throws -> StagedFiles {
        var query = query
        if !sorting.isEmpty {
            let conditions = try await checkSQL(sorting).map { try $0.violation() }
            query = "SELECT *, (\(conditions.joined(separator: " OR "))) AS \(Self.sortedOut) FROM (\n\(query)\n)"
        }
        let split = sorting.isEmpty ? nil : Self.sortedOut
        switch write.mode.value {
        case .append:
            return try await table.stage(query, mode: .append, splitColumn: split, prefix: filePrefix, session: engineSession, base: base)
        case .overwrite:
            return try await table.stage(
                query, mode: .overwrite(allowTypeChange: write.schemaChange == .replace), splitColumn: split, prefix: filePrefix,
                session: engineSession, base: base)
        case .merge:
            return try await table.stage(query, mode: .merge, splitColumn: split, prefix: filePrefix, session: engineSession, base: base)
        }
    }

    /// What a commit made of the activity's rows.
    private struct Published {
        var metrics = ActivityMetrics()
        var version = 0
        /// Files of rows that were kept out.
        var rejected: StagedFiles?
        var checkpointFailure: String?
    }

    private func auditAndPublish(
        _ staged: StagedFiles, _ sorting: [Check], _ name: LakeName, _ table: DeltaTable, _ transaction: ApplicationTransaction
    ) async throws -> Published {
        try refuseColumnChange(staged, name)
        let good = sorting.isEmpty ? staged : staged.rows(where: false)
        var published = Published(rejected: sorting.isEmpty ? nil : staged.rows(where: true))
        let sorted = try await sortOut(published.rejected, sorting, name)
        published.metrics.table = name.text
        published.metrics.rowsRead = staged.rowCount
        published.metrics.rowsDropped = sorted.dropped
        published.metrics.rowsQuarantined = sorted.quarantined

        let checks = TableChecks(session: engineSession, scan: try await scans(write.checks), now: session.record.started)
        let counted = write.checks.filter { $0.concernsRows && ($0.onViolation == .fail || $0.onViolation == .warn) }
        var findings = sorted.findings
        if !counted.isEmpty {
            findings += try await checks.countRows(counted, rows: try good.scanSQL(), knownNulls: good.nullCounts)
        }
        var pending: PendingCommit
        switch write.mode.value {
        case .append: pending = try good.pendingAppend()
        case .overwrite: pending = try good.pendingOverwrite()
        case .merge: pending = try await good.pendingMerge(key: write.key.map(\.value), prefix: filePrefix, session: engineSession)
        }
        let rows = pending.rowCount
        for check in write.checks where !check.concernsRows {
            findings.append(
                try await checks.checkTable(check, table: try pending.scanSQL(), rowCount: rows, columns: pending.schema.columns))
        }
        try report(findings, on: name.text)
        if let sortedRows = sorted.rows { try await quarantine(sortedRows, of: name, transaction) }
        if let reading { pending.watermarks = try await watermark(reading, staged) }
        pending.transaction = transaction
        pending.provenance = provenance(published.metrics, written: good.rowCount)
        published.metrics.rowsWritten = good.rowCount
        if let base = pending.base, pending.changesNothing {
            published.version = base.version
        } else {
            let outcome = try await table.commit(pending)
            published.version = outcome.version
            if case .committed(_, let failure) = outcome { published.checkpointFailure = failure }
        }
        published.metrics.version = Int64(published.version)
        return published
    }

    /// What remains to be done once the rows are there for everybody.
    private func finish(_ published: Published, _ name: LakeName, _ table: DeltaTable) async throws -> ActivityWork.Result {
        if let failure = published.checkpointFailure { try tellCheckpointFailure(failure, table) }
        try published.rejected?.discard()
        try await session.tables.wrote(name, version: published.version)
        try record(published.metrics, name.text)
        return ActivityWork.Result(output: output(published.metrics), metrics: published.metrics)
    }

    func tellCheckpointFailure(_ failure: String, _ table: DeltaTable) throws {
        try session.log(.warning, "the checkpoint of \(table.name) was not written: \(failure)", path: work.path)
    }

    private func refuseColumnChange(_ staged: StagedFiles, _ name: LakeName) throws {
        guard write.schemaChange == .fail, let base = staged.base, base.schema != staged.schema else { return }
        let problems = TableChecks.differences(base.schema.columns.map { ($0.name, $0.type.sql) }, staged.schema.columns)
        throw ActivityFailure(
            "the columns of \(name.text) would change: \(problems.joined(separator: "; "))",
            help: "onSchemaChange is \"fail\"", errorCode: "SchemaChange")
    }

    /// The commit was made by an attempt that died before it could say so.
    private func recover(_ name: LakeName, _ table: DeltaTable, _ base: Snapshot) async throws -> ActivityWork.Result {
        var result = ActivityWork.Result()
        result.metrics.table = name.text
        let commits = try table.history(limit: nil)
        let own = commits.first { $0.provenance["run"] == .string(session.record.id) && $0.provenance["activity"] == .string(work.path) }
        func count(_ key: String) -> Int? { own?.provenance[key]?.asInteger.map { Int($0) } }
        result.metrics.rowsRead = count("rowsRead")
        result.metrics.rowsWritten = count("rowsWritten")
        result.metrics.rowsDropped = count("rowsDropped")
        result.metrics.rowsQuarantined = count("rowsQuarantined")
        let version = own?.version ?? base.version
        result.metrics.version = Int64(version)
        try await session.tables.wrote(name, version: version)
        try record(result.metrics, name.text)
        result.output = output(result.metrics)
        return result
    }

    private func watermark(_ reading: IncrementalReading, _ staged: StagedFiles) async throws -> [String: String] {
        guard staged.rowCount > 0, let mark = try await reading.mark(after: try staged.scanSQL(), in: engineSession) else { return [:] }
        return [reading.key: mark]
    }
}
