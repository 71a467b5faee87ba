internal import Glibc

extension FileSystem {
    /// Bytes that this user may still write to the file system that holds `path`.
    package static func availableSpace(at path: String) throws(SystemError) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw SystemError("examine", path: path, code: errno) }
        return Int(clamping: status.f_bavail) * Int(clamping: status.f_frsize)
    }
}
