internal import Support

/// History in a shallow clone, which the library does not know to end: commits in the file `shallow` have parents that are not there.
struct GitShallowHistory: ~Copyable {
    private let objects: GitObjects
    private let ends: Set<GitObjectID>

    init(_ repository: borrowing GitRepository) throws(GitError) {
        objects = repository.objects
        let path = repository.commonFolder + "shallow"
        do {
            let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
            ends = Set(text.split(separator: "\n").compactMap { GitObjectID(String($0)) })
        } catch {
            throw GitError(.damaged, "cannot read \(path): \(error.reason)")
        }
    }

    private struct Ancestors {
        var commits: [GitObjectID: [GitObjectID]] = [:]
        /// Ends of the clone among them, that is, commits whose parents are not known.
        var isCut = false
    }

    private func ancestors(of commit: GitObjectID) throws(GitError) -> Ancestors {
        var found = Ancestors()
        var pending = [commit]
        while let id = pending.popLast() {
            if found.commits[id] != nil { continue }
            let commit = try objects.commit(id)
            let parents = ends.contains(id) ? [] : commit.parents
            if parents.isEmpty, !commit.parents.isEmpty { found.isCut = true }
            found.commits[id] = parents
            pending += parents
        }
        return found
    }

    func isAncestor(_ commit: GitObjectID, of other: GitObjectID) throws(GitError) -> Bool {
        let found = try ancestors(of: other)
        if found.commits[commit] != nil { return true }
        if found.isCut { throw tooShort(commit, other) }
        return false
    }

    /// Commits that only one of two has, where the clone goes back far enough to tell.
    func counts(_ one: GitObjectID, _ other: GitObjectID) throws(GitError) -> (ahead: Int, behind: Int) {
        let (a, b) = (try ancestors(of: one), try ancestors(of: other))
        let ahead = a.commits.keys.filter { b.commits[$0] == nil }
        let behind = b.commits.keys.filter { a.commits[$0] == nil }
        // An end that only one of them has may hide what the other has, too.
        if (ahead + behind).contains(where: { ends.contains($0) }) { throw tooShort(one, other) }
        return (ahead.count, behind.count)
    }

    /// The best common ancestor: one that is no ancestor of another common one. nil where there is none.
    func base(_ one: GitObjectID, _ other: GitObjectID) throws(GitError) -> GitObjectID? {
        let (a, b) = (try ancestors(of: one), try ancestors(of: other))
        let common = a.commits.filter { b.commits[$0.key] != nil }
        guard !common.isEmpty else {
            if a.isCut || b.isCut { throw tooShort(one, other) }
            return nil
        }
        let inner = Set(common.values.joined())
        return common.keys.filter { !inner.contains($0) }.min()
    }

    private func tooShort(_ one: GitObjectID, _ other: GitObjectID) -> GitError {
        GitError(.incomplete, "this clone does not go back to where \(one.short) and \(other.short) part: it is shallow", help: GitRepository.shallowHelp)
    }
}
