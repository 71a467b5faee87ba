internal import Assets
internal import Connectors
internal import Engine
internal import Lake
internal import State
internal import Support

/// Write, audit, publish: writes an activity's rows where nobody sees them, checks just these, and then publishes.
struct TableWriter {
    let work: ActivityWork
    let engineSession: any EngineSession
    let write: TableWrite
    var reading: IncrementalReading?

    private var session: RunSession { work.session }
    private static let sortedOut = "_pipectl_sorted_out"

    func write(_ query: String) async throws -> ActivityWork.Result {
        switch write.into {
        case .lake(let name): return try await writeLake(query, try work.lakeName(name))
        case .database(let connection, let table):
            let resolved = try session.databases.connection(named: try work.scope.value(connection))
            return try await writeDatabase(query, DatabaseTable(resolved, try work.scope.value(table)))
        }
    }

    // MARK: Lake

    private func writeLake(_ query: String, _ name: LakeName) async throws -> ActivityWork.Result {
        let table = try session.tables.table(name)
        let base = try await table.snapshot()
        let transaction = self.transaction
        if let base, base.transactions[transaction.appId] == transaction.version {
            return try await recover(name, table, base)
        }
        // What an attempt that died has left behind is in nobody's way, but takes space.
        try await table.removeUncommitted(prefix: filePrefix)
        let sorting = write.checks.filter { $0.onViolation == .drop || $0.onViolation == .quarantine }
        let staged = try await stage(query, table, base, sorting)
        do {
            return try await auditAndPublish(staged, sorting, name, table, transaction)
        } catch {
            do { try staged.discard() } catch { try session.log(.warning, "files of \(name.text) that were not published remain: \(error)", path: work.path) }
            throw error
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

    private func auditAndPublish(
        _ staged: StagedFiles, _ sorting: [Check], _ name: LakeName, _ table: DeltaTable, _ transaction: ApplicationTransaction
    ) async throws -> ActivityWork.Result {
        try refuseColumnChange(staged, name)
        var result = ActivityWork.Result()
        result.metrics.table = name.text
        result.metrics.rowsRead = staged.rowCount
        let good = sorting.isEmpty ? staged : staged.rows(where: false)
        let bad = sorting.isEmpty ? nil : staged.rows(where: true)
        let sorted = try await sortOut(bad, sorting, name)
        result.metrics.rowsDropped = sorted.dropped
        result.metrics.rowsQuarantined = sorted.quarantined

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
        do {
            let rows = pending.rowCount
            for check in write.checks where !check.concernsRows {
                findings.append(
                    try await checks.checkTable(
                        check, table: try pending.scanSQL(), rowCount: rows, columns: pending.schema.columns))
            }
            try report(findings, on: name.text)
            if let sortedRows = sorted.rows { try await quarantine(sortedRows, of: name, transaction) }
            if let reading { pending.watermarks = try await watermark(reading, staged) }
            pending.transaction = transaction
            pending.provenance = provenance(result.metrics, written: good.rowCount)
            let version: Int
            if let base = pending.base, pending.changesNothing {
                version = base.version
            } else {
                version = try await commit(pending, table)
            }
            try bad?.discard()
            try await session.tables.wrote(name, version: version)
            result.metrics.rowsWritten = good.rowCount
            result.metrics.version = Int64(version)
        } catch {
            // A merge has rewritten files beyond those that were staged.
            try pending.discard()
            throw error
        }
        try record(result.metrics, name.text)
        result.output = output(result.metrics)
        return result
    }

    private func commit(_ pending: PendingCommit, _ table: DeltaTable) async throws -> Int {
        let outcome = try await table.commit(pending)
        if case .committed(_, let failure?) = outcome {
            try session.log(.warning, "the checkpoint of \(table.name) was not written: \(failure)", path: work.path)
        }
        return outcome.version
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

    // MARK: Rows that are sorted out

    private struct SortedOut {
        var findings: [TableChecks.Finding] = []
        var dropped: Int?
        var quarantined: Int?
        /// A SELECT over the rows for quarantine with their reason; nil where the activity has no such check.
        var rows: String?
    }

    private func sortOut(_ bad: StagedFiles?, _ sorting: [Check], _ name: LakeName) async throws -> SortedOut {
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
    private func quarantine(_ rows: String, of name: LakeName, _ transaction: ApplicationTransaction) async throws {
        guard let target = LakeName("quarantine.\(name.layer)_\(name.name)") else { return }
        let table = try session.tables.table(target)
        let base = try await table.snapshot()
        if base?.transactions[transaction.appId] == transaction.version { return }
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
        let version = try await commit(pending, table)
        try await session.tables.wrote(target, version: version)
        try session.journal.recordOutput(
            run: session.record.id, path: work.path, table: target.text, version: Int64(version), rows: Int64(staged.rowCount))
    }

    // MARK: Databases

    private func writeDatabase(_ query: String, _ table: DatabaseTable) async throws -> ActivityWork.Result {
        try await session.databases.attach(table.connection)
        var query = query
        var result = ActivityWork.Result()
        result.metrics.table = "\(table.connection.name).\(table.table)"
        let folder = FileSystem.join(session.plan.environment.temporaryDirectory, "\(session.record.id)-\(UInt64.random(in: 0 ... .max))")
        defer { removeStaging(folder) }
        if !write.checks.isEmpty {
            query = try await auditStaged(query, folder, table, &result.metrics)
        }
        let columns = try await engineSession.describe(query)
        let writer = DatabaseWriter(table: table, session: engineSession)
        let request = DatabaseWriter.Request(
            query: query, columns: columns, mode: write.mode.value, key: write.key.map(\.value),
            mark: .init(writer: transaction.appId, sequence: transaction.version))
        let rows = try await session.databases.writer(of: table.connection).withPermit { try await writer.write(request) }
        result.metrics.rowsWritten = rows
        if result.metrics.rowsRead == nil { result.metrics.rowsRead = rows }
        try record(result.metrics, result.metrics.table ?? table.table)
        result.output = output(result.metrics)
        return result
    }

    /// Writes the rows to files of the run, checks these, and gives a SELECT over the rows that may go on.
    private func auditStaged(
        _ query: String, _ folder: String, _ table: DatabaseTable, _ metrics: inout ActivityMetrics
    ) async throws -> String {
        try FileSystem.createDirectory(folder)
        let files = try await engineSession.writeParquet(.init(query: query, directory: folder, fileNamePrefix: "rows"))
        let columns = try await engineSession.describe(query)
        let list = try files.map { try SQL.literal(FileSystem.join(folder, $0.name)) }.joined(separator: ", ")
        let nulls = try columns.map { "NULL::\($0.type.sql) AS \(try SQL.identifier($0.name))" }.joined(separator: ", ")
        let staged = files.isEmpty ? "SELECT \(nulls) WHERE false" : "SELECT * FROM read_parquet([\(list)])"
        metrics.rowsRead = files.reduce(0) { $0 + $1.rowCount }
        let checks = TableChecks(session: engineSession, scan: try await scans(write.checks), now: session.record.started)
        let onRows = write.checks.filter(\.concernsRows)
        var findings = onRows.isEmpty ? [] : try await checks.countRows(onRows, rows: staged, knownNulls: [:])
        let dropping = try await checkSQL(onRows.filter { $0.onViolation == .drop })
        var kept = staged
        if !dropping.isEmpty {
            kept = "SELECT * FROM (\(staged)) WHERE NOT (\(try dropping.map { try $0.violation() }.joined(separator: " OR ")))"
        }
        for check in write.checks where !check.concernsRows {
            findings.append(try await checks.checkTable(check, table: kept, rowCount: nil, columns: columns))
        }
        try report(findings, on: "\(table.connection.name).\(table.table)")
        return kept
    }

    private func removeStaging(_ folder: String) {
        do { try FileSystem.removeTree(folder) } catch {
            session.events.send(.message(path: work.path, level: .warning, text: "\(error)"))
        }
    }

    // MARK: Checks

    /// The tables that checks look into, as this run sees them.
    private func scans(_ checks: [Check]) async throws -> (LakeName) throws -> String {
        var known: [LakeName: String] = [:]
        for case .relationship(_, let to) in checks.map(\.kind) where known[to.value.table] == nil {
            known[to.value.table] = try await session.tables.requiredSnapshot(to.value.table).scanSQL()
        }
        return { [known] name in
            guard let scan = known[name] else { preconditionFailure("every table of a check was looked up") }
            return scan
        }
    }

    private func checkSQL(_ checks: [Check]) async throws -> [CheckSQL] {
        let scan = try await scans(checks)
        return checks.map { CheckSQL(check: $0, scan: scan) }
    }

    /// Journal and events for every check; throws where one that must hold does not.
    private func report(_ findings: [TableChecks.Finding], on table: String) throws {
        try session.journal.recordChecks(
            findings.enumerated().map { index, finding in
                CheckRecord(
                    run: session.record.id, path: work.path, name: "\(index + 1) \(finding.check.title)", table: table,
                    kind: finding.check.typeName, onViolation: finding.check.onViolation.rawValue, violations: Int64(finding.violations),
                    passed: finding.violations == 0, sample: .array(finding.sample.map { .string($0) }))
            })
        for finding in findings {
            session.events.send(
                .check(
                    CheckSummary(
                        path: work.path, title: finding.check.title, type: finding.check.typeName,
                        onViolation: finding.check.onViolation.rawValue, violations: finding.violations, sample: finding.sample)))
        }
        let broken = findings.filter { $0.violations > 0 && $0.check.onViolation == .fail }
        guard let first = broken.first else { return }
        let list = broken.map { finding in
            let count = finding.check.concernsRows || finding.check.typeName == "unique" ? " (\(finding.violations) rows)" : ""
            let sample = finding.sample.first.map { ", for example \($0)" } ?? ""
            return finding.check.title + count + sample
        }
        throw ActivityFailure(
            "\(table) stays as it was: \(list.joined(separator: "; ")) does not hold", errorCode: "CheckFailed", at: first.check.range)
    }

    // MARK: Names and records

    /// A run that is resumed finds by this what it has committed already.
    private var transaction: ApplicationTransaction {
        var application = "pipectl/\(session.pipeline.name.value)/\(work.path)"
        // Runs side by side may commit in any order, so each is an application of its own.
        if session.pipeline.concurrency > 1 { application += "/\(session.record.id)" }
        return ApplicationTransaction(appId: application, version: session.record.sequence)
    }

    /// Letters and digits only: the names of activities may hold anything.
    private var filePrefix: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in work.path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return "part-\(session.record.id)-\(String(hash, radix: 36))"
    }

    private func watermark(_ reading: IncrementalReading, _ staged: StagedFiles) async throws -> [String: String] {
        guard staged.rowCount > 0, let mark = try await reading.mark(after: try staged.scanSQL(), in: engineSession) else { return [:] }
        return [reading.key: mark]
    }

    private func provenance(_ metrics: ActivityMetrics, written: Int) -> JSONObject {
        var object: JSONObject = [
            "run": .string(session.record.id), "pipeline": .string(session.record.pipeline), "activity": .string(work.path),
            "environment": .string(session.record.environment), "rowsWritten": .integer(Int64(written)),
        ]
        if let rows = metrics.rowsRead { object["rowsRead"] = .integer(Int64(rows)) }
        if let rows = metrics.rowsDropped { object["rowsDropped"] = .integer(Int64(rows)) }
        if let rows = metrics.rowsQuarantined { object["rowsQuarantined"] = .integer(Int64(rows)) }
        return object
    }

    private func record(_ metrics: ActivityMetrics, _ table: String) throws {
        try session.journal.recordOutput(
            run: session.record.id, path: work.path, table: table, version: metrics.version, rows: metrics.rowsWritten.map(Int64.init))
    }

    private func output(_ metrics: ActivityMetrics) -> JSONValue {
        var object = JSONObject()
        if let rows = metrics.rowsRead { object["rowsRead"] = .integer(Int64(rows)) }
        if let rows = metrics.rowsWritten { object["rowsWritten"] = .integer(Int64(rows)) }
        if let rows = metrics.rowsDropped { object["rowsDropped"] = .integer(Int64(rows)) }
        if let rows = metrics.rowsQuarantined { object["rowsQuarantined"] = .integer(Int64(rows)) }
        if let table = metrics.table { object["table"] = .string(table) }
        if let version = metrics.version { object["version"] = .integer(version) }
        return .object(object)
    }
}
