package import Assets
package import Git
internal import Support

/// The commits that a promotion brings, and what is said of them.
package struct PromotedCommits: Sendable {
    /// Newest first.
    package let all: [GitCommit]
    /// Those that change something by themselves: no clean merges, nothing empty.
    let content: [GitCommit]

    /// Of the commit that is promoted, which a tag on it is about.
    private let ofSource: Set<GitObjectID>

    /// - Parameters:
    ///   - merge: with picked files only commits that changed any of them.
    ///   - base: what is known to be in order; nil: the commit of the branch that is promoted to. What the branch has above it counts in full.
    package init(_ merge: PromotionMerge, since base: GitObjectID? = nil, in repository: borrowing GitRepository) throws {
        let base = base ?? merge.target
        let own = try repository.commits(of: merge.target, notOf: base)
        let onBranch = Set(own.map(\.id))
        let source = try repository.commits(of: merge.source, notOf: base)
        let ofSource = Set(source.map(\.id))
        let all = source.filter { !onBranch.contains($0.id) } + own
        let picked = try merge.picked.map { try Self.names(of: $0.map { FileSystem.join(merge.project, $0) }, in: source, repository) }
        self.ofSource = ofSource
        self.all = all
        content = try all.filter { commit in
            guard try Self.changes(commit, repository) else { return false }
            // On the branch there may be promotions of other projects; of the rest all is looked at, whatever is picked.
            if onBranch.contains(commit.id), !ofSource.contains(commit.id) {
                return try merge.project.isEmpty || Self.touches(commit, [merge.project], repository)
            }
            guard let picked, !onBranch.contains(commit.id) else { return true }
            return try Self.touches(commit, picked, repository)
        }
    }

    /// Paths under which files may have been on their way: who changes a file while it has another name changes it, too. What goes in the commit
    /// in which a file comes is taken for its former name, however much it was changed with it.
    private static func names(of paths: [String], in commits: [GitCommit], _ repository: borrowing GitRepository) throws -> [String] {
        var known = Set(paths.map { ExactText($0) })
        var moves: [(gone: [ExactText], new: [ExactText])] = []
        for commit in commits {
            let files = try repository.files(of: commit.id)
            for parent in commit.parents {
                let changes = try repository.files(of: parent).changes(to: files)
                let gone = changes.compactMap { $0.new == nil ? $0.path : $0.renamedFrom }
                if !gone.isEmpty { moves.append((gone.map { ExactText($0) }, changes.filter { $0.old == nil || $0.renamedFrom != nil }.map { ExactText($0.path) })) }
            }
        }
        var count = 0
        while known.count != count {
            count = known.count
            for move in moves where move.new.contains(where: known.contains) { known.formUnion(move.gone) }
        }
        return known.sorted().map(\.text)
    }

    private static func changes(_ commit: GitCommit, _ repository: borrowing GitRepository) throws -> Bool {
        switch commit.parents.count {
        case 0: return true
        case 1: return try repository.commit(commit.parents[0]).tree != commit.tree
        case 2:
            var batch = try repository.batch()
            return try batch.merge(commit.parents[0], commit.parents[1]) != .clean(tree: commit.tree)
        default: return true
        }
    }

    private static func touches(_ commit: GitCommit, _ paths: [String], _ repository: borrowing GitRepository) throws -> Bool {
        let files = try repository.files(of: commit.id)
        let earlier = try commit.parents.map { parent throws(GitError) in try repository.files(of: parent) }
        for path in paths {
            let file = try files.file(at: path)
            var isNew = earlier.isEmpty ? file != nil : true
            for tree in earlier where try tree.file(at: path) == file { isNew = false }
            if isNew { return true }
        }
        return false
    }

    // MARK: Trailers

    /// `Approved-by` and `Reviewed-by`. On a commit that changes something they are about that commit; on a clean merge about all that it
    /// brought in; on an empty commit about all before it.
    package func approvals() -> [PromotionApproval] {
        let byID = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let changing = Set(content.map(\.id))
        func reach(_ start: [GitObjectID], without: Set<GitObjectID> = []) -> Set<GitObjectID> {
            var found: Set<GitObjectID> = []
            var pending = start
            while let id = pending.popLast() {
                guard let commit = byID[id], !without.contains(id), found.insert(id).inserted else { continue }
                pending += commit.parents
            }
            return found
        }
        return all.flatMap { commit -> [PromotionApproval] in
            let said = commit.trailers.filter { ["approved-by", "reviewed-by"].contains($0.key.lowercased()) }
            guard !said.isEmpty else { return [] }
            var covered: Set = [commit.id]
            if !changing.contains(commit.id) {
                covered = commit.parents.count > 1 ? reach(Array(commit.parents.dropFirst()), without: reach([commit.parents[0]])) : reach(commit.parents)
            }
            return said.compactMap { trailer in
                let mail = GitPerson(parsing: trailer.value).mail
                return mail.isEmpty ? nil : PromotionApproval(label: "\(trailer.value) (\(trailer.key) in \(commit.id.short))", identities: [mail], commits: covered)
            }
        }
    }

    // MARK: Signed tags

    /// Signed tags on the commit that is promoted, which are about all of it.
    /// - Returns: approvals, and why other signatures are none.
    package func approvals(byTagsOn source: GitObjectID, below prefixes: [String], site: DeliverySite) async throws -> (approvals: [PromotionApproval], refused: [String]) {
        var tags: [GitTag] = []
        var connection: GitConnection
        do {
            let repository = try site.repository()
            connection = repository.connection(variables: site.variables)
            for prefix in prefixes { tags += try repository.tags(of: source, below: prefix).compactMap(\.tag) }
        }
        var (approvals, refused): ([PromotionApproval], [String]) = ([], [])
        var seen: Set<GitObjectID> = []
        for tag in tags where tag.target == source && seen.insert(tag.id).inserted {
            guard tag.signature != nil else { continue }
            let check = try await connection.verify(tag: tag.id)
            if check.isGood {
                approvals.append(
                    PromotionApproval(label: "\(check.signer ?? check.identities[0]) (tag \(tag.name))", identities: check.identities, commits: ofSource))
            } else {
                refused.append("the signature of tag \(tag.name) does not count: \(check.reason ?? "")")
            }
        }
        return (approvals, refused)
    }

    // MARK: Judging

    /// Whether every commit that changes something has been approved by enough people who are not its authors.
    package func judge(_ approvals: [PromotionApproval], _ wanted: Environment.Approvals, refused: [String] = []) -> PromotionGate {
        let counting = approvals.filter { $0.isOne(of: wanted.by) }
        var (missing, used): ([String], Set<String>) = ([], [])
        for commit in content {
            let authors = Set(Self.authors(of: commit).map(PromotionApproval.key))
            let own = counting.filter { $0.commits.contains(commit.id) && !$0.identities.contains { authors.contains(PromotionApproval.key($0)) } }
            let people = Set(own.map { PromotionApproval.key($0.identities[0]) })
            used.formUnion(own.map(\.label))
            if people.count >= wanted.count { continue }
            missing.append("commit \(commit.id.short) \"\(commit.subject)\" by \(commit.author.name) has \(people.count) of \(wanted.count) approval\(wanted.count == 1 ? "" : "s")")
        }
        let whom = wanted.by.isEmpty ? "somebody who is not its author" : wanted.by.joined(separator: " or ")
        let help =
            wanted.form == .trailer
            ? "a trailer Approved-by: NAME <MAIL> of \(whom), on the commit, or on a merge or an empty commit after it"
            : "a signed tag on the commit that is promoted, by \(whom): git tag -s"
        guard missing.isEmpty else {
            let shown = missing.prefix(10) + (missing.count > 10 ? ["and \(missing.count - 10) more"] : [])
            return PromotionGate(Environment.Promotion.Requirement.approved.rawValue, isPassed: false, shown + refused, help: help)
        }
        return PromotionGate(Environment.Promotion.Requirement.approved.rawValue, isPassed: true, used.sorted())
    }

    private static func authors(of commit: GitCommit) -> [String] {
        [commit.author.mail] + commit.trailers("Co-authored-by").map { GitPerson(parsing: $0).mail }
    }
}
