internal import Glibc

/// The few file operations the tool needs, over POSIX calls. Paths are UTF-8 text, `/` between their parts.
package enum FileSystem {
    package enum Kind: Sendable { case file, directory, symbolicLink, other }

    package struct Entry: Sendable {
        package let name: String
        package let kind: Kind
    }

    /// Bytes of a regular file. Refuses directories, devices and files larger than `limit` bytes (code `EFBIG`).
    /// - Parameter followLink: false refuses a symbolic link at the end of the path (code `ELOOP`).
    package static func read(_ path: String, limit: Int = 1 << 30, followLink: Bool = true) throws(SystemError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followLink ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else { throw SystemError("read", path: path, code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("read", path: path, code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SystemError("read", path: path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        guard Int(status.st_size) <= limit else { throw SystemError("read", path: path, code: EFBIG) }
        var failure: Int32 = 0
        let size = Int(status.st_size)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let n = Glibc.read(descriptor, buffer.baseAddress! + count, size - count)
                if n < 0 {
                    if errno == EINTR { continue }
                    failure = errno
                    return
                }
                if n == 0 { return }
                count += n
            }
        }
        guard failure == 0 else { throw SystemError("read", path: path, code: failure) }
        return bytes
    }

    /// Replaces the file at `path` in one step: temporary file beside it, fsync, rename, fsync of the folder.
    package static func writeAtomically(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(SystemError) {
        let temporary = try writeTemporary(bytes, beside: path, mode: mode)
        guard Glibc.rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw SystemError("write", path: path, code: code)
        }
        try synchroniseDirectory(parent(of: path))
    }

    /// As `writeAtomically`, for what may be lost when the machine stops: readers see the old file or the new one.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let temporary = try writeTemporary(bytes, beside: path, mode: 0o644, isDurable: false)
        guard Glibc.rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw SystemError("write", path: path, code: code)
        }
    }

    /// Tells one version of a file from another by size, time and place on disk; nil where there is none.
    package static func identity(of path: String) -> ContentDigest? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        var builder = ContentDigestBuilder()
        for part in [Int(status.st_size), Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec), Int(bitPattern: UInt(status.st_ino)), Int(bitPattern: UInt(status.st_dev))] { builder.add(part) }
        return builder.digest
    }

    /// Creates `path` with these bytes, whole or not at all; throws `EEXIST` where the file exists already.
    package static func createExclusively(_ bytes: [UInt8], at path: String, mode: UInt32 = 0o644) throws(SystemError) {
        let temporary = try writeTemporary(bytes, beside: path, mode: mode)
        defer { unlink(temporary) }
        guard link(temporary, path) == 0 else { throw SystemError("create", path: path, code: errno) }
        try synchroniseDirectory(parent(of: path))
    }

    private static func writeTemporary(_ bytes: [UInt8], beside path: String, mode: UInt32, isDurable: Bool = true) throws(SystemError) -> String {
        let temporary = join(parent(of: path), ".\(lastComponent(of: path)).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp")
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError("write", path: path, code: errno) }
        do throws(SystemError) {
            try finish(descriptor, with: bytes, path, isDurable: isDurable)
        } catch {
            unlink(temporary)
            throw error
        }
        return temporary
    }

    /// Writes all of it to an open file, and closes that.
    static func finish(_ descriptor: Int32, with bytes: [UInt8], _ path: String, isDurable: Bool) throws(SystemError) {
        var written = 0
        var failure: Int32 = 0
        bytes.withUnsafeBytes { buffer in
            while written < buffer.count {
                let count = write(descriptor, buffer.baseAddress! + written, buffer.count - written)
                if count < 0 {
                    if errno == EINTR { continue }
                    failure = errno
                    return
                }
                written += count
            }
        }
        if failure == 0, isDurable, fsync(descriptor) != 0 { failure = errno }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        guard failure == 0 else { throw SystemError("write", path: path, code: failure) }
    }

    package static func synchroniseDirectory(_ path: String) throws(SystemError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError("synchronise", path: path, code: errno) }
    }

    /// Makes the content of an existing file durable.
    package static func synchroniseFile(_ path: String) throws(SystemError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError("synchronise", path: path, code: errno) }
    }

    /// What is at `path`, without following a symbolic link at its end; nil where nothing is.
    package static func kind(of path: String, followLinks: Bool = false) -> Kind? {
        var status = stat()
        let result = followLinks ? stat(path, &status) : lstat(path, &status)
        guard result == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        case S_IFLNK: return .symbolicLink
        default: return .other
        }
    }

    /// When what is at `path` was last written, without following a symbolic link at its end; nil where nothing is.
    package static func modified(_ path: String) -> Instant? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return Instant(microseconds: Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000)
    }

    /// Whether this process may write to what is at `path`.
    package static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

    package static func exists(_ path: String) -> Bool { kind(of: path, followLinks: true) != nil }

    /// Size in bytes of the file at `path`, following links.
    package static func size(of path: String) throws(SystemError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError("examine", path: path, code: errno) }
        return Int(status.st_size)
    }

    /// Entries of a folder sorted by the bytes of their names, without `.` and `..`.
    package static func list(_ path: String) throws(SystemError) -> [Entry] {
        guard let directory = opendir(path) else { throw SystemError("list", path: path, code: errno) }
        defer { closedir(directory) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let item = readdir(directory) else {
                if errno != 0 { throw SystemError("list", path: path, code: errno) }
                break
            }
            let name = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            let kind: Kind =
                switch Int(item.pointee.d_type) {
                case Int(DT_REG): .file
                case Int(DT_DIR): .directory
                case Int(DT_LNK): .symbolicLink
                case Int(DT_UNKNOWN): self.kind(of: join(path, name)) ?? .other
                default: .other
                }
            entries.append(Entry(name: name, kind: kind))
        }
        return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Makes the folder and the missing ones above it.
    package static func createDirectory(_ path: String, mode: UInt32 = 0o755) throws(SystemError) {
        if path.isEmpty || kind(of: path, followLinks: true) == .directory { return }
        if mkdir(path, mode) == 0 { return }
        if errno == ENOENT, parent(of: path) != path {
            try createDirectory(parent(of: path), mode: mode)
            if mkdir(path, mode) == 0 { return }
        }
        if errno == EEXIST, kind(of: path, followLinks: true) == .directory { return }
        throw SystemError("create folder", path: path, code: errno)
    }

    /// Removes a file or link. Nothing there is no error.
    package static func removeFile(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("remove", path: path, code: errno) }
    }

    /// Removes a folder with all it holds, links as links. Nothing there is no error.
    package static func removeTree(_ path: String) throws(SystemError) {
        switch kind(of: path) {
        case nil: return
        case .directory:
            try removeFolder(in: AT_FDCWD, Array(path.utf8CString), path)
        default: try removeFile(path)
        }
    }

    package static func rename(from source: String, to destination: String) throws(SystemError) {
        guard Glibc.rename(source, destination) == 0 else { throw SystemError("rename", path: source, code: errno) }
    }

    /// The absolute path with every link resolved; throws where nothing is there.
    package static func realPath(_ path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else { throw SystemError("resolve", path: path, code: errno) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    package static var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }

    // MARK: Paths as text

    package static func join(_ base: String, _ path: String) -> String {
        if path.utf8.first == UInt8(ascii: "/") || base.isEmpty { return path }
        if path.isEmpty { return base }
        return base.utf8.last == UInt8(ascii: "/") ? base + path : base + "/" + path
    }

    /// The path without its last part: `.` for a bare name, `/` for the root.
    package static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    package static func lastComponent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    /// Removes `.` and resolves `..` as text; keeps leading `..` of a relative path.
    package static func normalise(_ path: String) -> String {
        let absolute = path.utf8.first == UInt8(ascii: "/")
        var parts: [Substring] = []
        // By bytes: a slash before a combining mark is still a slash.
        for part in path.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init) where part != "." {
            if part == ".." {
                if let last = parts.last, last != ".." { parts.removeLast(); continue }
                if absolute { continue }
            }
            parts.append(part)
        }
        let joined = parts.joined(separator: "/")
        return absolute ? "/" + joined : (joined.isEmpty ? "." : joined)
    }

    /// The absolute, normalised form of `path`, taken relative to `base`.
    package static func absolute(_ path: String, relativeTo base: String = currentDirectory) -> String {
        normalise(join(base, path))
    }
}
