internal import Glibc

/// A call that may block for good, on a thread of its own.
final class TimedCall<Value: Sendable>: @unchecked Sendable {
    /// Guarded by `mutex`, as `changed` tells of it.
    private var value: Value?
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    private init() {
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        // Setting the time of day must not end the wait.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        defer { pthread_condattr_destroy(&attributes) }
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Blocks for at most `limit`, and after `cancel` for a second more. nil: there was no answer, and the thread is left behind.
    static func run(limit: Duration, cancel: () -> Void, _ body: @escaping @Sendable () -> Value) -> Value? {
        let call = TimedCall()
        guard call.start(body) else { return body() }
        if let value = call.wait(limit) { return value }
        cancel()
        return call.wait(.seconds(1))
    }

    /// false where the system gives no thread.
    private func start(_ body: @escaping @Sendable () -> Value) -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let context = Unmanaged.passRetained(ThreadBody { self.finish(body()) })
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, { raw in
            Unmanaged<ThreadBody>.fromOpaque(raw!).takeRetainedValue().run()
            return nil
        }, context.toOpaque())
        if code != 0 { context.release() }
        return code == 0
    }

    private func finish(_ value: Value) {
        pthread_mutex_lock(mutex)
        self.value = value
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
    }

    private func wait(_ limit: Duration) -> Value? {
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = end.tv_nsec + Int(limit.components.attoseconds / 1_000_000_000)
        end.tv_sec += Int(limit.components.seconds) + nanoseconds / 1_000_000_000
        end.tv_nsec = nanoseconds % 1_000_000_000
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while value == nil, pthread_cond_timedwait(changed, mutex, &end) == 0 {}
        return value
    }
}

/// What a thread runs.
private final class ThreadBody {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}
