internal import CommandLineKit
internal import Diagnostics
internal import Crypto
internal import Glibc
internal import Support

/// Where the value of a secret is read from: never from the command line, which everybody on the machine can see.
enum SecretInput {
    /// 1 MiB: certificates and key stores fit.
    static let limit = 1 << 20

    /// From a file (`-`: the standard input), or from the terminal without echo, or from what is piped in.
    ///
    /// A line break at the end is dropped, which `echo` and editors add.
    static func read(file: String?, prompt: String, keepsLineBreak: Bool, in context: CommandContext, limit: Int = limit) throws -> SensitiveBytes {
        if let file, file != "-" {
            guard FileSystem.kind(of: file, followLinks: true) == .file else { throw CommandFailure("there is no file \(file)", .usage) }
            var bytes = try FileSystem.read(file, limit: limit)
            return try checked(SensitiveBytes(taking: &bytes), keepsLineBreak: keepsLineBreak)
        }
        guard file == nil, isatty(0) == 1 else { return try checked(standardInput(limit: limit), keepsLineBreak: keepsLineBreak) }
        let first = try typed(prompt, context)
        guard try first.equals(typed("\(prompt), once more", context)) else { throw CommandFailure("the two values differ", help: "nothing was changed", .usage) }
        return try checked(first, keepsLineBreak: true)
    }

    private static func checked(_ value: SensitiveBytes, keepsLineBreak: Bool) throws -> SensitiveBytes {
        var value = value
        if !keepsLineBreak {
            let drop = value.withBytes { bytes in bytes.last == 0x0A ? (bytes.count > 1 && bytes[bytes.count - 2] == 0x0D ? 2 : 1) : 0 }
            if drop > 0 { value = value.withBytes { SensitiveBytes($0.dropLast(drop)) } }
        }
        guard value.count > 0 else { throw CommandFailure("the value is empty", help: "nothing was changed; `pipectl secrets rm NAME` removes a secret", .usage) }
        let isText = value.withBytes { bytes in !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil }
        guard isText else { throw CommandFailure("the value is not text in UTF-8", help: "encode it first: base64 --wrap=0 FILE | pipectl secrets set NAME", .usage) }
        return value
    }

    private static func standardInput(limit: Int) throws -> SensitiveBytes {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 << 10)
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        defer { buffer.withUnsafeMutableBytes { explicit_bzero($0.baseAddress!, $0.count) } }
        while true {
            let count = Glibc.read(0, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read", path: "standard input", code: errno) }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw CommandFailure("the input is longer than \(limit >> 20) MiB", .usage) }
        }
        return SensitiveBytes(taking: &bytes)
    }

    /// A line from the terminal, which shows nothing of it. The terminal is set back whatever happens.
    private static func typed(_ prompt: String, _ context: CommandContext) throws -> SensitiveBytes {
        context.errors.write("\(prompt): ")
        context.errors.flush()
        var old = termios()
        guard tcgetattr(0, &old) == 0 else { throw SystemError("read", path: "the terminal", code: errno) }
        var quiet = old
        quiet.c_lflag &= ~tcflag_t(ECHO)
        quiet.c_lflag |= tcflag_t(ECHONL)
        guard tcsetattr(0, TCSAFLUSH, &quiet) == 0 else { throw SystemError("read", path: "the terminal", code: errno) }
        defer { tcsetattr(0, TCSAFLUSH, &old) }
        // Ctrl-C must not leave a terminal that shows nothing; the program ends at the next read.
        let previous = signal(SIGINT, SIG_IGN)
        defer { signal(SIGINT, previous) }
        quiet.c_lflag &= ~tcflag_t(ISIG)
        _ = tcsetattr(0, TCSANOW, &quiet)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4096)
        while bytes.count < 4096 {
            var byte: UInt8 = 0
            let count = Glibc.read(0, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read", path: "the terminal", code: errno) }
            if byte == 0x03 || byte == 0x1C {
                _ = SensitiveBytes(taking: &bytes)
                throw CancellationError()
            }
            if count == 0 || byte == 0x0A || byte == 0x0D { break }
            bytes.append(byte)
        }
        return SensitiveBytes(taking: &bytes)
    }
}
