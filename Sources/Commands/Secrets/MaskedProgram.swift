internal import Glibc
internal import Support
internal import Synchronization

/// A program whose output is written on without the secrets that are known.
enum MaskedProgram {
    /// One of the two streams: bytes pass as they are, but for secrets.
    private final class Passage: Sendable {
        private let descriptor: Int32
        private let stream = Mutex(ScrubbingStream())

        init(to descriptor: Int32) { self.descriptor = descriptor }

        /// False where nobody reads any more.
        func take(_ bytes: UnsafeRawBufferPointer) -> Bool { stream.withLock { Self.write($0.take(bytes), to: descriptor) } }

        func finish() { stream.withLock { _ = Self.write($0.finish(), to: descriptor) } }

        private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
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
                        return false
                    }
                }
                return true
            }
        }
    }

    /// In the foreground, as if it ran in the place of this process: same terminal, same signals.
    static func run(_ program: ChildProcess) async throws(ChildProcessError) -> ChildExit {
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
        return exit
    }
}
