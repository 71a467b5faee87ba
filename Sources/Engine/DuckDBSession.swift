internal import CDuckDB
internal import Synchronization

/// A connection with a thread of its own. Statements queue; each runs on that thread, and its waiting task can be
/// cancelled. Close it when done.
package final class DuckDBSession: EngineSession, @unchecked Sendable {
    private let database: DuckDBDatabase
    /// Used on the worker's thread; and under the lock of `state`, for the two calls that are safe from any thread.
    private let connection: DuckDBConnection
    private let worker: SerialWorker
    private let slot = StatementSlot()
    private let state = Mutex(State())
    let optimizer = OptimizerSwitch()

    private struct State {
        var isOpen = true
        /// Counts statements; that of the running one is `running`.
        var lastStatement = 0
        var running: Int?
        var isInterrupted = false
    }

    init(database: DuckDBDatabase, connection: DuckDBConnection, worker: SerialWorker) {
        self.database = database
        self.connection = connection
        self.worker = worker
    }

    deinit {
        guard state.withLock({ $0.isOpen }) else { return }
        assertionFailure("a DuckDBSession was dropped without close()")
        let (database, connection, worker) = (database, connection, worker)
        worker.enqueue { database.disconnect(connection) }
        worker.stop()
    }

    /// Settings of a connection: errors with kind and position, and progress without a bar on the terminal.
    func setUp() async throws(EngineError) {
        try await execute(
            """
            SET errors_as_json = true;
            SET enable_progress_bar = true;
            SET enable_progress_bar_print = false;
            """)
    }

    /// Waits for the statements before it, then ends the connection. Statements that come later fail. Closing twice is fine.
    package func close() async {
        precondition(!Self.streaming.contains(ObjectIdentifier(self)), "a session is closed after its stream of rows")
        await close(releasing: nil)
    }

    func close(releasing other: DuckDBDatabase?) async {
        // Not cancellable: what is open has to be closed.
        await Task { await self.slot.acquire() }.value.requireGranted()
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        if wasOpen {
            await withCheckedContinuation { continuation in
                worker.enqueue {
                    self.database.disconnect(self.connection)
                    other?.release()
                    continuation.resume()
                }
            }
            worker.stop()
        }
        slot.release()
    }

    // MARK: Running on the session's thread

    /// Runs `body` on the session's thread once the statements before it are done. `optimizing: false` is for what is
    /// only prepared, or trivial to run.
    func perform<Value: Sendable>(
        optimizing: Bool = true, _ body: @escaping @Sendable (DuckDBConnection) throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        guard try await acquireSlot() else { throw Self.interrupted }
        defer { releaseSlot() }
        return try await performHoldingSlot { connection throws(EngineError) in
            self.optimizer.set(optimizing, connection)
            return try body(connection)
        }
    }

    /// The same, with an error as a value.
    func result<Value: Sendable>(
        optimizing: Bool = true, _ body: @escaping @Sendable (DuckDBConnection) throws(EngineError) -> Value
    ) async -> Result<Value, EngineError> {
        do throws(EngineError) {
            return .success(try await perform(optimizing: optimizing, body))
        } catch {
            return .failure(error)
        }
    }

    /// The same for a caller that has the slot.
    func performHoldingSlot<Value: Sendable>(
        _ body: @escaping @Sendable (DuckDBConnection) throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        let number: Int? = state.withLock { state in
            guard state.isOpen else { return nil }
            state.lastStatement += 1
            state.running = state.lastStatement
            state.isInterrupted = false
            return state.lastStatement
        }
        guard let number else { throw EngineError(.other, "the session is closed") }
        let result: Result<Value, EngineError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                worker.enqueue {
                    let result: Result<Value, EngineError>
                    do throws(EngineError) {
                        try self.checkInterruption()
                        result = .success(try body(self.connection))
                    } catch {
                        result = .failure(error)
                    }
                    self.state.withLock { $0.running = nil }
                    continuation.resume(returning: result)
                }
            }
        } onCancel: {
            interrupt(statement: number)
        }
        return try result.get()
    }

    /// For work in several steps: the engine forgets an interruption that comes between two statements.
    func checkInterruption() throws(EngineError) {
        if state.withLock({ $0.isInterrupted }) { throw Self.interrupted }
    }

    static let interrupted = EngineError(.interrupted, "Interrupted!")

    /// Sessions whose rows the current task is being handed: a statement on one of them would wait for itself.
    @TaskLocal static var streaming: Set<ObjectIdentifier> = []

    /// Waits for the statements before; false where the task was cancelled meanwhile.
    func acquireSlot() async throws(EngineError) -> Bool {
        guard !Self.streaming.contains(ObjectIdentifier(self)) else {
            throw EngineError(.other, "the session is busy with the stream of rows this statement is part of; use another session")
        }
        return await slot.acquire()
    }
    func releaseSlot() { slot.release() }

    func takeGivenTables(_ connection: DuckDBConnection) throws(EngineError) { try database.takeGivenTables(connection) }

    // MARK: From any thread

    package func interrupt() {
        if let number = state.withLock({ $0.running }) { interrupt(statement: number) }
    }

    /// An interruption that reaches the engine just before it begins a statement is lost, so it is repeated until the
    /// statement has ended.
    private func interrupt(statement number: Int) {
        guard signalInterrupt(number) else { return }
        Task.detached {
            repeat {
                try? await Task.sleep(for: .milliseconds(10))
            } while self.signalInterrupt(number)
        }
    }

    /// False once the statement has ended. The connection cannot close meanwhile: closing waits for the statement.
    private func signalInterrupt(_ number: Int) -> Bool {
        state.withLock { state in
            guard state.isOpen, state.running == number else { return false }
            state.isInterrupted = true
            connection.library.functions.interrupt(connection.handle)
            return true
        }
    }

    package var progress: Double? {
        let percentage: Double? = state.withLock { state in
            guard state.isOpen, state.running != nil, let progress = connection.library.functions.query_progress else { return nil }
            return progress(connection.handle).percentage
        }
        guard let percentage, percentage >= 0 else { return nil }
        return min(1, percentage / 100)
    }
}

/// Turns the optimizer of a connection off and on; used on the session's thread only. Preparing a query takes ten times
/// as long with it, and its columns are known without it.
final class OptimizerSwitch: @unchecked Sendable {
    private var isOn = true

    func set(_ wanted: Bool, _ connection: DuckDBConnection) {
        guard wanted != isOn else { return }
        // Fails in a transaction that has failed; that costs time only, and the next statement tries again.
        guard (try? connection.prepare("PRAGMA \(wanted ? "enable" : "disable")_optimizer").execute()) != nil else { return }
        isOn = wanted
    }
}

extension Bool {
    fileprivate func requireGranted() { precondition(self, "a task of its own is never cancelled") }
}
