import Synchronization
import Testing

import Runtime

struct AsyncSemaphoreTests {
    private final class Gauge: Sendable {
        private let state = Mutex((now: 0, most: 0, order: [Int]()))
        var most: Int { state.withLock { $0.most } }
        var order: [Int] { state.withLock { $0.order } }
        func enter(_ number: Int) {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
                state.order.append(number)
            }
        }
        func leave() { state.withLock { $0.now -= 1 } }
    }

    @Test(arguments: [1, 3]) func `so many and no more`(_ count: Int) async throws {
        let semaphore = AsyncSemaphore(count)
        let gauge = Gauge()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await semaphore.withPermit {
                        gauge.enter(number)
                        await Task.yield()
                        gauge.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(gauge.most <= count)
        #expect(gauge.order.count == 50)
    }

    @Test func `a cancelled wait ends at once and gives up its place`() async throws {
        let semaphore = AsyncSemaphore(1)
        let held = AsyncStream<Void>.makeStream()
        let holder = Task {
            try await semaphore.withPermit { for await _ in held.stream { break } }
        }
        // Both wait behind the holder, or are cancelled before they begin to: either way they must end.
        let waiters = (0..<10).map { _ in Task { try await semaphore.withPermit {} } }
        await Task.yield()
        for waiter in waiters { waiter.cancel() }
        for waiter in waiters {
            // Those that came before the holder have had their turn.
            switch await waiter.result {
            case .success: continue
            case .failure(let error): #expect(error is CancellationError)
            }
        }
        held.continuation.yield()
        try await holder.value
        // The place is free again.
        try await semaphore.withPermit {}
    }

    @Test func `a task that was cancelled before does not enter`() async throws {
        let semaphore = AsyncSemaphore(1)
        let gauge = Gauge()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await semaphore.withPermit { gauge.enter(0) }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(gauge.order.isEmpty)
        try await semaphore.withPermit {}
    }

    @Test func `an error gives the place back`() async throws {
        struct Broken: Error {}
        let semaphore = AsyncSemaphore(1)
        await #expect(throws: Broken.self) { try await semaphore.withPermit { throw Broken() } }
        try await semaphore.withPermit {}
    }
}
