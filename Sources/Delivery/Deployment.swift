internal import Connectors
internal import Git
internal import Support

/// Makes releases. Each step can be done again, and is written down before it is done: the reference decides whether there is a release.
package struct Deployment: Sendable {
    /// Names of releases that runs have not ended with.
    package typealias InUse = @Sendable () throws -> Set<String>

    package static let keptReleases = 10

    let site: DeliverySite
    let inUse: InUse

    package init(_ site: DeliverySite, inUse: @escaping InUse) {
        self.site = site
        self.inUse = inUse
    }

    /// - Parameters:
    ///   - previous: the release that the draft was compared with; somebody else's in its place is an error of kind `raced`.
    ///   - plan: the digest of the plan that is carried out.
    ///   - restoring: the data that goes back with it, once it is live. That is the caller's to do; what interrupts it, `recover` ends.
    package func deploy(
        _ draft: ReleaseDraft, after previous: Release?, plan: String? = nil, restoring: RestorationJournal? = nil
    ) async throws -> Release {
        let lock = try lock()
        defer { lock.release() }
        let recovery = try await recoverUnlocked()
        let open = if case .unapplied = recovery { try DeploymentJournal.read(site.root) } else { DeploymentJournal?.none }
        var remoteCommit: GitObjectID?
        if let remote = site.remote { remoteCommit = try await RemoteReleases(site: site, remote: remote).fetch() }
        try requireUnchanged(previous)
        try requireNoReleaseOfOthers()
        if previous == nil { try site.line.requireRoom(in: try site.repository()) }
        // It is asked for again once the release is there; a journal that cannot be read is to be told before.
        _ = try inUse()
        // Who goes back does so by hand, and means it.
        if draft.rollbackTo == nil, let hold = try Hold.read(site.root) { throw Self.held(hold, site.line.environment) }
        let number = (previous?.number ?? 0) + 1
        let name = "\(number)-\(draft.tree.description.prefix(12))"
        var journal = DeploymentJournal(
            step: .begun, environment: site.line.environment, number: number, name: name, previous: previous?.commit, began: site.clock.now())
        try journal.write(site.root)
        do {
            try restoring?.write(site.root)
            let commit = try write(draft, number: number, previous, plan, restoring?.sequence)
            journal.commit = commit
            // All that takes space: nothing after the reference has moved is refused by a full disk.
            let files = try files(of: draft.tree)
            try site.live.stage(name, files)
            try site.live.publish(name, files, isStaged: true)
            try site.live.prepareSwitch(to: name)
            if let remote = site.remote {
                journal.step = .pushing
                try journal.write(site.root)
                try await push(commit, to: remote, expecting: remoteCommit)
            }
            journal.step = .recording
            try journal.write(site.root)
            try move(to: commit, from: previous?.commit, "pipectl: release \(number)")
        } catch {
            // What the remote repository took is a release, whatever failed here: the next command goes on with it.
            if site.remote == nil || journal.step == .begun || Self.isRejected(error) {
                try undo(name)
                // The reference may have moved all the same. Where that cannot be told now, the next command finds out.
                if let restoring, (try? isMade(restoring)) == false { try RestorationJournal.remove(site.root) }
                // What the release before has left to do is still to be done.
                try open?.write(site.root)
            }
            throw error
        }
        do {
            return try await makeLive(isLaidOut: true, hasViews: draft.hasViews)
        } catch let unapplied as UnappliedViews {
            throw unapplied.error("go on: pipectl status --env \(site.line.environment)", site.line.environment)
        } catch {
            throw DeliveryError(
                .damaged, "release \(number) of \(site.line.environment) is recorded, and could not be made live: \(error)",
                help: "mend that, and go on: pipectl status --env \(site.line.environment)")
        }
    }

    // MARK: Steps

    private func write(_ draft: ReleaseDraft, number: Int, _ previous: Release?, _ plan: String?, _ restoration: Int64?) throws -> GitObjectID {
        let repository = try site.repository()
        var batch = try repository.batch()
        if !draft.files.isEmpty {
            let tree = try batch.tree(changing: nil, draft.files)
            precondition(tree == draft.tree, "the same files are the same tree")
        }
        let now = site.clock.now().microseconds / 1_000_000
        var trailers = [
            GitTrailer(Release.Trailer.number, "\(number)"), GitTrailer(Release.Trailer.source, draft.source.description),
            GitTrailer(Release.Trailer.project, site.line.project.isEmpty ? "." : site.line.project),
            GitTrailer(Release.Trailer.digest, draft.tree.description), GitTrailer(Release.Trailer.version, site.version),
        ]
        if let from = draft.promotedFrom { trailers.append(GitTrailer(Release.promotedFromTrailer, from)) }
        if let number = draft.rollbackTo { trailers.append(GitTrailer(Release.Trailer.rollback, "\(number)")) }
        if let restoration { trailers.append(GitTrailer(Release.Trailer.restoration, "\(restoration)")) }
        if let plan { trailers.append(GitTrailer(Release.Trailer.plan, plan)) }
        let commit = try batch.commit(
            tree: draft.tree, parents: previous.map { [$0.commit] } ?? [],
            author: try repository.person(.author, variables: site.variables, time: now),
            committer: try repository.person(.committer, variables: site.variables, time: now),
            message: try GitMessage.text("Release \(number) of \(site.line.environment)", trailers: trailers))
        try batch.write()
        return commit
    }

    private func push(_ commit: GitObjectID, to remote: String, expecting expected: GitObjectID?) async throws {
        do throws(GitError) {
            try await RemoteReleases(site: site, remote: remote).push(commit, expecting: expected)
        } catch {
            guard error.isLostRace else { throw error }
            throw DeliveryError(
                .raced, "environment \"\(site.line.environment)\" was deployed from elsewhere in the meantime: \(remote) has another release",
                help: "see what it is: pipectl plan --env \(site.line.environment)")
        }
    }

    private static func isRejected(_ error: any Error) -> Bool {
        if let error = error as? DeliveryError { return error.kind == .raced }
        if let error = error as? GitError, case .rejected = error.kind { return true }
        return false
    }

    private func move(to commit: GitObjectID, from previous: GitObjectID?, _ reason: String) throws {
        do throws(GitError) {
            try site.repository().updateReference(
                site.line.reference, to: commit, expecting: previous, reason: reason, keepsLog: true, by: try site.person())
        } catch {
            guard error.kind == .referenceChanged else { throw error }
            throw site.raced(try site.current())
        }
    }

    /// Makes the newest release live, in the warehouse too. What is done already is done again, to no effect.
    /// - Parameters:
    ///   - isLaidOut: its folder is there, just made.
    ///   - hasViews: nil where that has to be looked for.
    ///   - leavingBlocked: views that cannot be made keep nobody from the others.
    func makeLive(isLaidOut: Bool = false, hasViews: Bool? = nil, leavingBlocked: Bool = false) async throws -> Release {
        guard let release = try site.current() else { throw DeliveryError(.damaged, "there is no release at \(site.line.reference)") }
        try FileSystem.createDirectory(site.root)
        if !isLaidOut { try site.live.publish(release.folderName, try files(of: release.tree), isStaged: false) }
        try site.live.switchTo(release.folderName)
        try site.live.prune(keeping: Self.keptReleases, inUse: try inUse())
        if let warehouse = site.warehouse, try concernsWarehouse(release, known: hasViews) {
            try DeploymentJournal(
                step: .applying, environment: site.line.environment, number: release.number, name: release.folderName, previous: release.previous,
                commit: release.commit, began: site.clock.now()
            ).write(site.root)
            // Views of the tables as they will be: once those are there.
            if try RestorationJournal.read(site.root) != nil { return release }
            do {
                try await warehouse.apply(release, leavingBlocked: leavingBlocked)
            } catch {
                let failure = error as? ConnectorError
                throw UnappliedViews(release: release, reason: failure?.message ?? "\(error)", help: failure?.help)
            }
        }
        try finish()
        return release
    }

    /// Removes what a deployment that came to nothing has left.
    func undo(_ name: String) throws {
        // Somebody else may have made the same release meanwhile.
        if try site.current()?.folderName != name, try site.live.current() != name { try site.live.remove(name) }
        try finish()
    }

    /// Removes what only an unfinished deployment needs.
    func finish() throws(SystemError) {
        try site.live.removeStaged()
        try DeploymentJournal.remove(site.root)
    }

    /// Of the project's folder: what lies above it in the repository is no part of a release.
    func files(of tree: GitObjectID) throws -> GitFileTree {
        GitFileTree(tree, in: site.line.project, objects: try site.repository().objects)
    }

    // MARK: Who else is there

    func lock() throws -> FileLock {
        do throws(FileLockError) {
            return try FileLock.acquire(site.lockPath, purpose: "a deployment to \(site.line.environment)", at: site.clock.now())
        } catch {
            guard case .held(_, let owner) = error else { throw error }
            let who = owner.map { " by \($0.words)" } ?? ""
            throw DeliveryError(
                .raced, "environment \"\(site.line.environment)\" is being deployed already\(who)", help: "wait for it, and look at what it brought: pipectl status")
        }
    }

    private func requireUnchanged(_ previous: Release?) throws {
        let current = try site.current()
        guard current?.commit != previous?.commit else { return }
        throw site.raced(current)
    }

    private static func held(_ hold: Hold, _ environment: String) -> DeliveryError {
        DeliveryError(
            .refused, "environment \"\(environment)\" is held \(hold.words)", help: "where that is over: pipectl release-hold --env \(environment)")
    }
}
