internal import Glibc
internal import Synchronization

/// A thread that runs jobs one after the other: where blocking calls of one connection happen. Its stack is 16 MiB,
/// because the engine's parser and binder recurse with the depth of a query.
final class SerialWorker: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isStopped = false
    }
    private let state = Mutex(State())
    private let wakeUp = Semaphore()

    init() throws(EngineError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 16 << 20)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let code = pthread_create(&thread, &attributes, { raw in
            Unmanaged<SerialWorker>.fromOpaque(raw!).takeRetainedValue().run()
            return nil
        }, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw EngineError(.other, "cannot start a thread for the engine: \(String(cString: strerror(code)))")
        }
    }

    /// Adds a job; those added after `stop` never run.
    func enqueue(_ job: @escaping @Sendable () -> Void) {
        state.withLock { $0.jobs.append(job) }
        wakeUp.signal()
    }

    /// Ends the thread after the jobs that are queued already.
    func stop() {
        state.withLock { $0.isStopped = true }
        wakeUp.signal()
    }

    private func run() {
        while true {
            wakeUp.wait()
            while true {
                let next: (job: (@Sendable () -> Void)?, done: Bool) = state.withLock {
                    $0.jobs.isEmpty ? (nil, $0.isStopped) : ($0.jobs.removeFirst(), false)
                }
                if next.done { return }
                guard let job = next.job else { break }
                job()
            }
        }
    }
}

/// A counting semaphore of the system, at a fixed address.
private final class Semaphore: @unchecked Sendable {
    private let handle = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { precondition(sem_init(handle, 0, 0) == 0, "a semaphore of this process can always be made") }
    deinit {
        sem_destroy(handle)
        handle.deallocate()
    }

    func signal() { sem_post(handle) }
    func wait() { while sem_wait(handle) != 0 && errno == EINTR {} }
}
