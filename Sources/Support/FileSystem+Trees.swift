internal import Glibc

extension FileSystem {
    /// Writes a new file that is durable only after `synchroniseAll`; throws where something has its name.
    package static func writeNew(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw SystemError("write", path: path, code: errno) }
        try finish(descriptor, with: bytes, path, isDurable: false)
    }

    /// Makes durable all that was written to the file system that a folder lies on: for many files far quicker than one by one.
    package static func synchroniseAll(at folder: String) throws(SystemError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path: folder, code: errno) }
        defer { close(descriptor) }
        guard LinuxCalls.synchroniseFileSystem(descriptor) == 0 else { throw SystemError("synchronise", path: folder, code: errno) }
    }

    /// Makes a symbolic link, in the place of a file or link that is there.
    package static func createLink(_ path: String, to target: String) throws(SystemError) {
        try removeFile(path)
        guard symlink(target, path) == 0 else { throw SystemError("link", path: path, code: errno) }
    }

    /// Where a symbolic link leads; nil where there is none.
    package static func linkTarget(_ path: String) throws(SystemError) -> String? {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = target.withUnsafeMutableBytes { readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count) }
        if count >= 0 { return String(decoding: target.prefix(count), as: UTF8.self) }
        guard errno == ENOENT || errno == EINVAL || errno == ENOTDIR else { throw SystemError("read", path: path, code: errno) }
        return nil
    }

    /// Names are taken as they are: what is no text can be removed, too.
    static func removeFolder(in parent: Int32, _ name: [CChar], _ path: String) throws(SystemError) {
        let descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw SystemError("remove", path: path, code: errno)
        }
        guard let folder = fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            throw SystemError("remove", path: path, code: code)
        }
        defer { closedir(folder) }
        for entry in try names(folder, path) {
            // Only a look tells a folder from the rest on every file system.
            if unlinkat(descriptor, entry, 0) == 0 || errno == ENOENT { continue }
            let code = errno
            var status = stat()
            guard fstatat(descriptor, entry, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw SystemError("remove", path: join(path, String(decoding: entry.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)), code: code)
            }
            try removeFolder(in: descriptor, entry, join(path, String(decoding: entry.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)))
        }
        guard unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT else { throw SystemError("remove", path: path, code: errno) }
    }

    private static func names(_ folder: OpaquePointer, _ path: String) throws(SystemError) -> [[CChar]] {
        var names: [[CChar]] = []
        while true {
            errno = 0
            guard let item = readdir(folder) else {
                if errno != 0 { throw SystemError("list", path: path, code: errno) }
                return names
            }
            let name = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { start in Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1)) }
            }
            if name != [0x2E, 0] && name != [0x2E, 0x2E, 0] { names.append(name) }
        }
    }
}
