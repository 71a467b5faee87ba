internal import Glibc
package import Support
internal import Synchronization

/// Where a program writes: a terminal, a pipe, a file, or memory. Text is gathered and written in large pieces; on a
/// terminal after each line.
///
/// Whatever is written is scrubbed of secrets on its way out, also where one comes in pieces: an end that could be the
/// beginning of a secret waits for what follows, or for `finish`.
///
/// A reader that goes away (`pipectl ... | head`) is no error: what follows is dropped. The program must ignore SIGPIPE,
/// and call `finish` before it exits.
package final class Terminal: Sendable {
    private enum Target {
        case descriptor(Int32)
        case memory(width: Int?, height: Int?)
    }

    private struct State {
        var buffer: [UInt8] = []
        var isClosed = false
        var failure: SystemError?
    }

    private let target: Target
    /// A person is looking at it.
    package let isInteractive: Bool
    private let state = Mutex(State())
    private let scrubber: SecretScrubber

    private static let bufferSize = 64 << 10

    private init(_ target: Target, isInteractive: Bool, scrubber: SecretScrubber = .shared) {
        self.target = target
        self.scrubber = scrubber
        self.isInteractive = isInteractive
    }

    package convenience init(descriptor: Int32, scrubber: SecretScrubber = .shared) {
        self.init(.descriptor(descriptor), isInteractive: isatty(descriptor) == 1, scrubber: scrubber)
    }

    /// Keeps what is written, for tests.
    package static func inMemory(
        isInteractive: Bool = false, width: Int? = nil, height: Int? = nil, scrubber: SecretScrubber = .shared
    ) -> Terminal {
        Terminal(.memory(width: width, height: height), isInteractive: isInteractive, scrubber: scrubber)
    }

    package static let standardOutput = Terminal(descriptor: 1)
    package static let standardError = Terminal(descriptor: 2)

    /// Columns and rows; nil where it is no terminal. Asked anew each time, because windows are resized.
    package var size: (width: Int, height: Int)? {
        switch target {
        case .memory(let width, let height): return width.map { ($0, height ?? 24) }
        case .descriptor(let descriptor):
            guard isInteractive else { return nil }
            var size = winsize()
            guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
            return (Int(size.ws_col), Int(max(size.ws_row, 1)))
        }
    }

    /// The width for running text: that of the terminal, 100 at most, 80 where there is none.
    package var textWidth: Int { min(size?.width ?? 80, 100) }

    package func write(_ text: String) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.buffer.append(contentsOf: text.utf8)
            let isLineDone = isInteractive && text.utf8.last == UInt8(ascii: "\n")
            if state.buffer.count >= Self.bufferSize || isLineDone { drain(&state) }
        }
    }

    /// Writes what is gathered, but for an end that could be the beginning of a secret.
    package func flush() { state.withLock { drain(&$0) } }

    /// Writes all: nothing follows that could make a secret of its end.
    package func finish() { state.withLock { drain(&$0, isFinal: true) } }

    /// The reader has gone away; there is no use in going on.
    package var isClosed: Bool { state.withLock(\.isClosed) }

    /// Why writing failed, where it did for another reason than a reader that went away.
    package var failure: SystemError? { state.withLock(\.failure) }

    /// What was written to memory so far; empty for other targets.
    package var contents: String {
        var bytes = state.withLock(\.buffer)
        scrubber.scrub(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func drain(_ state: inout State, isFinal: Bool = false) {
        guard case .descriptor(let descriptor) = target, !state.isClosed else { return }
        guard scrubber.isActive else {
            write(state.buffer, to: descriptor, &state)
            state.buffer.removeAll(keepingCapacity: true)
            return
        }
        if isFinal { scrubber.scrub(&state.buffer) }
        let decided = isFinal ? state.buffer : scrubber.takeDecided(&state.buffer)
        if isFinal { state.buffer = [] }
        write(decided, to: descriptor, &state)
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32, _ state: inout State) {
        var written = 0
        bytes.withUnsafeBytes { bytes in
            while written < bytes.count {
                let n = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if n >= 0 {
                    written += n
                } else if errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                } else if errno != EINTR {
                    state.isClosed = true
                    if errno != EPIPE { state.failure = SystemError("write", path: "standard output", code: errno) }
                    return
                }
            }
        }
    }
}
