package import Git
package import Support

/// The branch that is promoted to, as this repository and the shared one have it.
package struct PromotionBranch: Sendable, Hashable {
    package let name: String
    /// What it is here; nil where only the shared repository has it.
    package let own: GitObjectID?
    /// What it is in the shared repository; nil where there is none, or it has no such branch.
    package let shared: GitObjectID?
    /// What a promotion begins with.
    package let tip: GitObjectID

    package var reference: String { "refs/heads/" + name }
}

/// Moves the branch of an environment to the commit of a promotion: once its objects are there, by one change of a reference.
package struct PromotionMove: Sendable {
    let site: DeliverySite

    package init(_ site: DeliverySite) { self.site = site }

    // MARK: What is where

    /// A branch of the shared repository as it is now. What is fetched stays under `refs/remotes`.
    package static func fetch(_ branch: String, from remote: String, in site: DeliverySite) async throws -> GitObjectID? {
        let connection = try site.repository().connection(variables: site.variables)
        let reference = "refs/heads/" + branch
        guard let theirs = try await connection.references(of: remote, matching: [reference])[reference] else { return nil }
        let tracking = "refs/remotes/\(remote)/\(branch)"
        if try site.repository().object(ofReference: tracking) != theirs { try await connection.fetch(remote, ["+\(reference):\(tracking)"]) }
        // As fetched: it may have moved since it was listed.
        return try site.repository().object(ofReference: tracking) ?? theirs
    }

    /// Tags of the shared repository, beside those of this one.
    package func fetchTags() async throws -> [String] {
        guard let remote = site.remote else { return ["refs/tags/"] }
        let prefix = "refs/pipectl-remotes/\(remote)/tags/"
        try await site.repository().connection(variables: site.variables).fetch(remote, ["+refs/tags/*:\(prefix)*"])
        return ["refs/tags/", prefix]
    }

    /// The branch to promote to.
    /// - Throws: kind `refused` where this repository has commits on it that the shared one has not.
    package func target(_ branch: String) async throws -> PromotionBranch {
        var shared: GitObjectID?
        if let remote = site.remote { shared = try await Self.fetch(branch, from: remote, in: site) }
        let repository = try site.repository()
        let own = try repository.object(ofReference: "refs/heads/" + branch)
        guard let remote = site.remote else {
            guard let own else { throw Self.noBranch(branch, site.line.environment) }
            return PromotionBranch(name: branch, own: own, shared: nil, tip: own)
        }
        guard let shared else {
            throw DeliveryError(
                .refused, "\(remote) has no branch \(branch), which environment \"\(site.line.environment)\" is deployed from",
                help: "push it first: git push \(remote) \(ShellWord.quoted(branch))")
        }
        if let own, try !repository.isAncestor(own, of: shared) {
            let isAhead = try repository.isAncestor(shared, of: own)
            throw DeliveryError(
                .refused,
                isAhead
                    ? "branch \(branch) has commits here that \(remote) does not have" : "branch \(branch) here and in \(remote) have gone different ways",
                help: "see what they are: git log \(ShellWord.quoted("\(remote)/\(branch)..\(branch)")); then push them, or take them off the branch")
        }
        return PromotionBranch(name: branch, own: own, shared: shared, tip: shared)
    }

    /// The commit that is promoted: the branch of the other environment, here or in the shared repository, wherever it is further.
    package func source(_ branch: String, of environment: String, remote: String?) async throws -> GitObjectID {
        var shared: GitObjectID?
        if let remote { shared = try await Self.fetch(branch, from: remote, in: site) }
        let repository = try site.repository()
        let own = try repository.object(ofReference: "refs/heads/" + branch)
        // A clone in CI has the branches of others only as it fetched them.
        if shared == nil, own == nil { shared = try repository.object(ofReference: "refs/remotes/origin/" + branch) }
        switch (own, shared) {
        case (nil, nil): throw Self.noBranch(branch, environment)
        case (let own?, let shared?):
            if try repository.isAncestor(shared, of: own) { return own }
            if try repository.isAncestor(own, of: shared) { return shared }
            throw DeliveryError(
                .refused, "branch \(branch) here and in \(remote ?? "") have gone different ways", help: "bring them together first: git pull, on branch \(branch)")
        case (let one?, nil), (nil, let one?): return one
        }
    }

    private static func noBranch(_ branch: String, _ environment: String) -> DeliveryError {
        DeliveryError(
            .refused, "there is no branch \(branch), which environment \"\(environment)\" is deployed from",
            help: "make it: git branch \(ShellWord.quoted(branch)) COMMIT; or fetch it")
    }

    // MARK: One at a time

    /// Keeps other promotions to the environment away from here, and mends what a killed one left.
    package func lock() throws -> FileLock {
        let lock: FileLock
        do throws(FileLockError) {
            lock = try FileLock.acquire(FileSystem.join(site.root, "locks/promote.lock"), purpose: "a promotion to \(site.line.environment)", at: site.clock.now())
        } catch {
            guard case .held(_, let owner) = error else { throw error }
            let who = owner.map { " by \($0.words)" } ?? ""
            throw DeliveryError(.raced, "something is being promoted to \"\(site.line.environment)\" already\(who)", help: "wait for it, and look at what it brought")
        }
        if FileSystem.exists(markPath) {
            // Whoever wrote it is no more, and may have been killed with its hand on the reference.
            let reference = String(decoding: try FileSystem.read(markPath, limit: 4096), as: UTF8.self).split(separator: "\n").first.map(String.init)
            if let reference, reference.hasPrefix("refs/heads/"), !reference.contains("..") { try site.repository().removeAbandonedLock(of: reference) }
            try FileSystem.removeFile(markPath)
        }
        return lock
    }

    /// Names the reference that is about to move.
    private var markPath: String { FileSystem.join(site.root, "promote.under-way") }

    // MARK: Moving

    /// Where a working tree stands on the branch, its files would all look changed.
    package func requireNotCheckedOut(_ branch: PromotionBranch, source: String) throws {
        guard try site.repository().isCheckedOut(branch.reference) else { return }
        throw DeliveryError(
            .refused, "branch \(branch.name) is checked out, and a promotion moves it without touching files",
            help: "stand on another one there: git switch \(ShellWord.quoted(source)), or git switch --detach (git worktree list tells where)")
    }

    /// - Parameter commit: written, with the branch's tip as its first parent.
    package func move(_ branch: PromotionBranch, to commit: GitObjectID, reason: String) async throws {
        try FileSystem.createDirectory(site.root)
        try FileSystem.writeAtomically(Array((branch.reference + "\n").utf8), to: markPath)
        do {
            if let remote = site.remote {
                // First: where it says no, nothing has to be taken back; where this ends here, the next one takes the branch over.
                try await push(branch, commit, remote)
            }
            if branch.own != nil || site.remote == nil {
                try site.repository().updateReference(branch.reference, to: commit, expecting: branch.own, reason: reason, by: try site.person())
            }
        } catch {
            try FileSystem.removeFile(markPath)
            if let error = error as? GitError, error.kind == .referenceChanged {
                throw DeliveryError(.raced, "branch \(branch.name) was moved by somebody else in the meantime", help: "look at what is there now, and promote again")
            }
            throw error
        }
        try FileSystem.removeFile(markPath)
    }

    private func push(_ branch: PromotionBranch, _ commit: GitObjectID, _ remote: String) async throws {
        do throws(GitError) {
            try await site.repository().connection(variables: site.variables)
                .push([GitPushUpdate(branch.reference, to: commit, expecting: branch.shared)], to: remote)
        } catch {
            guard error.isLostRace else { throw error }
            throw DeliveryError(
                .raced, "branch \(branch.name) was moved in \(remote) by somebody else in the meantime", help: "look at what is there now, and promote again")
        }
    }

    /// Takes over what the shared branch has, where this one is behind it.
    package func catchUp(_ branch: PromotionBranch) throws {
        guard let own = branch.own, own != branch.tip, try !site.repository().isCheckedOut(branch.reference) else { return }
        try site.repository().updateReference(branch.reference, to: branch.tip, expecting: own, reason: "pipectl: fetched", by: try site.person())
    }
}
