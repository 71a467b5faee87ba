internal import CGit2

extension GitRepository {
    package func commit(_ id: GitObjectID) throws(GitError) -> GitCommit { try objects.commit(id) }

    /// The files of a commit, below a folder of the repository.
    package func files(of commit: GitObjectID, in folder: String = "") throws(GitError) -> GitFileTree {
        GitFileTree(try objects.commit(commit).tree, in: folder, objects: objects)
    }

    /// The annotated tag that a reference leads to; nil where it leads to something else.
    package func tag(_ name: String) throws(GitError) -> GitTag? {
        guard let id = try object(ofReference: name), try objects.header(of: id).kind == .tag else { return nil }
        return try objects.tag(id)
    }

    /// Tags on a commit: their names, and what was written on those that are annotated.
    /// - Parameter prefix: where tags are looked for: those that another repository has are kept elsewhere.
    package func tags(of commit: GitObjectID, below prefix: String = "refs/tags/") throws(GitError) -> [(name: String, tag: GitTag?)] {
        var result: [(name: String, tag: GitTag?)] = []
        for (name, id) in try references(below: prefix) where try objects.peeled(id) == commit {
            result.append((String(name.dropFirst(prefix.count)), id == commit ? nil : try objects.tag(id)))
        }
        return result
    }

    /// A commit, its first parent, the first parent of that and so on, until `visit` returns false.
    /// - Throws: kind `incomplete` where a shallow clone ends before history does.
    package func firstParents(from commit: GitObjectID, visit: (GitCommit) throws(GitError) -> Bool) throws(GitError) {
        var next: GitObjectID? = commit
        while let id = next {
            let commit = try objects.commit(id)
            guard try visit(commit) else { return }
            next = commit.parents.first
        }
    }

    /// A commit is another one, or one of its ancestors.
    package func isAncestor(_ commit: GitObjectID, of other: GitObjectID) throws(GitError) -> Bool {
        if commit == other { return true }
        if isShallow { return try GitShallowHistory(self).isAncestor(commit, of: other) }
        var (a, b) = (other.oid, commit.oid)
        let code = library.functions.graph_descendant_of(handle.pointer, &a, &b)
        guard code >= 0 else { throw try historyFailure(code, commit, other) }
        return code == 1
    }

    /// How many commits each of two has in its history that the other lacks.
    package func aheadBehind(_ commit: GitObjectID, _ other: GitObjectID) throws(GitError) -> (ahead: Int, behind: Int) {
        if isShallow { return try GitShallowHistory(self).counts(commit, other) }
        var (ahead, behind, a, b) = (0, 0, commit.oid, other.oid)
        let code = library.functions.graph_ahead_behind(&ahead, &behind, handle.pointer, &a, &b)
        guard code == GIT_OK else { throw try historyFailure(code, commit, other) }
        return (ahead, behind)
    }

    private func historyFailure(_ code: Int32, _ one: GitObjectID, _ other: GitObjectID) throws(GitError) -> GitError {
        let failure = library.error("cannot compare the commits \(one.short) and \(other.short)")
        // The message of one that is not there at all is better than that of the comparison.
        for id in [one, other] { _ = try objects.commit(id) }
        return failure
    }
}
