package import Age
internal import Crypto
internal import Glibc
package import Support

extension IdentityFile {
    /// Adds an identity to a key file, durably; one that others can read, or that holds anything but identities, is refused.
    /// What is there stays byte for byte, also where the disk is full or somebody else adds one at the same time.
    package static func append(to path: String, identity: AgeIdentity, created: Instant) throws(IdentityError) {
        let descriptor = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            if errno != EINTR { throw failure(path) }
        }
        var (status, named) = (stat(), stat())
        guard fstat(descriptor, &status) == 0, stat(path, &named) == 0 else { throw failure(path) }
        guard status.st_ino == named.st_ino, status.st_dev == named.st_dev else {
            throw IdentityError(.file, "the key file \(path) was replaced by another in this moment", help: "try again")
        }
        if let (_, warning) = try read(path, place: path), let warning { throw IdentityError(.file, warning) }

        var text: [UInt8] = []
        text.reserveCapacity(1024)
        var last: UInt8 = 0
        if pread(descriptor, &last, 1, status.st_size - 1) == 1, last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
        var added = self.text(of: identity, created: created)
        text += added
        defer { _ = (SensitiveBytes(taking: &text), SensitiveBytes(taking: &added)) }
        // One call: a part of a line is never seen but where it fails.
        let written = Glibc.write(descriptor, text, text.count)
        guard written == text.count, fsync(descriptor) == 0 else {
            let failure = written < 0 || written == text.count ? failure(path) : failure(path, code: ENOSPC)
            // Otherwise the half of a key would make the whole file unreadable.
            ftruncate(descriptor, status.st_size)
            throw failure
        }
    }

    private static func failure(_ path: String, code: Int32 = errno) -> IdentityError {
        IdentityError(.file, SystemError("add to", path: path, code: code).description)
    }
}
