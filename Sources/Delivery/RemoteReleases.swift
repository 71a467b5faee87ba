internal import Git

/// The releases of an environment in another repository, which all that deploy to it share.
struct RemoteReleases: Sendable {
    let site: DeliverySite
    let remote: String

    private var reference: String { site.line.reference }
    /// What was last seen there.
    private var tracking: String { "refs/pipectl-remotes/\(remote)/" + reference.dropFirst("refs/pipectl/".count) }

    private func connection() throws(GitError) -> GitConnection { try site.repository().connection(variables: site.variables) }

    /// What the reference is there.
    func current() async throws(GitError) -> GitObjectID? {
        do {
            return try await connection().references(of: remote, matching: [reference])[reference]
        } catch {
            guard error.kind == .remote, error.help == nil else { throw error }
            throw GitError(.remote, error.message, help: "the releases of \(site.line.environment) are kept there, as `remote` in the environment's file says")
        }
    }

    /// Takes over releases that others made. Returns what the reference is there, for a push.
    func fetch() async throws -> GitObjectID? {
        guard let theirs = try await current() else { return nil }
        let ours = try site.repository().object(ofReference: reference)
        if ours == theirs { return theirs }
        try await connection().fetch(remote, ["+\(reference):\(tracking)"])
        let repository = try site.repository()
        // As fetched: it may have moved since it was listed.
        guard let fetched = try repository.object(ofReference: tracking) else { return theirs }
        if let ours {
            if try repository.isAncestor(fetched, of: ours) { return fetched }
            guard try repository.isAncestor(ours, of: fetched) else {
                throw DeliveryError(
                    .damaged, "releases of \(site.line.environment) were made here and in \(remote) that do not know of each other",
                    help: "look at both: git log \(reference) \(tracking); then keep one: git update-ref \(reference) \(tracking)")
            }
        }
        try repository.updateReference(
            reference, to: fetched, expecting: ours, reason: "pipectl: releases from \(remote)", keepsLog: true, by: try site.person())
        return fetched
    }

    func push(_ commit: GitObjectID, expecting expected: GitObjectID?) async throws(GitError) {
        try await connection().push([GitPushUpdate(reference, to: commit, expecting: expected)], to: remote)
    }
}
