internal import Glibc
internal import Synchronization

extension Array where Element: Sendable {
    /// `map` upon as many threads as the process may use, in parts of `chunk` elements, the caller's thread among them.
    /// For work without waiting: the caller is blocked until all is done.
    ///
    /// The threads have stacks of 16 MiB, as large as recursion over the deepest input needs.
    package func concurrentMap<Result: Sendable>(chunk: Int = 8, _ transform: @Sendable (Element) -> Result) -> [Result] {
        let workers = Swift.min(ProcessorCount.available, (count + chunk - 1) / chunk)
        guard workers > 1 else { return map(transform) }
        let job = ConcurrentJob<Result>(count: count)
        withoutActuallyEscaping(transform) { transform in
            let threads = (1..<workers).compactMap { _ in WorkerThread.start { job.work(chunk: chunk) { transform(self[$0]) } } }
            job.work(chunk: chunk) { transform(self[$0]) }
            for thread in threads { thread.join() }
        }
        return job.results()
    }
}

/// Results of one `concurrentMap`; each place is written by the one thread that took its index.
private final class ConcurrentJob<Result: Sendable>: @unchecked Sendable {
    private let next = Atomic(0)
    private let count: Int
    private let storage: UnsafeMutablePointer<Result>

    init(count: Int) {
        self.count = count
        storage = .allocate(capacity: count)
    }

    deinit { storage.deallocate() }

    func work(chunk: Int, _ make: (Int) -> Result) {
        while true {
            let start = next.add(chunk, ordering: .relaxed).oldValue
            guard start < count else { return }
            for index in start..<min(start + chunk, count) { (storage + index).initialize(to: make(index)) }
        }
    }

    /// Once, when every thread has ended.
    func results() -> [Result] {
        let results = Array(UnsafeBufferPointer(start: storage, count: count))
        storage.deinitialize(count: count)
        return results
    }
}

/// A thread that runs one body and is waited for.
private struct WorkerThread {
    private let handle: pthread_t

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// nil where the system gives no more threads: the others do its work.
    static func start(_ run: @escaping @Sendable () -> Void) -> WorkerThread? {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 16 << 20)
        let body = Unmanaged.passRetained(Body(run))
        var handle = pthread_t()
        let code = pthread_create(&handle, &attributes, { raw in
            Unmanaged<Body>.fromOpaque(raw!).takeRetainedValue().run()
            return nil
        }, body.toOpaque())
        guard code == 0 else {
            body.release()
            return nil
        }
        return WorkerThread(handle: handle)
    }

    func join() { pthread_join(handle, nil) }
}
