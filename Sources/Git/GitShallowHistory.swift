/// History in a shallow clone, which the library does not know to end: some commits have parents that are not there. Where they are there,
/// as a later fetch may bring them, they are followed, whatever the clone has noted of its ends.
struct GitShallowHistory: ~Copyable {
    private let objects: GitObjects

    init(_ repository: borrowing GitRepository) { objects = repository.objects }

    private struct Ancestors {
        /// With the parents that are there.
        var commits: [GitObjectID: [GitObjectID]] = [:]
        /// Those with parents that are not.
        var ends: Set<GitObjectID> = []
    }

    private func ancestors(of commit: GitObjectID) throws(GitError) -> Ancestors {
        var found = Ancestors()
        var pending = [commit]
        while let id = pending.popLast() {
            if found.commits[id] != nil { continue }
            let commit = try objects.commit(id)
            var parents: [GitObjectID] = []
            for parent in commit.parents where try objects.holds(parent) { parents.append(parent) }
            if parents.count < commit.parents.count { found.ends.insert(id) }
            found.commits[id] = parents
            pending += parents
        }
        return found
    }

    func isAncestor(_ commit: GitObjectID, of other: GitObjectID) throws(GitError) -> Bool {
        let found = try ancestors(of: other)
        if found.commits[commit] != nil { return true }
        guard found.ends.isEmpty else { throw tooShort(commit, other) }
        return false
    }

    /// Commits that only one of two has, where the clone goes back far enough to tell.
    func counts(_ one: GitObjectID, _ other: GitObjectID) throws(GitError) -> (ahead: Int, behind: Int) {
        let (a, b) = (try ancestors(of: one), try ancestors(of: other))
        // An end that only one of them has may hide what the other has, too.
        guard a.ends == b.ends else { throw tooShort(one, other) }
        return (a.commits.keys.count { b.commits[$0] == nil }, b.commits.keys.count { a.commits[$0] == nil })
    }

    /// The best common ancestor: one that is no ancestor of another common one. nil where there is none.
    func base(_ one: GitObjectID, _ other: GitObjectID) throws(GitError) -> GitObjectID? {
        let (a, b) = (try ancestors(of: one), try ancestors(of: other))
        let common = a.commits.filter { b.commits[$0.key] != nil }
        guard !common.isEmpty else {
            if !a.ends.isEmpty || !b.ends.isEmpty { throw tooShort(one, other) }
            return nil
        }
        let inner = Set(common.values.joined())
        return common.keys.filter { !inner.contains($0) }.min()
    }

    private func tooShort(_ one: GitObjectID, _ other: GitObjectID) -> GitError {
        GitError(.incomplete, "this clone does not go back to where \(one.short) and \(other.short) part: it is shallow", help: GitRepository.shallowHelp)
    }
}
