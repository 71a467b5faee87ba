internal import CGit2
internal import Glibc
internal import Support

extension GitRepository {
    /// Files below a folder that are not as they were where this branch left another commit's history: committed since,
    /// staged, changed, deleted, or new and not ignored. Of a renamed file both names.
    ///
    /// - Parameter folder: a folder of the working tree, absolute.
    /// - Returns: paths relative to the folder, sorted by their bytes.
    package func changedPaths(since revision: String, in folder: String) throws(GitError) -> [String] {
        let base = try mergeBase(of: try commit(named: revision), and: try head())
        let prefix = try prefix(of: folder)
        // All that either step finds: what one undoes of the other is told once too often rather than missed.
        var paths: Set<ExactText> = []
        try forEachDelta(since: base, below: prefix) { (_, delta) in
            for path in [delta.old_file.path, delta.new_file.path] {
                guard let path, let inside = Self.relative(String(cString: path), to: prefix) else { continue }
                paths.insert(ExactText(inside))
            }
        }
        return paths.sorted().map(\.text)
    }

    /// What two steps find: from a commit to the index, and from there to the files.
    func forEachDelta(
        since commit: GitObjectID, below prefix: String, _ body: (_ isStaged: Bool, git_diff_delta) throws(GitError) -> Void
    ) throws(GitError) {
        let functions = library.functions
        let tree = try tree(of: commit)
        let index = try index()
        for isStaged in [true, false] {
            let diff = try withOptions(below: prefix) { (options) throws(GitError) in
                try GitHandle(
                    free: functions.diff_free, failure: { (_) throws(GitError) in throw library.error("cannot compare the files with git's") },
                    { made in
                        isStaged
                            ? functions.diff_tree_to_index(&made, handle.pointer, tree.pointer, index.pointer, options)
                            : functions.diff_index_to_workdir(&made, handle.pointer, index.pointer, options)
                    })
            }
            for position in 0..<functions.diff_num_deltas(diff.pointer) {
                guard let delta = functions.diff_get_delta(diff.pointer, position) else { continue }
                // A sparse checkout leaves files out on purpose.
                if !isStaged, Int(delta.pointee.status) == GIT_DELTA_DELETED,
                    let entry = functions.index_get_bypath(index.pointer, delta.pointee.old_file.path, 0),
                    Int(entry.pointee.flags_extended) & GIT_INDEX_ENTRY_SKIP_WORKTREE != 0
                { continue }
                try body(isStaged, delta.pointee)
            }
        }
    }

    func index() throws(GitError) -> GitHandle {
        try GitHandle(
            free: library.functions.index_free, failure: { (_) throws(GitError) in throw library.error("cannot read git's index") },
            { library.functions.repository_index(&$0, handle.pointer) })
    }

    func tree(of commit: GitObjectID) throws(GitError) -> GitHandle {
        let commit = try handle(ofCommit: commit)
        return try GitHandle(
            free: library.functions.tree_free, failure: { (_) throws(GitError) in throw library.error("cannot read the files of a commit") },
            { library.functions.commit_tree(&$0, commit.pointer) })
    }

    /// The folder's path in the working tree, with a `/` at its end; empty for the working tree itself.
    func prefix(of folder: String) throws(GitError) -> String {
        guard let workingTree else { throw GitError(.bareRepository, "the git repository \(place) has no working tree") }
        let real: String
        do {
            real = try FileSystem.realPath(folder)
        } catch {
            throw GitError(.other, "the folder \(folder) cannot be found: \(error.reason)")
        }
        if real == workingTree { return "" }
        let start = workingTree == "/" ? "/" : workingTree + "/"
        guard real.utf8.starts(with: start.utf8) else { throw GitError(.other, "\(folder) is not in the working tree \(workingTree)") }
        return (String(real.utf8.dropFirst(start.utf8.count)) ?? real) + "/"
    }

    static func relative(_ path: String, to prefix: String) -> String? {
        guard path.utf8.starts(with: prefix.utf8) else { return nil }
        // Another repository inside is one path, which ends with a slash.
        let inside = String(path.utf8.dropFirst(prefix.utf8.count)) ?? path
        return inside.hasSuffix("/") ? String(inside.dropLast()) : inside
    }

    private func withOptions(
        below prefix: String, _ body: (UnsafePointer<git_diff_options>) throws(GitError) -> GitHandle
    ) throws(GitError) -> GitHandle {
        var options = git_diff_options()
        guard library.functions.diff_options_init(&options, 1) == GIT_OK else { throw library.error("cannot compare files") }
        let flags =
            GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS | GIT_DIFF_INCLUDE_TYPECHANGE
            | GIT_DIFF_INCLUDE_TYPECHANGE_TREES | GIT_DIFF_SKIP_BINARY_CHECK | GIT_DIFF_INCLUDE_UNREADABLE
        options.flags = UInt32(flags)
        if prefix.isEmpty { return try body(&options) }
        // Taken as it stands: names with `*` and the like are names.
        options.flags |= UInt32(GIT_DIFF_DISABLE_PATHSPEC_MATCH)
        var path: UnsafeMutablePointer<CChar>? = strdup(prefix)
        defer { free(path) }
        return try withUnsafeMutablePointer(to: &path) { (list) throws(GitError) in
            options.pathspec = git_strarray(strings: list, count: 1)
            return try body(&options)
        }
    }
}
