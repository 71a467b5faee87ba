internal import CommandLineKit
internal import Dispatch
internal import Glibc
internal import Synchronization

/// The first SIGINT or SIGTERM cancels the work, so that it ends cleanly; the second ends the process.
enum Interruption {
    static func cancelling<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let task = Task { try await work() }
        let counter = Counter()
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if counter.next() > 1 { _exit(ExitCode.interrupted.rawValue) }
                Terminal.standardError.write("\ninterrupted: ending cleanly; once more to stop at once\n")
                Terminal.standardError.flush()
                task.cancel()
            }
            source.resume()
            return source
        }
        defer {
            for source in sources { source.cancel() }
            for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        }
        return try await task.value
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}
