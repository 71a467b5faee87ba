internal import Assets
internal import Connectors
internal import Engine
internal import Lake
internal import State
internal import Support

/// Write, audit, publish: writes an activity's rows where nobody sees them, checks just these, and then publishes.
struct TableWriter {
    /// The SELECT whose rows are written, given the table of the lake as it is; nil where there is none, or where the
    /// target is no table of the lake.
    typealias Query = (Snapshot?) async throws -> String

    let work: ActivityWork
    let engineSession: any EngineSession
    let write: TableWrite
    var reading: IncrementalReading?

    var session: RunSession { work.session }

    func write(_ query: Query) async throws -> ActivityWork.Result {
        switch write.into {
        case .lake(let name): return try await writeLake(query, try work.lakeName(name))
        case .database(let connection, let table):
            let resolved = try session.databases.connection(named: try work.scope.value(connection))
            return try await writeDatabase(try await query(nil), DatabaseTable(resolved, try work.scope.value(table)))
        }
    }

    // MARK: Names and records

    /// A run that is resumed finds by this what it has committed already.
    var transaction: ApplicationTransaction {
        var application = "pipectl/\(session.pipeline.name.value)/\(work.path)"
        // Runs side by side may commit in any order, so each is an application of its own.
        if session.pipeline.concurrency > 1 { application += "/\(session.record.id)" }
        return ApplicationTransaction(appId: application, version: session.record.sequence)
    }

    /// Letters and digits only: the names of activities may hold anything.
    var filePrefix: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in work.path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return "part-\(session.record.id)-\(String(hash, radix: 36))"
    }

    func provenance(_ metrics: ActivityMetrics, written: Int) -> JSONObject {
        var object: JSONObject = [
            "run": .string(session.record.id), "pipeline": .string(session.record.pipeline), "activity": .string(work.path),
            "environment": .string(session.record.environment), "rowsWritten": .integer(Int64(written)),
        ]
        if let rows = metrics.rowsRead { object["rowsRead"] = .integer(Int64(rows)) }
        if let rows = metrics.rowsDropped { object["rowsDropped"] = .integer(Int64(rows)) }
        if let rows = metrics.rowsQuarantined { object["rowsQuarantined"] = .integer(Int64(rows)) }
        return object
    }

    func record(_ metrics: ActivityMetrics, _ table: String) throws {
        try session.journal.recordOutput(
            run: session.record.id, path: work.path, table: table, version: metrics.version, rows: metrics.rowsWritten.map(Int64.init))
    }

    func output(_ metrics: ActivityMetrics) -> JSONValue {
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
