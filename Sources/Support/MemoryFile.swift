internal import Glibc

/// A file without a name that lies in memory and goes with the process (`memfd_create`). Others read it by `path`, where they may.
package struct MemoryFile: Sendable {
    package let descriptor: Int32

    /// Of this process: `/proc/self/fd/9`.
    package var path: String { "/proc/self/fd/\(descriptor)" }

    /// - Parameter name: shown in `/proc/PID/maps` only.
    package init(name: String) throws(SystemError) {
        typealias Function = @convention(c) (UnsafePointer<CChar>, CUnsignedInt) -> CInt
        guard let symbol = dlsym(nil, "memfd_create") else { throw SystemError("make", path: "a file in memory", code: ENOSYS) }
        descriptor = unsafeBitCast(symbol, to: Function.self)(name, 1 /* MFD_CLOEXEC */)
        guard descriptor >= 0, fchmod(descriptor, 0o600) == 0 else { throw SystemError("make", path: "a file in memory", code: errno) }
    }

    package func replace(with bytes: UnsafeRawBufferPointer) throws(SystemError) {
        guard pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count, ftruncate(descriptor, off_t(bytes.count)) == 0 else {
            throw SystemError("write", path: "a file in memory", code: errno)
        }
    }
}
