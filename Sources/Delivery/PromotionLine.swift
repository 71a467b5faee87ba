package import Git

/// What lies on a protected branch, from first parent to first parent, above what was released: promotions that no release has yet, and what
/// was put there by hand.
package struct PromotionLine: Sendable {
    /// A commit that is the promotion which its trailers name.
    package struct Entry: Sendable {
        package let commit: GitCommit
        package let record: PromotionRecord
        package let merge: PromotionMerge

        /// nil for a commit that claims nothing, or has not the parents of a promotion.
        package init?(_ commit: GitCommit) {
            guard let record = PromotionRecord(commit), let merge = PromotionMerge(commit, record) else { return nil }
            self.commit = commit
            self.record = record
            self.merge = merge
        }
    }

    /// Where it begins.
    package let target: GitObjectID
    /// The source of the current release; nil where there is none yet, or its commit is not in this clone.
    package let released: GitObjectID?
    /// Of this project, newest first.
    package fileprivate(set) var promotions: [Entry] = []
    /// By hand, and in nothing that is promoted now or was released.
    package fileprivate(set) var foreign: [GitCommit] = []

    /// What the next promotion is measured by: the newest commit that came there in order. What lies above it is looked at like all else that
    /// is promoted, or a change that was put on the branch by hand would come in with the next promotion, seen by nobody.
    package var base: GitObjectID { promotions.first?.commit.id ?? released ?? target }

    /// Each promotion with what it is measured by, newest first.
    package var measured: [(entry: Entry, base: GitObjectID)] {
        promotions.indices.map { index in
            let below = promotions.dropFirst(index + 1).first?.commit.id
            return (promotions[index], below ?? released ?? promotions[index].merge.target)
        }
    }
}

extension GitRepository {
    /// - Parameters:
    ///   - target: the commit of the branch that is promoted to.
    ///   - source: what is promoted now.
    ///   - project: from the top of the repository; promotions of others say nothing of this one.
    package func promotionLine(below target: GitObjectID, besides source: GitObjectID, project: String, released: GitObjectID?) throws -> PromotionLine {
        var line = PromotionLine(target: target, released: released)
        var next: GitObjectID? = target
        var isShared = false
        while let id = next {
            if let released, try isAncestor(id, of: released) { break }
            let commit = try commit(id)
            if let entry = PromotionLine.Entry(commit), try problemWithPromotion(commit) == nil {
                if entry.record.project == project { line.promotions.append(entry) }
            } else {
                if !isShared { isShared = try isAncestor(id, of: source) }
                if isShared {
                    // What was there before the first release.
                    if released == nil { break }
                } else {
                    line.foreign.append(commit)
                    // What else they brought is the same mistake.
                    if line.foreign.count == 20 { break }
                }
            }
            next = commit.parents.first
        }
        return line
    }

    /// A commit is one that a branch has had at its end before, or has.
    package func isFirstParent(_ commit: GitObjectID, of tip: GitObjectID) throws(GitError) -> Bool {
        guard try isAncestor(commit, of: tip) else { return false }
        var isFound = false
        try firstParents(from: tip) { (next) throws(GitError) in
            isFound = next.id == commit
            return !isFound
        }
        return isFound
    }
}
