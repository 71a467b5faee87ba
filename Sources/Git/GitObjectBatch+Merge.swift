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
        try merged(try base(of: ours, theirs), try objects.commit(ours).tree, try objects.commit(theirs).tree)
    }

    /// The same, with what became of these files only; of the rest `theirs` is as if it had changed nothing.
    /// - Parameter paths: of files, from the top of the repository; both names of what was renamed.
    package mutating func merge(_ ours: GitObjectID, _ theirs: GitObjectID, taking paths: [String]) throws(GitError) -> GitMerge {
        let base = try base(of: ours, theirs)
        let files = GitFileTree(try objects.commit(theirs).tree, objects: objects)
        var changes: [(path: String, file: GitFile?)] = []
        for path in paths { changes.append((path, try files.file(at: path))) }
        return try merged(base, try objects.commit(ours).tree, try tree(changing: base, changes))
    }

    private mutating func base(of ours: GitObjectID, _ theirs: GitObjectID) throws(GitError) -> GitObjectID {
        let bases = try repository.mergeBases(of: ours, and: theirs)
        if bases.isEmpty { throw GitError(.unrelated, "commits \(ours.short) and \(theirs.short) have no common ancestor here") }
        return try commonTree(bases)
    }

    private mutating func merged(_ base: GitObjectID, _ ours: GitObjectID, _ theirs: GitObjectID) throws(GitError) -> GitMerge {
        let index = try mergedTrees(base, ours, theirs)
        if index.hasConflicts { try mergeRenamedByBoth(index) }
        if index.hasConflicts { return .conflicts(try index.conflicts()) }
        return .clean(tree: try write(index))
    }

    /// A file that cannot be merged as `git merge` would leave it: with marks around what both have changed. nil where a side has no file,
    /// and for what is no text.
    package func markedText(of conflict: GitMergeConflict) throws(GitError) -> [UInt8]? {
        guard let ours = conflict.ours, let theirs = conflict.theirs else { return nil }
        let library = repository.library
        var merged = git_merge_file_result()
        defer { library.functions.merge_file_result_free(&merged) }
        let code = conflict.path.withCString { path in
            func entry(_ file: GitFile) -> git_index_entry {
                var entry = git_index_entry()
                (entry.id, entry.mode, entry.path) = (file.id.oid, file.mode.rawValue, path)
                return entry
            }
            var (a, b) = (entry(ours), entry(theirs))
            guard let base = conflict.base else { return library.functions.merge_file_from_index(&merged, repository.handle.pointer, nil, &a, &b, nil) }
            var ground = entry(base)
            return library.functions.merge_file_from_index(&merged, repository.handle.pointer, &ground, &a, &b, nil)
        }
        guard code == GIT_OK else { return nil }
        return Array(UnsafeRawBufferPointer(start: merged.ptr, count: merged.len))
    }

    /// The files that several common ancestors have become together: those of a merge, with what they do not agree on left open, as git has it:
    /// marks in files, and what one removed and the other changed as it was before. (The library drops such files from its own such
    /// merges, and a removal that one side made later is lost.)
    mutating func commonTree(_ bases: [GitObjectID]) throws(GitError) -> GitObjectID {
        var tree = try objects.commit(bases[0]).tree
        for other in bases.dropFirst() {
            let earlier = try repository.mergeBases(of: bases[0], and: other)
            var base = try add(.tree, [])
            if !earlier.isEmpty { base = try commonTree(earlier) }
            let index = try mergedTrees(base, tree, try objects.commit(other).tree, flags: GIT_MERGE_VIRTUAL_BASE)
            if index.hasConflicts { try mergeRenamedByBoth(index) }
            for conflict in try index.conflicts(joinsRenames: false) {
                guard index.resolve(conflict.path, as: conflict.base) else {
                    throw repository.library.error("cannot merge \(other.short) into \(bases[0].short)")
                }
            }
            tree = try write(index)
        }
        return tree
    }

    mutating func write(_ index: borrowing GitMergeIndex) throws(GitError) -> GitObjectID {
        var tree = git_oid()
        guard repository.library.functions.index_write_tree_to(&tree, index.handle.pointer, repository.handle.pointer) == GIT_OK else {
            throw repository.library.error("cannot write the merged files")
        }
        try adopt(GitObjectID(tree))
        return GitObjectID(tree)
    }

    func mergedTrees(_ base: GitObjectID, _ ours: GitObjectID, _ theirs: GitObjectID, flags: Int = 0) throws(GitError) -> GitMergeIndex {
        let library = repository.library
        let functions = library.functions
        let failed = { (code: Int32) throws(GitError) -> Never in throw library.error("cannot merge the files of two commits") }
        var options = git_merge_options()
        guard functions.merge_options_init(&options, 1) == GIT_OK else { try failed(-1) }
        options.flags = UInt32(GIT_MERGE_FIND_RENAMES | GIT_MERGE_SKIP_REUC | flags)
        let baseTree = try repository.handle(ofTree: base)
        let ourTree = try repository.handle(ofTree: ours)
        let theirTree = try repository.handle(ofTree: theirs)
        let handle = try GitHandle(
            free: functions.index_free, failure: failed,
            { functions.merge_trees(&$0, repository.handle.pointer, baseTree.pointer, ourTree.pointer, theirTree.pointer, &options) })
        return GitMergeIndex(handle, functions)
    }

    /// Files to which both sides gave the same new name, as it comes about when a rename was picked from the other branch. The library takes
    /// them for conflicts whatever they hold; git merges them.
    mutating func mergeRenamedByBoth(_ index: borrowing GitMergeIndex) throws(GitError) {
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

    func handle(ofTree id: GitObjectID) throws(GitError) -> GitHandle {
        var name = id.oid
        return try GitHandle(
            free: library.functions.tree_free, failure: { (_) throws(GitError) in throw library.error("cannot read the folder \(id.short)") },
            { library.functions.tree_lookup(&$0, handle.pointer, &name) })
    }

    /// The best common ancestors of two commits; more than one where each has merged the other.
    func mergeBases(of one: GitObjectID, and other: GitObjectID) throws(GitError) -> [GitObjectID] {
        if isShallow { return try GitShallowHistory(self).base(one, other).map { [$0] } ?? [] }
        var (bases, a, b) = (git_oidarray(), one.oid, other.oid)
        let code = library.functions.merge_bases(&bases, handle.pointer, &a, &b)
        defer { library.functions.oidarray_dispose(&bases) }
        if Int(code) == GIT_ENOTFOUND { return [] }
        guard code == GIT_OK else { throw library.error("cannot compare commits \(one.short) and \(other.short)") }
        return (0..<bases.count).map { GitObjectID(bases.ids[$0]) }
    }
}
