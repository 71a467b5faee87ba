internal import Glibc
internal import Support
internal import Synchronization

/// A program whose output is written on without the secrets that are known.
enum MaskedProgram {
    /// One of the two streams: bytes pass as they are, but for secrets.
    private final class Passage: Sendable {
        private let descriptor: Int32
        private let stream = Mutex(ScrubbingStream())
        private let code = Atomic<Int32>(0)

        /// Why not all was written on; nil also where nobody wanted to read more.
        var failure: SystemError? {
            let code = code.load(ordering: .acquiring)
            return code == 0 || code == EPIPE ? nil : SystemError("write", path: descriptor == 1 ? "the output" : "the errors", code: code)
        }

        init(to descriptor: Int32) { self.descriptor = descriptor }

        /// False where nobody reads any more.
        func take(_ bytes: UnsafeRawBufferPointer) -> Bool { stream.withLock { write($0.take(bytes)) } }

        func finish() { stream.withLock { _ = write($0.finish()) } }

        private func write(_ bytes: [UInt8]) -> Bool {
            bytes.withUnsafeBytes { bytes in
                var written = 0
                while written < bytes.count {
                    let n = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                    if n >= 0 {
                        written += n
                    } else if errno == EAGAIN {
                        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        poll(&wait, 1, -1)
                    } else if errno != EINTR {
                        code.store(errno, ordering: .releasing)
                        return false
                    }
                }
                return true
            }
        }
    }

    /// In the foreground, as if it ran in the place of this process: same terminal, same signals.
    static func run(_ program: ChildProcess) async throws(ChildProcessError) -> (exit: ChildExit, failure: SystemError?) {
        let (output, errors) = (Passage(to: 1), Passage(to: 2))
        let forwarding = SignalForwarding([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2])
        defer { forwarding.end() }
        var program = program
        program.input = .inherited
        program.output = .read { output.take($0) }
        program.errors = .read { errors.take($0) }
        program.hasOwnGroup = false
        program.patience = nil
        program.forwarding = forwarding
        let exit = try await program.run()
        output.finish()
        errors.finish()
        return (exit, output.failure ?? errors.failure)
    }
}
