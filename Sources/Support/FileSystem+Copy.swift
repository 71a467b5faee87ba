internal import Glibc

extension FileSystem {
    /// Copies a file's bytes; where the file system can, the copy shares them until either is changed. Durable when this returns.
    package static func copyFile(_ source: String, to destination: String) throws(SystemError) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw SystemError("open", path: source, code: errno) }
        defer { close(input) }
        let output = open(destination, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw SystemError("create", path: destination, code: errno) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var isShared = true
        while true {
            var count = isShared ? LinuxCalls.copyRange(input, output, 1 << 30) : -1
            if count < 0, !isShared || [EXDEV, EINVAL, ENOSYS, EOPNOTSUPP].contains(errno) {
                isShared = false
                count = Glibc.read(input, &buffer, buffer.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw SystemError("read", path: source, code: errno)
                }
                var written = 0
                while written < count {
                    let part = buffer.withUnsafeBytes { Glibc.write(output, $0.baseAddress! + written, count - written) }
                    if part < 0 {
                        if errno == EINTR { continue }
                        throw SystemError("write", path: destination, code: errno)
                    }
                    written += part
                }
            } else if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("write", path: destination, code: errno)
            }
            if count == 0 { break }
        }
        guard fsync(output) == 0 else { throw SystemError("synchronise", path: destination, code: errno) }
    }
}
