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
            throw GitError(.noCommit, "the git repository \(place) has no commit yet", help: "commit something first")
        }
        return try commit(named: "HEAD")
    }

    /// Where the histories of two commits part.
    package func mergeBase(of one: GitObjectID, and other: GitObjectID) throws(GitError) -> GitObjectID {
        let unrelated = GitError(.unrelated, "commits \(one.short) and \(other.short) have no common ancestor here")
        if isShallow {
            guard let base = try GitShallowHistory(self).base(one, other) else { throw unrelated }
            return base
        }
        var (base, a, b) = (git_oid(), one.oid, other.oid)
        let code = library.functions.merge_base(&base, handle.pointer, &a, &b)
        if Int(code) == GIT_ENOTFOUND { throw unrelated }
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
        // `HEAD~3`: the name, and the way from it.
        let name = String(text.prefix { $0 != "~" && $0 != "^" && $0 != "@" })
        if !name.isEmpty, name != text, (try? commit(named: name)) != nil {
            return GitError(
                .unknownRevision, "there is no commit \"\(text)\": the history of \"\(name)\" does not go back that far",
                help: isShallow ? Self.shallowHelp : nil)
        }
        return GitError(.unknownRevision, "there is no branch, tag or commit \"\(text)\"", help: help(forUnknown: name.isEmpty ? text : name))
    }

    private func help(forUnknown name: String) -> String {
        // Without names there is nothing to suggest, and the error itself is told all the same.
        let names = (try? referenceNames()) ?? []
        if let near = names.first(where: { $0.hasSuffix("/" + name) }) ?? Suggestion.nearest(to: name, in: names) { return "did you mean \"\(near)\"?" }
        if isShallow, (7...40).contains(name.utf8.count), name.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) { return Self.shallowHelp }
        // A clone of one branch keeps no others unless it is told where.
        let branch = name.hasPrefix("origin/") ? String(name.dropFirst("origin/".count)) : nil
        return "if it is on the server: git fetch origin "
            + ShellWord.quoted(branch.map { "\($0):refs/remotes/origin/\($0)" } ?? name)
            + (isShallow ? "; " + Self.shallowHelp : "")
    }

    /// It knows the last commits only.
    package var isShallow: Bool { library.functions.repository_is_shallow(handle.pointer) == 1 }

    static let shallowHelp =
        "this clone is shallow: get the whole history (`git fetch --unshallow`; `fetch-depth: 0` in GitHub Actions, `fetchDepth: 0` in Azure Pipelines)"
}
