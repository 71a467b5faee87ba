internal import Synchronization

/// Lets one statement at a time use a session, in the order they came; a stream of rows holds it until it ends.
final class StatementSlot: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Bool, Never>
    }
    private struct State {
        var isTaken = false
        var waiters: [Waiter] = []
        var nextNumber = 0
        /// Cancelled before they began to wait.
        var cancelled: Set<Int> = []
    }
    private let state = Mutex(State())

    /// Waits for the slot. False: the task was cancelled first, and the slot is not held.
    func acquire() async -> Bool {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        let isGranted = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return false }
                    if !state.isTaken {
                        state.isTaken = true
                        return true
                    }
                    state.waiters.append(Waiter(number: number, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                if let index = state.waiters.firstIndex(where: { $0.number == number }) { return state.waiters.remove(at: index) }
                state.cancelled.insert(number)
                return nil
            }
            waiter?.continuation.resume(returning: false)
        }
        // A cancellation that came after the grant left its mark.
        _ = state.withLock { $0.cancelled.remove(number) }
        return isGranted
    }

    func release() {
        let next: Waiter? = state.withLock { state in
            if state.waiters.isEmpty {
                state.isTaken = false
                return nil
            }
            return state.waiters.removeFirst()
        }
        next?.continuation.resume(returning: true)
    }
}
