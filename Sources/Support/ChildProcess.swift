internal import Glibc

/// A program to be run, without a shell.
///
/// It gets the usual behaviour of every signal but those that this process was told to ignore, and no descriptor of this process
/// beside its three streams and those of `kept`: all that are opened here close with `exec`.
package struct ChildProcess: Sendable {
    package enum Input: Sendable {
        /// That of this process.
        case inherited
        /// Nothing to read.
        case none
        /// What the closure passes on, written to a pipe, which is then closed. The closure may be called several times, and passes on
        /// the same bytes each time: so they can stay where they are, out of everybody's sight.
        case bytes(@Sendable (_ use: (UnsafeRawBufferPointer) -> Void) -> Void)
    }

    package enum Output: Sendable {
        /// That of this process.
        case inherited
        case discarded
        /// Each piece as it comes, on a thread of its own, the same for both streams. The pointer is good in the closure only. False:
        /// nothing more is wanted, and the program is told so when it writes.
        case read(@Sendable (UnsafeRawBufferPointer) -> Bool)
    }

    /// A name that is looked for in `PATH` of `environment`, or a path.
    package var program: String
    /// Without the program's name.
    package var arguments: [String]
    package var environment: ChildEnvironment
    /// nil for that of this process.
    package var folder: String?
    package var input = Input.none
    package var output = Output.inherited
    package var errors = Output.inherited
    /// Descriptors of this process that the program has too, with the same numbers.
    package var kept: [Int32] = []
    /// A group of its own is ended as a whole, and gets no signal from the terminal, nor may it read from one.
    package var hasOwnGroup = true
    /// How long output is read on when the program has ended and others, whom it started, still hold its streams; nil: until they end.
    package var patience: Duration? = .seconds(2)
    /// Signals of this process go to the program while it runs.
    package var forwarding: SignalForwarding?

    package init(_ program: String, _ arguments: [String] = [], environment: ChildEnvironment) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
    }

    /// Runs the program to its end. When the task is cancelled it gets SIGTERM, and five seconds later SIGKILL; how it ended is
    /// told then, too.
    package func run() async throws(ChildProcessError) -> ChildExit {
        let child = try start()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                BackgroundThread.run { continuation.resume(returning: child.supervise()) }
            }
        } onCancel: {
            child.terminate()
        }
    }

    /// The program in the place of this one: same process, same streams. Returns only with an error.
    package func replaceThisProcess() throws(ChildProcessError) -> Never {
        let path = try located()
        if let folder, chdir(folder) != 0 { throw folderError(folder, errno) }
        for number in Self.changedSignals { signal(number, SIG_DFL) }
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        let code = CStrings.with([program] + arguments) { words in environment.withPointers { variables in
            execve(path, words, variables)
            return errno
        } }
        pthread_sigmask(SIG_SETMASK, &before, nil)
        for number in Self.changedSignals { signal(number, SIG_IGN) }
        throw startError(path, code)
    }

    /// Those that this program ignores from its start.
    static let changedSignals = [SIGPIPE, SIGXFSZ]
}

/// How a program ended.
package enum ChildExit: Sendable, Hashable {
    case code(Int32)
    /// It was ended by this signal.
    case signal(Int32)

    init(status: Int32) { self = status & 0x7F == 0 ? .code((status >> 8) & 0xFF) : .signal(status & 0x7F) }

    package var isSuccess: Bool { self == .code(0) }

    /// One number for both, as shells have it.
    package var shellCode: Int32 {
        switch self {
        case .code(let code): code
        case .signal(let number): 128 + number
        }
    }

    /// `ended with code 3`
    package var words: String {
        switch self {
        case .code(let code): "ended with code \(code)"
        case .signal(let number): "was ended by signal \(number) (\(String(cString: strsignal(number))))"
        }
    }
}
