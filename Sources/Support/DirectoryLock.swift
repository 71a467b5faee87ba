internal import Glibc

/// Keeps others from writing files of a folder at the same time: a lock on the folder itself (`flock`), so that nothing is left
/// beside the files. Ends with `release()` or the process.
package final class DirectoryLock: Sendable {
    /// Open and locked. A program that got it holds the lock until this object goes, and after the end of this process.
    package let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        // For programs too that got the descriptor.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// nil where somebody else has it for all of the time.
    package static func acquire(_ path: String, timeout: Duration) throws(SystemError) -> DirectoryLock? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("lock", path: path, code: errno) }
        let deadline = ContinuousClock.now + timeout
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            guard code == EWOULDBLOCK else {
                close(descriptor)
                throw SystemError("lock", path: path, code: code)
            }
            guard ContinuousClock.now < deadline else {
                close(descriptor)
                return nil
            }
            usleep(20_000)
        }
        return DirectoryLock(descriptor: descriptor)
    }
}
