internal import Glibc

extension FileSystem {
    /// Whether a file or folder below `folder`, at any depth, was changed when or after that file was; names that begin with a dot and what
    /// links lead to do not count. False where either cannot be looked at: a hint, no proof.
    package static func holdsNewer(than file: String, below folder: String) -> Bool {
        var status = stat()
        guard stat(file, &status) == 0 else { return false }
        return holdsNewer(than: status.st_mtim, in: open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), depth: 0)
    }

    /// Closes `descriptor`.
    private static func holdsNewer(than time: timespec, in descriptor: Int32, depth: Int) -> Bool {
        guard descriptor >= 0 else { return false }
        guard depth < 32, let directory = fdopendir(descriptor) else {
            close(descriptor)
            return false
        }
        defer { closedir(directory) }
        while let item = readdir(directory) {
            let isNewer = withUnsafePointer(to: &item.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                    guard name[0] != 0x2E else { return false }
                    var status = stat()
                    guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return false }
                    if (status.st_mtim.tv_sec, status.st_mtim.tv_nsec) >= (time.tv_sec, time.tv_nsec) { return true }
                    guard status.st_mode & S_IFMT == S_IFDIR else { return false }
                    return holdsNewer(than: time, in: openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), depth: depth + 1)
                }
            }
            if isNewer { return true }
        }
        return false
    }
}
