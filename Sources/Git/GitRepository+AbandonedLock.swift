internal import Glibc
internal import Support

extension GitRepository {
    /// Takes away the lock of a reference that a program left which was killed while it moved it. Who calls this knows of one: git's locks do
    /// not say whose they are. Others hold such a lock for a moment only, so one that stays for a second is nobody's.
    package func removeAbandonedLock(of reference: String) throws(GitError) {
        try checkName(reference)
        let path = FileSystem.join(commonFolder, reference + ".lock")
        guard let found = FileSystem.identity(of: path) else { return }
        for _ in 0..<100 {
            usleep(10_000)
            // Another one in its place shows that they come and go.
            guard FileSystem.identity(of: path) == found else { return }
        }
        do {
            try FileSystem.removeFile(path)
        } catch {
            throw GitError(.locked, "cannot remove the lock that a killed program left: \(error)")
        }
    }
}
