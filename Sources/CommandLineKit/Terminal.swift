internal import Glibc
package import Support
internal import Synchronization

/// Where a program writes: a terminal, a pipe, a file, or memory. Text is gathered and written in large pieces; on a
/// terminal after each line.
///
/// A reader that goes away (`pipectl ... | head`) is no error: what follows is dropped. The program must ignore SIGPIPE,
/// and flush before it exits.
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

    private static let bufferSize = 64 << 10

    private init(_ target: Target, isInteractive: Bool) {
        self.target = target
        self.isInteractive = isInteractive
    }

    package convenience init(descriptor: Int32) {
        self.init(.descriptor(descriptor), isInteractive: isatty(descriptor) == 1)
    }

    /// Keeps what is written, for tests.
    package static func inMemory(isInteractive: Bool = false, width: Int? = nil, height: Int? = nil) -> Terminal {
        Terminal(.memory(width: width, height: height), isInteractive: isInteractive)
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

    package func flush() { state.withLock { drain(&$0) } }

    /// The reader has gone away; there is no use in going on.
    package var isClosed: Bool { state.withLock(\.isClosed) }

    /// Why writing failed, where it did for another reason than a reader that went away.
    package var failure: SystemError? { state.withLock(\.failure) }

    /// What was written to memory so far; empty for other targets.
    package var contents: String { state.withLock { String(decoding: $0.buffer, as: UTF8.self) } }

    private func drain(_ state: inout State) {
        guard case .descriptor(let descriptor) = target, !state.isClosed else { return }
        var written = 0
        state.buffer.withUnsafeBytes { bytes in
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
        state.buffer.removeAll(keepingCapacity: true)
    }
}
