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

    deinit { assert(state.withLock { !$0.isOpen }, "a DuckDBSession was dropped without close()") }

    /// Settings of a connection: errors with kind and position, progress without a bar on the terminal, and the one
    /// time zone in which a value means the same everywhere.
    func setUp() async throws(EngineError) {
        try await execute(
            """
            SET errors_as_json = true;
            SET enable_progress_bar = true;
            SET enable_progress_bar_print = false;
            SET TimeZone = 'UTC';
            """)
    }

    /// Waits for the statements before it, then ends the connection. Statements that come later fail. Closing twice is fine.
    package func close() async { await close(releasing: nil) }

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

    /// Runs `body` on the session's thread once the statements before it are done.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (DuckDBConnection) throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        guard await slot.acquire() else { throw Self.interrupted }
        defer { slot.release() }
        return try await performHoldingSlot(body)
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

    /// Takes the slot for a stream of chunks; false where the task was cancelled.
    func acquireSlot() async -> Bool { await slot.acquire() }
    func releaseSlot() { slot.release() }

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

extension Bool {
    fileprivate func requireGranted() { precondition(self, "a task of its own is never cancelled") }
}
