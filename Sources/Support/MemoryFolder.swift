internal import Glibc

/// A folder for this user alone, of a file system that lies in memory: for files in the clear, which are overwritten in the end.
///
/// It is locked while its owner lives: so the next one finds and removes what an owner left behind that was killed.
package struct MemoryFolder: Sendable {
    package let path: String
    private let lock: DirectoryLock

    private static let start = "pipectl-edit."

    /// Where there is one: the user's own folder for a session, else the shared memory.
    package static func base(runtimeFolder: String?) -> String? {
        if let runtimeFolder, runtimeFolder.utf8.first == UInt8(ascii: "/"), isInMemory(runtimeFolder), isOwn(runtimeFolder) { return runtimeFolder }
        return isInMemory("/dev/shm") ? "/dev/shm" : nil
    }

    package init(in base: String) throws(SystemError) {
        Self.removeRemains(in: base)
        let made = FileSystem.join(base, Self.start + "XXXXXX").withCString { template -> String? in
            guard let copy = strdup(template) else { return nil }
            defer { free(copy) }
            return mkdtemp(copy).map { String(cString: $0) }
        }
        guard let made else { throw SystemError("make a folder in", path: base, code: errno) }
        path = made
        guard let lock = try DirectoryLock.acquire(made, timeout: .seconds(1)) else { throw SystemError("lock", path: made, code: EWOULDBLOCK) }
        self.lock = lock
    }

    /// A file for this user alone, in the place of one of this name.
    package func write(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        let place = FileSystem.join(path, name)
        if FileSystem.kind(of: place) != nil { try Self.wipe(place) }
        let descriptor = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError("write", path: place, code: errno) }
        defer { close(descriptor) }
        try Self.write(bytes, to: descriptor, place)
    }

    package func read(_ name: String, limit: Int) throws(SystemError) -> [UInt8] {
        try FileSystem.read(FileSystem.join(path, name), limit: limit, followLink: false)
    }

    /// Overwrites and removes all that is in it, and itself.
    package func remove() throws(SystemError) {
        defer { withExtendedLifetime(lock) {} }
        try Self.wipe(path)
    }

    private static func removeRemains(in base: String) {
        for entry in (try? FileSystem.list(base)) ?? [] where entry.kind == .directory && entry.name.hasPrefix(start) {
            let path = FileSystem.join(base, entry.name)
            // What belongs to somebody else, or is in use, is not ours to remove.
            guard isOwn(path), let lock = try? DirectoryLock.acquire(path, timeout: .zero) else { continue }
            try? wipe(path)
            withExtendedLifetime(lock) {}
        }
    }

    private static func wipe(_ path: String) throws(SystemError) {
        switch FileSystem.kind(of: path) {
        case .directory:
            for entry in try FileSystem.list(path) { try wipe(FileSystem.join(path, entry.name)) }
            try FileSystem.removeTree(path)
        case .file:
            // Read-only ones, too: the folder is ours.
            chmod(path, 0o600)
            let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
            if descriptor >= 0 {
                defer { close(descriptor) }
                let zeros = [UInt8](repeating: 0, count: try FileSystem.size(of: path))
                let result = zeros.withUnsafeBytes { bytes in Result { () throws(SystemError) in try write(bytes, to: descriptor, path) } }
                try result.get()
            }
            try FileSystem.removeFile(path)
        default: try FileSystem.removeFile(path)
        }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let n = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if n < 0, errno == EINTR { continue }
            guard n >= 0 else { throw SystemError("write", path: path, code: errno) }
            written += n
        }
    }

    private static func isOwn(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_uid == geteuid() && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func isInMemory(_ path: String) -> Bool {
        // tmpfs and ramfs
        guard let type = LinuxCalls.fileSystemType(of: path) else { return false }
        return [0x0102_1994, 0x8584_58F6].contains(type) && access(path, W_OK | X_OK) == 0
    }
}
