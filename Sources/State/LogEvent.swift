package import Support

package enum LogLevel: String, Sendable, Hashable, CaseIterable {
    case debug, info, warning, error
}

/// A line of a run's log.
package struct LogEvent: Sendable, Hashable {
    /// Increases with every line of the state database.
    package let id: Int64
    package let run: String
    package let time: Instant
    package let level: LogLevel
    /// Path of the activity; nil for the run itself.
    package let path: String?
    package let message: String
}

extension LogEvent {
    /// In the order in which `init(_ row:)` reads.
    static let columns = "id, run, time, level, path, message"

    init(_ row: inout Row) throws(StateError) {
        id = try row.integer()
        run = try row.text()
        time = try row.instant()
        level = try row.choice()
        path = row.optionalText()
        message = try row.text()
    }
}

extension Journal {
    /// Adds a log line. Survives the end of the process at once, a power cut from the next durable write on.
    package func log(
        run: String, _ level: LogLevel, _ message: String, path: String? = nil, at now: Instant
    ) throws(StateError) {
        try database.write(durable: false) { (connection) throws(StateError) in
            _ = try require(run, &connection)
            try connection.execute(
                "INSERT INTO events (run, time, level, path, message) VALUES (?, ?, ?, ?, ?)",
                [.name(run), .integer(now.microseconds), .name(level.rawValue), StateValue(name: path), .text(message)])
        }
    }

    /// Log lines of a run in the order they were written, those after the line with the id `after`, at most `limit`.
    package func events(run: String, after: Int64 = 0, limit: Int = .max) throws(StateError) -> [LogEvent] {
        try database.read { (connection) throws(StateError) in
            try connection.rows(
                "SELECT \(LogEvent.columns) FROM events WHERE run = ? AND id > ? ORDER BY id LIMIT ?",
                [.name(run), .integer(after), .integer(Int64(limit))]
            ) { (row) throws(StateError) in try LogEvent(&row) }
        }
    }
}
