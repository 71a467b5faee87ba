internal import Glibc

extension FileSystem {
    /// Who may do what with the file or folder at `path`, as the low 12 bits of its mode, following links.
    package static func permissions(of path: String) throws(SystemError) -> UInt32 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError("examine", path: path, code: errno) }
        return status.st_mode & 0o7777
    }
}
