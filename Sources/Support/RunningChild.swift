internal import Glibc
internal import Synchronization

/// A program that runs: its streams are served until it has ended, and its process number stays taken as long as this lasts.
final class RunningChild: Sendable {
    private struct State {
        var isOver = false
        var isTerminated = false
    }

    private let process: pid_t
    private let child: ChildProcess
    private let streams: Mutex<ChildStreams>
    private let state = Mutex(State())
    /// A pipe that is readable when there is something to look at in `state`.
    private let bell: (read: Int32, write: Int32)

    init(_ process: pid_t, of child: ChildProcess, _ streams: ChildStreams) {
        self.process = process
        self.child = child
        self.streams = Mutex(streams)
        bell = LinuxCalls.pipe(flags: O_CLOEXEC | O_NONBLOCK) ?? (-1, -1)
        child.forwarding?.pass(to: process)
    }

    deinit { for end in [bell.read, bell.write] where end >= 0 { close(end) } }

    func terminate() {
        state.withLock { state in
            guard !state.isOver else { return }
            state.isTerminated = true
            send(SIGTERM)
        }
        _ = Glibc.write(bell.write, [1], 1)
    }

    /// Only while the process number is taken.
    private func send(_ number: Int32) { kill(child.hasOwnGroup ? -process : process, number) }

    /// Blocks until the program has ended and its output was read.
    func supervise() -> ChildExit {
        streams.withLock { streams in
            serve(&streams)
            streams.closeAll()
        }
        child.forwarding?.pass(to: nil)
        state.withLock { $0.isOver = true }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return ChildExit(status: status)
    }

    private func serve(_ streams: inout ChildStreams) {
        let handle = LinuxCalls.handle(of: process)
        defer { if handle >= 0 { close(handle) } }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer {
            explicit_bzero(buffer.baseAddress!, buffer.count)
            buffer.deallocate()
        }
        var written = 0
        var hasEnded = false
        var limits = Limits()
        while true {
            if !hasEnded, hasProcessEnded() {
                hasEnded = true
                streams.closeOurs(0)
                // Who was told to end waits for nobody else.
                let isToldToEnd = child.forwarding?.received.map { SignalForwarding.ending.contains($0) } ?? false
                limits.reading = (isToldToEnd ? .seconds(1) : child.patience).map { ContinuousClock.now + $0 }
                limits.signals = child.forwarding?.count ?? 0
            }
            if hasEnded, streams.ours[1] < 0, streams.ours[2] < 0 { return }
            let now = ContinuousClock.now
            if hasEnded, let end = limits.reading, now >= end { return }
            if hasEnded, let forwarding = child.forwarding, forwarding.count > limits.signals { return }
            if state.withLock({ $0.isTerminated }), limits.killing == nil { limits.killing = now + .seconds(5) }
            if let killing = limits.killing, now >= killing {
                send(SIGKILL)
                // Whoever holds the streams now is none of the group.
                if hasEnded { return }
            }
            var waits = [(streams.ours[0], POLLOUT), (streams.ours[1], POLLIN), (streams.ours[2], POLLIN), (hasEnded ? -1 : handle, POLLIN), (bell.read, POLLIN)]
                .map { pollfd(fd: $0, events: Int16($1), revents: 0) }
            // Without a handle the end of the program is looked for; signals ring no bell.
            let isLooking = handle < 0 || bell.read < 0 || hasEnded || limits.killing != nil
            poll(&waits, nfds_t(waits.count), isLooking ? 50 : -1)
            if waits[0].revents != 0 { write(&streams, &written) }
            if waits[1].revents != 0 { read(child.output, &streams, 1, buffer) }
            if waits[2].revents != 0 { read(child.errors, &streams, 2, buffer) }
            // Rung once; from then on it is looked at every now and then.
            if waits[4].revents != 0 { _ = Glibc.read(bell.read, buffer.baseAddress!, 1) }
        }
    }

    private struct Limits {
        var reading: ContinuousClock.Instant?
        var killing: ContinuousClock.Instant?
        /// That came before the program ended.
        var signals = 0
    }

    /// The process stays a zombie, and nobody else gets its number.
    private func hasProcessEnded() -> Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) != 0 || information.si_signo == SIGCHLD
    }

    private func write(_ streams: inout ChildStreams, _ written: inout Int) {
        guard case .bytes(let source) = child.input else { return }
        var isDone = false
        source { bytes in
            if written < bytes.count {
                let n = Glibc.write(streams.ours[0], bytes.baseAddress! + written, bytes.count - written)
                // Whoever does not read to the end wants no more.
                if n < 0 { isDone = errno != EAGAIN && errno != EINTR } else { written += n }
            }
            if written == bytes.count { isDone = true }
        }
        if isDone { streams.closeOurs(0) }
    }

    private func read(_ output: ChildProcess.Output, _ streams: inout ChildStreams, _ place: Int, _ buffer: UnsafeMutableRawBufferPointer) {
        guard case .read(let use) = output else { return }
        let n = Glibc.read(streams.ours[place], buffer.baseAddress!, buffer.count)
        if n < 0, errno == EINTR { return }
        if n <= 0 || !use(UnsafeRawBufferPointer(rebasing: buffer[..<n])) { streams.closeOurs(place) }
    }
}

/// A thread for what blocks. It gets no signals.
enum BackgroundThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Where the system gives no thread, on this one.
    static func run(_ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let context = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, { raw in
            // A broken pipe among them: the write that fails tells of it.
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            Unmanaged<Body>.fromOpaque(raw!).takeRetainedValue().run()
            return nil
        }, context.toOpaque())
        guard code != 0 else { return }
        context.release()
        body()
    }
}
