internal import Glibc
internal import Synchronization

/// Why a lock was not had.
package enum FileLockError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another holder has it; nil where that one has not written its name yet.
    case held(path: String, by: FileLock.Owner?)
    case system(SystemError)
    /// The waiting task was cancelled.
    case cancelled

    package var description: String {
        switch self {
        case .held(let path, let owner?): "\(path) is locked by \(owner.words) (\(owner.purpose))"
        case .held(let path, nil): "\(path) is locked by another process"
        case .system(let error): error.description
        case .cancelled: "cancelled while waiting for a lock"
        }
    }
}

/// A lock on a file (`flock`), held until `release()` or the end of the process, however that ends: by one alone, or shared by
/// several, who keep that one out.
///
/// The file stays when the lock is released: removing it would let two holders lock two files of the same name.
package final class FileLock: Sendable {
    /// Who holds a lock, as written in the file.
    package struct Owner: Sendable, Hashable {
        package let process: ProcessIdentity
        /// What for: `run 20261121-064503-7f3a9c`.
        package let purpose: String
        package let since: Instant

        package init(process: ProcessIdentity, purpose: String, since: Instant) {
            self.process = process
            self.purpose = purpose
            self.since = since
        }

        /// Who it is and since when: `process 4711 since 2026-11-21 06:45:03 UTC`.
        package var words: String { "process \(process.pid) since \(since.dateAndTime()) UTC" }
    }

    package let path: String
    private let isShared: Bool
    /// Open and locked; -1 once released.
    private let descriptor: Mutex<Int32>

    private init(path: String, isShared: Bool, descriptor: Int32) {
        self.path = path
        self.isShared = isShared
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Takes the lock at once, or throws `held`. Makes the file, and the folders above it.
    package static func acquire(_ path: String, purpose: String, at now: Instant) throws(FileLockError) -> FileLock {
        let descriptor = try lockedFile(path, LOCK_EX)
        let lock = FileLock(path: path, isShared: false, descriptor: descriptor)
        do throws(SystemError) {
            try write(Owner(process: .current, purpose: purpose, since: now), to: descriptor, path)
        } catch {
            lock.release()
            throw .system(error)
        }
        return lock
    }

    /// Takes the lock at once together with others who share it, or throws `held` where one has it alone. Nobody's name is written.
    package static func share(_ path: String) throws(FileLockError) -> FileLock {
        FileLock(path: path, isShared: true, descriptor: try lockedFile(path, LOCK_SH))
    }

    private static func lockedFile(_ path: String, _ mode: Int32) throws(FileLockError) -> Int32 {
        let descriptor: Int32
        do throws(SystemError) {
            try FileSystem.createDirectory(FileSystem.parent(of: path))
            descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else { throw SystemError("lock", path: path, code: errno) }
        } catch {
            throw .system(error)
        }
        while flock(descriptor, mode | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            let owner = readOwner(descriptor)
            close(descriptor)
            throw code == EWOULDBLOCK ? .held(path: path, by: owner) : .system(SystemError("lock", path: path, code: code))
        }
        return descriptor
    }

    /// Waits for the lock, at most for `timeout`, looking again every 50 milliseconds.
    package static func acquire(
        _ path: String, purpose: String, clock: WallClock, timeout: Duration
    ) async throws(FileLockError) -> FileLock {
        let deadline = ContinuousClock.now + timeout
        while true {
            do throws(FileLockError) {
                return try acquire(path, purpose: purpose, at: clock.now())
            } catch {
                guard case .held = error, ContinuousClock.now < deadline else { throw error }
            }
            do {
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                throw .cancelled
            }
        }
    }

    /// Who holds the lock on `path` now; nil where nobody does, or it is not known.
    package static func owner(of path: String) -> Owner? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // Read without a lock of its own, which could make somebody else's `acquire` fail.
        return readOwner(descriptor)
    }

    /// Gives the lock back. Doing so twice is allowed.
    package func release() {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            // Emptied first, so that the next holder is never taken for this one; a failure leaves a stale name only.
            if !isShared { ftruncate(descriptor, 0) }
            close(descriptor)
            descriptor = -1
        }
    }

    private static func write(_ owner: Owner, to descriptor: Int32, _ path: String) throws(SystemError) {
        let members: JSONObject = [
            "pid": .integer(Int64(owner.process.pid)), "startTicks": .integer(owner.process.startTicks),
            "scope": .string(owner.process.scope), "purpose": .string(owner.purpose),
            "since": .integer(owner.since.microseconds),
        ]
        let text = Array((JSONValue.object(members).text() + "\n").utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            throw SystemError("write", path: path, code: errno)
        }
    }

    /// nil for an empty or half-written file, and for what a killed holder left behind.
    private static func readOwner(_ descriptor: Int32) -> Owner? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress!, $0.count, 0) }
        guard count > 0, let value = try? JSONValue(parsing: Array(buffer.prefix(count))),
            let pid = value["pid"]?.asInteger.flatMap(Int32.init(exactly:)),
            let startTicks = value["startTicks"]?.asInteger, let scope = value["scope"]?.asString,
            let purpose = value["purpose"]?.asString, let since = value["since"]?.asInteger
        else { return nil }
        let process = ProcessIdentity(pid: pid, startTicks: startTicks, scope: scope)
        return process.mayBeRunning ? Owner(process: process, purpose: purpose, since: Instant(microseconds: since)) : nil
    }
}
