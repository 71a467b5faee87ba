internal import Glibc
internal import Synchronization

/// What a process does for itself from the moment it holds a secret.
package enum ProcessHardening {
    private static let isDone = Atomic<Bool>(false)

    /// No core file is written when the process crashes, Swift tells nothing of its memory then, and no other process of the
    /// same user may read it (`ptrace`, `/proc/PID/mem`). To be called when the first secret is resolved; calling it again does nothing.
    ///
    /// A program started from here inherits the limit; the mark is set anew by `exec`.
    package static func forbidCoreDumps() {
        guard !isDone.exchange(true, ordering: .relaxed) else { return }
        // Neither can fail for a process itself: a limit may always be lowered.
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        setDumpable(false)
        // With SWIFT_BACKTRACE, a crash shows what the registers point to. Its handlers go; the signals end the process still.
        for number in [SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGQUIT] { signal(number, SIG_DFL) }
    }

    /// Swift cannot call a variadic function; on Linux, whole numbers go to one as to any other.
    private static func setDumpable(_ isDumpable: Bool) {
        typealias Function = @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt
        guard let symbol = dlsym(nil, "prctl") else { preconditionFailure("the C library has prctl") }
        _ = unsafeBitCast(symbol, to: Function.self)(4 /* PR_SET_DUMPABLE */, isDumpable ? 1 : 0, 0, 0, 0)
    }
}
