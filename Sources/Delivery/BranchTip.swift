package import AssetLoading
package import Git
internal import Support

/// Where the branch stands that deploys to an environment, as this clone knows it.
package struct BranchTip: Sendable {
    /// `main`.
    package let name: String
    package let commit: GitObjectID
    /// The project's files there.
    package let tree: GitTree

    /// The branch here, or as the remote had it when it was last fetched; nil where neither is known.
    package static func find(_ name: String?, at site: DeliverySite) throws -> BranchTip? {
        guard let name else { return nil }
        let repository = try site.repository()
        let places = ["refs/heads/" + name, "refs/remotes/\(site.remote ?? "origin")/" + name]
        for place in places {
            guard let commit = try repository.object(ofReference: place) else { continue }
            return BranchTip(name: name, commit: commit, tree: GitTree(try repository.files(of: commit, in: site.line.project)))
        }
        return nil
    }
}
