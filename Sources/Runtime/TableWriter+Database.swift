internal import Validation
internal import Assets
internal import Connectors
internal import Engine
internal import Lake
internal import State
internal import Support

extension TableWriter {
    func writeDatabase(_ query: String, _ table: DatabaseTable) async throws -> ActivityWork.Result {
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
}
