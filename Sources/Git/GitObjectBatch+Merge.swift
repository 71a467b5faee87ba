internal import CGit2

/// What two commits have become together.
package enum GitMerge: Sendable, Hashable {
    /// The files of both.
    case clean(tree: GitObjectID)
    /// They changed the same in different ways; sorted by the bytes of paths.
    case conflicts([GitMergeConflict])
}

/// A file that cannot be merged. A side is nil where the file is not there.
package struct GitMergeConflict: Sendable, Hashable {
    /// Its new path, where one side renamed it. Where each gave it another name, there are three conflicts: the old path has a base only,
    /// and each new one has one side.
    package let path: String
    package internal(set) var base: GitFile?
    package internal(set) var ours: GitFile?
    package internal(set) var theirs: GitFile?
}

extension GitObjectBatch {
    /// Merges as `git merge` does, in memory: renamed files are followed, several common ancestors are merged first.
    package mutating func merge(_ ours: GitObjectID, _ theirs: GitObjectID) throws(GitError) -> GitMerge {
        let library = repository.library
        let functions = library.functions
        // Says clearly what there is to say of shallow clones and histories without a common commit.
        let base = try repository.mergeBase(of: ours, and: theirs)
        let failed = { (code: Int32) throws(GitError) -> Never in throw library.error("cannot merge \(theirs.short) into \(ours.short)") }
        var options = git_merge_options()
        guard functions.merge_options_init(&options, 1) == GIT_OK else { try failed(-1) }
        options.flags = UInt32(GIT_MERGE_FIND_RENAMES | GIT_MERGE_SKIP_REUC)
        let handle: GitHandle
        if repository.isShallow {
            // Where history ends is not known to the library.
            let baseTree = try repository.tree(of: base)
            let ourTree = try repository.tree(of: ours)
            let theirTree = try repository.tree(of: theirs)
            handle = try GitHandle(
                free: functions.index_free, failure: failed,
                { functions.merge_trees(&$0, repository.handle.pointer, baseTree.pointer, ourTree.pointer, theirTree.pointer, &options) })
        } else {
            let a = try repository.handle(ofCommit: ours)
            let b = try repository.handle(ofCommit: theirs)
            handle = try GitHandle(
                free: functions.index_free, failure: failed,
                { functions.merge_commits(&$0, repository.handle.pointer, a.pointer, b.pointer, &options) })
        }
        let index = GitMergeIndex(handle, functions)
        if index.hasConflicts { try mergeRenamedByBoth(index) }
        if index.hasConflicts { return .conflicts(try index.conflicts()) }
        var tree = git_oid()
        let code = functions.index_write_tree_to(&tree, index.handle.pointer, repository.handle.pointer)
        if code != GIT_OK { try failed(code) }
        try adopt(GitObjectID(tree))
        return .clean(tree: GitObjectID(tree))
    }

    /// Files to which both sides gave the same new name, as it comes about when a rename was picked from the other branch. The library takes
    /// them for conflicts whatever they hold; git merges them.
    private mutating func mergeRenamedByBoth(_ index: borrowing GitMergeIndex) throws(GitError) {
        let library = repository.library
        for rename in index.renames where rename.ours == rename.theirs {
            guard let path = rename.ours, index.renames.count(where: { $0.ours == path || $0.theirs == path }) == 1,
                let base = index.entry(rename.base, 1), let ours = index.entry(path, 2), let theirs = index.entry(path, 3),
                index.entry(path, 1) == nil
            else { continue }
            var merged = git_merge_file_result()
            defer { library.functions.merge_file_result_free(&merged) }
            guard library.functions.merge_file_from_index(&merged, repository.handle.pointer, base, ours, theirs, nil) == GIT_OK else {
                throw library.error("cannot merge \(path)")
            }
            guard merged.automergeable == 1, merged.mode != 0 else { continue }
            let content = try add(.blob, Array(UnsafeRawBufferPointer(start: merged.ptr, count: merged.len)))
            guard index.resolve(rename, as: content, mode: merged.mode) else { throw library.error("cannot merge \(path)") }
        }
    }
}

extension GitRepository {
    func handle(ofCommit id: GitObjectID) throws(GitError) -> GitHandle {
        var name = id.oid
        return try GitHandle(
            free: library.functions.commit_free, failure: { (_) throws(GitError) in throw library.error("cannot read commit \(id.short)") },
            { library.functions.commit_lookup(&$0, handle.pointer, &name) })
    }
}
