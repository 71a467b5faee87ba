package import Git
internal import Support

/// The merge that a promotion is: made for it, and made again by whoever wants to know whether a commit is one.
package struct PromotionMerge: Sendable, Hashable {
    /// The commit of the branch that is promoted to.
    package let target: GitObjectID
    /// The commit that is promoted.
    package let source: GitObjectID
    /// Of the project, from the top of the repository.
    package let project: String
    /// Files, by paths from the project's folder; nil: all.
    package let picked: [String]?

    package init(target: GitObjectID, source: GitObjectID, project: String, picked: [String]?) {
        self.target = target
        self.source = source
        self.project = project
        self.picked = picked
    }

    package func make(in batch: inout GitObjectBatch) throws(GitError) -> GitMerge {
        guard let picked else { return try batch.merge(target, source) }
        return try batch.merge(target, source, taking: picked.map { FileSystem.join(project, $0) })
    }

    /// A pick is no merge for git: what is left out is promoted by a later one.
    package var parents: [GitObjectID] { picked == nil ? [target, source] : [target] }

    /// What a commit claims to be.
    /// - Returns: nil where it claims nothing, or has not the parents of one.
    package init?(_ commit: GitCommit, _ record: PromotionRecord) {
        guard let target = commit.parents.first else { return nil }
        self.init(target: target, source: record.commit, project: record.project, picked: record.picked.isEmpty ? nil : record.picked)
        guard commit.parents == parents else { return nil }
    }
}

extension GitRepository {
    /// Why a commit is not what `promote` makes; nil where it is. All that is asked is in git: parents, trailers, and files that are those which
    /// the merge has when it is made again. Who wrote it is not asked: another program that does the same has promoted, too.
    package func problemWithPromotion(_ commit: GitCommit) throws -> String? {
        guard let record = PromotionRecord(commit) else { return "it has not the trailers of a promotion" }
        guard let merge = PromotionMerge(commit, record) else { return "its parents are not those of a promotion of \(record.commit.short)" }
        guard try objects.holds(record.commit) else { return "commit \(record.commit.short), which it promotes, is not in this clone" }
        var batch = try batch()
        guard case .clean(let tree) = try merge.make(in: &batch) else { return "what it promotes cannot be merged without conflicts: its files were made by hand" }
        return tree == commit.tree ? nil : "its files are not those that the promotion of \(record.commit.short) gives: they were changed by hand"
    }
}
