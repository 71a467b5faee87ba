package import Support

extension Journal {
    /// Records that a run begins, with a fresh id and the next sequence number.
    /// - Parameter entropy: random bits of the id; others are drawn where that id is taken.
    package func beginRun(
        _ run: NewRun, at now: Instant, entropy: UInt32 = .random(in: 0 ... .max)
    ) throws(StateError) -> RunRecord {
        try database.write { (connection) throws(StateError) in
            var id = RunIdentifier.make(at: now, entropy: entropy)
            while try Self.find("id = ?", [.name(id)], &connection) != nil {
                id = RunIdentifier.make(at: now, entropy: .random(in: 0 ... .max))
            }
            let sequence = try Self.nextSequence(at: now, &connection)
            try connection.execute(
                "INSERT INTO runs (\(RunRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?)",
                [
                    .name(id), .integer(sequence), .name(run.pipeline), .name(run.environment), StateValue(name: run.parent),
                    .document(.object(run.parameters)), .name(run.trigger), StateValue(name: run.release),
                    StateValue(name: run.digest), .name(RunStatus.running.rawValue), .integer(now.microseconds),
                    .integer(Int64(run.process.pid)), .integer(run.process.startTicks), .name(run.process.scope),
                ])
            return try require(id, &connection)
        }
    }

    /// Never lower than before, even where the clock went back or the newest runs were removed.
    static func nextSequence(at now: Instant, _ connection: inout Connection) throws(StateError) -> Int64 {
        try connection.rows(
            """
            INSERT INTO counters VALUES ('sequence', ?)
            ON CONFLICT (name) DO UPDATE SET value = max(value + 1, excluded.value) RETURNING value
            """, [.integer(now.milliseconds)]
        ) { (row) throws(StateError) in try row.integer() }[0]
    }

    /// Records how a running run ended. Throws `conflict` where it is not running.
    package func finishRun(
        _ id: String, _ status: RunStatus, error: String? = nil, at now: Instant
    ) throws(StateError) {
        precondition(status != .running, "a finished run has an outcome")
        try database.write { (connection) throws(StateError) in
            let run = try require(id, &connection)
            guard run.status == .running else { throw failure(.conflict, "run \(id) has already ended: \(run.status)") }
            try connection.execute(
                "UPDATE runs SET status = ?, finished = ?, error = ? WHERE id = ?",
                [.name(status.rawValue), .integer(now.microseconds), StateValue(error), .name(id)])
        }
    }

    /// Takes up a run that failed, was cancelled or lost its process: it is running again, in `process`, with its id,
    /// sequence number, pins and finished activities. Throws `conflict` where it has succeeded or may still be running.
    package func resumeRun(_ id: String, process: ProcessIdentity = .current) throws(StateError) -> RunRecord {
        try database.write { (connection) throws(StateError) in
            let run = try require(id, &connection)
            switch run.status {
            case .succeeded: throw failure(.conflict, "run \(id) has succeeded: there is nothing to resume")
            case .running where run.process.mayBeRunning:
                throw failure(.conflict, "run \(id) is still running in process \(run.process.pid)")
            case .running, .failed, .cancelled, .interrupted: break
            }
            try Self.interruptActivities(of: id, at: nil, &connection)
            try connection.execute(
                """
                UPDATE runs SET status = 'running', finished = NULL, error = NULL, pid = ?, process_start = ?,
                process_scope = ? WHERE id = ?
                """,
                [.integer(Int64(process.pid)), .integer(process.startTicks), .name(process.scope), .name(id)])
            return try require(id, &connection)
        }
    }

    /// Marks the running runs whose process has ended as interrupted, their running activities with them.
    /// - Returns: those runs as they are now, oldest first.
    @discardableResult
    package func interruptDeadRuns(
        at now: Instant, mayBeRunning: (RunRecord) -> Bool = { $0.process.mayBeRunning }
    ) throws(StateError) -> [RunRecord] {
        guard try !deadRuns(mayBeRunning: mayBeRunning).isEmpty else { return [] }
        return try database.write { (connection) throws(StateError) in
            var interrupted: [RunRecord] = []
            for run in try Self.runningRuns(&connection) where !mayBeRunning(run) {
                try Self.interruptActivities(of: run.id, at: now, &connection)
                try connection.execute(
                    "UPDATE runs SET status = 'interrupted', finished = ?, error = ? WHERE id = ?",
                    [.integer(now.microseconds), .text("process \(run.process.pid) ended before the run did"), .name(run.id)])
                interrupted.append(try require(run.id, &connection))
            }
            return interrupted
        }
    }

    /// Runs recorded as running whose process has ended, oldest first. Changes nothing.
    package func deadRuns(mayBeRunning: (RunRecord) -> Bool = { $0.process.mayBeRunning }) throws(StateError) -> [RunRecord] {
        try database.read { (connection) throws(StateError) in try Self.runningRuns(&connection) }
            .filter { !mayBeRunning($0) }
    }

    private static func runningRuns(_ connection: inout Connection) throws(StateError) -> [RunRecord] {
        try connection.rows("SELECT \(RunRecord.columns) FROM runs WHERE status = 'running' ORDER BY sequence") {
            (row) throws(StateError) in try RunRecord(&row)
        }
    }

    private static func interruptActivities(
        of run: String, at now: Instant?, _ connection: inout Connection
    ) throws(StateError) {
        try connection.execute(
            "UPDATE activities SET status = 'interrupted', finished = coalesce(finished, ?) WHERE run = ? AND status = 'running'",
            [StateValue(now?.microseconds), .name(run)])
    }
}
