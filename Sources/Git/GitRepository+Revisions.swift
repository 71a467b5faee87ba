internal import CGit2
internal import Support

extension GitRepository {
    /// The commit that a text names, as git reads it: a branch, `origin/main`, a tag, `HEAD~2`, a commit's id or its beginning.
    package func commit(named text: String) throws(GitError) -> GitObjectID {
        let functions = library.functions
        let object = try GitHandle(
            free: functions.object_free, failure: { (code) throws(GitError) in throw unknown(text, code) },
            { functions.revparse_single(&$0, handle.pointer, text) })
        let commit = try GitHandle(
            free: functions.object_free,
            failure: { (_) throws(GitError) in
                throw GitError(.unknownRevision, "\"\(text)\" names something that is no commit", help: "name a branch, a tag or a commit")
            }, { functions.object_peel(&$0, object.pointer, Int32(GIT_OBJECT_COMMIT)) })
        guard let id = functions.object_id(commit.pointer) else { throw library.error("cannot read \"\(text)\"") }
        return GitObjectID(id.pointee)
    }

    /// The commit that the working tree stands on.
    package func head() throws(GitError) -> GitObjectID {
        guard library.functions.repository_head_unborn(handle.pointer) == 0 else {
            throw GitError(.noCommit, "the git repository \(workingTree) has no commit yet", help: "commit something first")
        }
        return try commit(named: "HEAD")
    }

    /// Where the histories of two commits part.
    package func mergeBase(of one: GitObjectID, and other: GitObjectID) throws(GitError) -> GitObjectID {
        var (base, a, b) = (git_oid(), one.oid, other.oid)
        let code = library.functions.merge_base(&base, handle.pointer, &a, &b)
        if Int(code) == GIT_ENOTFOUND {
            throw GitError(
                .unrelated, "commits \(one.short) and \(other.short) have no common ancestor here",
                help: "a shallow clone knows too little: fetch the whole history (`git fetch --unshallow`; `fetch-depth: 0` in GitHub Actions)")
        }
        guard code == GIT_OK else { throw library.error("cannot compare commits \(one.short) and \(other.short)") }
        return GitObjectID(base)
    }

    /// Names of branches and tags, without `refs/heads/` and the like, sorted.
    package func referenceNames() throws(GitError) -> [String] {
        var list = git_strarray()
        guard library.functions.reference_list(&list, handle.pointer) == GIT_OK else { throw library.error("cannot list branches and tags") }
        defer { library.functions.strarray_dispose(&list) }
        var names: [String] = []
        for index in 0..<list.count {
            guard let name = list.strings[index].map({ String(cString: $0) }) else { continue }
            for prefix in ["refs/heads/", "refs/tags/", "refs/remotes/"] where name.hasPrefix(prefix) {
                names.append(String(name.dropFirst(prefix.count)))
            }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func unknown(_ text: String, _ code: Int32) -> GitError {
        switch Int(code) {
        case GIT_EAMBIGUOUS: return GitError(.unknownRevision, "\"\(text)\" is the beginning of several commits", help: "write more of it")
        case GIT_EINVALIDSPEC: return GitError(.unknownRevision, "\"\(text)\" is no name of a commit", help: "name a branch, a tag or a commit")
        case GIT_ENOTFOUND: break
        default: return library.error("cannot find \"\(text)\"", .unknownRevision)
        }
        // Without names there is nothing to suggest, and the error itself is told all the same.
        let names = (try? referenceNames()) ?? []
        let near = names.first { $0.hasSuffix("/" + text) } ?? Suggestion.nearest(to: text, in: names)
        return GitError(
            .unknownRevision, "there is no branch, tag or commit \"\(text)\"",
            help: near.map { "did you mean \"\($0)\"?" } ?? "if it is on the server: git fetch origin \(text)")
    }
}

extension GitObjectID {
    /// As people write it.
    var short: String { String(description.prefix(10)) }
}
