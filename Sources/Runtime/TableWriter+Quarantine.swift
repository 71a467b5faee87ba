internal import Assets
internal import Engine
internal import Lake
internal import State
internal import Support
internal import Validation

extension TableWriter {
    struct SortedOut {
        var findings: [TableChecks.Finding] = []
        var dropped: Int?
        var quarantined: Int?
        /// A SELECT over the rows for quarantine with their reason; nil where the activity has no such check.
        var rows: String?
    }

    func sortOut(_ bad: StagedFiles?, _ sorting: [Check], _ name: LakeName) async throws -> SortedOut {
        var sorted = SortedOut()
        guard let bad else { return sorted }
        let scan = try bad.scanSQL()
        let checks = TableChecks(session: engineSession, scan: try await scans(sorting), now: session.record.started)
        sorted.findings = bad.rowCount == 0
            ? sorting.map { .init(check: $0, violations: 0, sample: []) }
            : try await checks.countRows(sorting, rows: scan, knownNulls: [:])
        let quarantining = try await checkSQL(sorting.filter { $0.onViolation == .quarantine })
        guard !quarantining.isEmpty else {
            sorted.dropped = bad.rowCount
            return sorted
        }
        let condition = try quarantining.map { try $0.violation() }.joined(separator: " OR ")
        let reason = try CheckSQL.reason(quarantining)
        let started = session.record.started.dateAndTime(fractionDigits: 6)
        sorted.rows = """
            SELECT *, \(reason) AS _reason, TIMESTAMP '\(started)' AS _quarantined_at, \
            \(try SQL.literal(session.record.id)) AS _quarantine_run_id FROM (\(scan)) WHERE \(condition)
            """
        var count = 0
        if bad.rowCount > 0, case .integer(let found) = try await engineSession.query("SELECT count(*) FROM (\(scan)) WHERE \(condition)").rows[0][0] {
            count = Int(found)
        }
        sorted.quarantined = count
        if sorting.contains(where: { $0.onViolation == .drop }) { sorted.dropped = bad.rowCount - count }
        return sorted
    }

    /// Where the table is replaced, so are the rows kept out of it.
    func quarantine(_ rows: String, of name: LakeName, _ transaction: ApplicationTransaction) async throws {
        guard let target = name.quarantine else { return }
        let table = try session.tables.table(target)
        let base = try await table.snapshot()
        if base?.transactions[transaction.appId] == transaction.version { return }
        do {
            try await quarantine(rows, of: name, into: target, table, base, transaction)
        } catch {
            await removeUncommitted(table)
            throw error
        }
    }

    private func quarantine(
        _ rows: String, of name: LakeName, into target: LakeName, _ table: DeltaTable, _ base: Snapshot?, _ transaction: ApplicationTransaction
    ) async throws {
        let replaces = write.mode.value == .overwrite
        let staged = try await table.stage(
            rows, mode: replaces ? .overwrite(allowTypeChange: true) : .append, prefix: filePrefix, session: engineSession, base: base)
        if staged.rowCount == 0, base == nil || base?.files.isEmpty == true || !replaces {
            try staged.discard()
            return
        }
        var pending = try replaces ? staged.pendingOverwrite() : staged.pendingAppend()
        pending.transaction = transaction
        pending.provenance = provenance(.init(), written: staged.rowCount)
        let outcome = try await table.commit(pending)
        if case .committed(_, let failure?) = outcome { try tellCheckpointFailure(failure, table) }
        try await session.tables.wrote(target, version: outcome.version)
        try session.journal.recordOutput(
            run: session.record.id, path: work.path, table: target.text, version: Int64(outcome.version), rows: Int64(staged.rowCount))
    }
}
