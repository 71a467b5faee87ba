internal import Git
internal import Support

/// Whoever comes next ends what was interrupted.
extension Deployment {
    /// Ends what was interrupted, one way or the other, and makes the newest release live.
    /// - Returns: what was done; nil where nothing had to be.
    package func recover() async throws -> Recovery? {
        guard try needsRecovery() else { return nil }
        let lock = try lock()
        defer { lock.release() }
        return try await recoverUnlocked()
    }

    /// Ends what was interrupted and takes over what others released: what comes next is compared with what is there now.
    package func refresh() async throws -> Recovery? {
        let recovery = try await recover()
        guard site.remote != nil else { return recovery }
        try await fetch()
        return try await recover() ?? recovery
    }

    /// Takes over what others released, and leaves the environment's folder as it is.
    package func fetch() async throws {
        guard let remote = site.remote else { return }
        _ = try await RemoteReleases(site: site, remote: remote).fetch()
    }

    /// Puts the files of the newest release, the link to them and its views back, whatever was made of them. Views whose names something
    /// else has are left out.
    package func restore() async throws -> Release {
        let lock = try lock()
        defer { lock.release() }
        let recovery = try await recoverUnlocked()
        try requireNoReleaseOfOthers()
        do {
            return try await makeLive(leavingBlocked: true)
        } catch let unapplied as UnappliedViews {
            if case .unapplied = recovery { throw unapplied.error("go on: pipectl status --env \(site.line.environment)", site.line.environment) }
            // No deployment was interrupted: what is not as released `drift` tells.
            try finish()
            throw unapplied.error("again: pipectl drift --fix --env \(site.line.environment)", site.line.environment)
        }
    }

    package enum Recovery: Sendable, Hashable {
        /// An interrupted deployment was brought to its end, or a release from elsewhere was made live here.
        case completed(Int)
        /// Nothing is left of an interrupted deployment.
        case undone(Int)
        /// It is live, and the views of its warehouse could not be made, for this reason.
        case unapplied(Int, String)
        /// The data of that release is there again, as an interrupted rollback had begun.
        case restored(Int)
    }

    private func needsRecovery() throws -> Bool {
        if try DeploymentJournal.read(site.root) != nil { return true }
        if try RestorationJournal.read(site.root) != nil { return true }
        return try !isLive()
    }

    /// Whether nothing has to be made live: `live` leads to the newest release, or to one that others made after it.
    private func isLive() throws -> Bool {
        guard let current = try site.current(), try site.releaseOfOthers() == nil else { return true }
        return try site.live.current() == current.folderName
    }

    /// Nobody takes back what was deployed from a repository that this one knows nothing of.
    package func requireNoReleaseOfOthers() throws {
        guard let name = try site.releaseOfOthers() else { return }
        let share = site.remote == nil ? "share releases with `remote` in its file and deploy again from there" : "deploy from there"
        throw DeliveryError(
            .refused, "\(site.live.link) leads to release \(name), which \(site.line.reference) of this repository does not have: it was deployed from another repository, or as another environment",
            help: "\(share); where that release is not wanted any more, remove the link, and: pipectl status --env \(ShellWord.quoted(site.line.environment))")
    }

    func recoverUnlocked() async throws -> Recovery? {
        let recovery = try await recoverDeployment()
        guard let restored = try await recoverData() else { return recovery }
        return try await recoverViews() ?? restored
    }

    /// Views that wait for data that went back with their release.
    /// - Returns: `unapplied`, or nil.
    package func finishViews() async throws -> Recovery? {
        let lock = try lock()
        defer { lock.release() }
        return try await recoverViews()
    }

    private func recoverViews() async throws -> Recovery? {
        guard try DeploymentJournal.read(site.root)?.step == .applying, case .unapplied(let number, let reason) = try await completed() else { return nil }
        return .unapplied(number, reason)
    }

    private func recoverDeployment() async throws -> Recovery? {
        guard let journal = try DeploymentJournal.read(site.root) else {
            guard try !isLive() else { return nil }
            return try await completed()
        }
        // The process that wrote the journal is no more: this one has its lock.
        try site.repository().removeAbandonedLock(of: site.line.reference)
        if journal.step != .begun, let remote = site.remote {
            // Where it was taken it comes back from there, as anybody's.
            _ = try await RemoteReleases(site: site, remote: remote).fetch()
        }
        let repository = try site.repository()
        if let commit = journal.commit, let current = try repository.object(ofReference: site.line.reference), try repository.isAncestor(commit, of: current) {
            return try await completed()
        }
        try undo(journal.name)
        if try !isLive(), case .unapplied(let number, let reason) = try await completed() { return .unapplied(number, reason) }
        return .undone(journal.number)
    }

    private func completed() async throws -> Recovery {
        do {
            return .completed(try await makeLive().number)
        } catch let unapplied as UnappliedViews {
            return .unapplied(unapplied.release.number, unapplied.reason)
        }
    }

    struct UnappliedViews: Error {
        let release: Release
        let reason: String
        let help: String?

        func error(_ next: String, _ environment: String) -> DeliveryError {
            DeliveryError(
                .damaged, "release \(release.number) of \(environment) is live, and the views of its warehouse are not as it has them: \(reason)",
                help: "\(help ?? "mend that"); then \(next)")
        }
    }

    /// Data goes back where the release that it goes back with was made, and stays where it was not.
    private func recoverData() async throws -> Recovery? {
        guard let restoration = try RestorationJournal.read(site.root) else { return nil }
        guard try isMade(restoration) else {
            try RestorationJournal.remove(site.root)
            return nil
        }
        guard let restore = site.restoreData else { preconditionFailure("whoever takes data back says how") }
        try await restore(restoration)
        return .restored(restoration.target)
    }

    /// Whether the release that it goes back with is one of the environment's.
    func isMade(_ restoration: RestorationJournal) throws -> Bool {
        let repository = try site.repository()
        let newer = try site.line.current(in: repository).map { max(0, $0.number - restoration.release) } ?? 0
        return try site.line.releases(in: repository, limit: newer + 1).contains {
            $0.number == restoration.release && $0.restoration == restoration.sequence
        }
    }
}
