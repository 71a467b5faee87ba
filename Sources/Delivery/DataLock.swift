package import Support

/// Runs share the data of an environment; whoever takes it back has it alone.
package enum DataLock {
    private static func path(_ root: String) -> String { FileSystem.join(root, "locks/data.lock") }

    /// For a run, before it looks which release is live. Refused while data goes back, and where that was interrupted.
    package static func share(_ root: String, _ environment: String) throws -> FileLock {
        let lock: FileLock
        do throws(FileLockError) {
            lock = try FileLock.share(path(root))
        } catch {
            guard case .held(_, let owner) = error else { throw error }
            throw busy(environment, owner)
        }
        if FileSystem.exists(RestorationJournal.path(root)) {
            lock.release()
            throw DeliveryError(
                .refused, "a rollback of \(environment) and its data was interrupted: its tables belong to no release yet",
                help: "end it: pipectl status --env \(environment)")
        }
        return lock
    }

    package static func seize(_ root: String, _ environment: String, at now: Instant) throws -> FileLock {
        do throws(FileLockError) {
            return try FileLock.acquire(path(root), purpose: "a rollback of the data of \(environment)", at: now)
        } catch {
            guard case .held(_, let owner) = error else { throw error }
            if owner != nil { throw busy(environment, owner) }
            throw DeliveryError(
                .refused, "runs of \(environment) are under way", help: "wait for them to end, or end them: pipectl runs --env \(environment)")
        }
    }

    private static func busy(_ environment: String, _ owner: FileLock.Owner?) -> DeliveryError {
        let who = owner.map { " by \($0.words)" } ?? ""
        return DeliveryError(.raced, "the data of \(environment) is being taken back\(who)", help: "wait for it to end: pipectl status --env \(environment)")
    }
}
