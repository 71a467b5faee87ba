package import Support

package enum ActivityStatus: String, Sendable, Hashable, CaseIterable {
    case pending, running, succeeded, failed, skipped, cancelled
    /// Was running when the process ended without saying how.
    case interrupted
}

/// Rows an activity handled; nil where counting makes no sense.
package struct RowCounts: Sendable, Hashable {
    package var read: Int64?
    package var written: Int64?
    package var quarantined: Int64?

    package init(read: Int64? = nil, written: Int64? = nil, quarantined: Int64? = nil) {
        self.read = read
        self.written = written
        self.quarantined = quarantined
    }
}

/// One attempt at an activity; attempt 0 is the entry of an activity that has not been started.
package struct ActivityRecord: Sendable, Hashable {
    package let run: String
    /// Place in the run: `load/ingest[3]/copy`.
    package let path: String
    package let attempt: Int
    package let name: String
    package let type: String
    package let status: ActivityStatus
    package let started: Instant?
    package let finished: Instant?
    package let output: JSONValue?
    /// Why it failed, was skipped or was cancelled.
    package let error: String?
    package let rows: RowCounts
}

extension ActivityRecord {
    /// In the order in which `init(_ row:)` reads.
    static let columns = """
        run, path, attempt, name, type, status, started, finished, output, error, rows_read, rows_written, rows_quarantined
        """

    init(_ row: inout Row) throws(StateError) {
        run = try row.text()
        path = try row.text()
        attempt = Int(try row.integer())
        name = try row.text()
        type = try row.text()
        status = try row.choice()
        started = row.optionalInstant()
        finished = row.optionalInstant()
        output = try row.optionalJSON()
        error = row.optionalText()
        rows = RowCounts(
            read: row.optionalInteger(), written: row.optionalInteger(), quarantined: row.optionalInteger())
    }
}
