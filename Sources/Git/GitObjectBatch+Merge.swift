internal import CGit2

/// What two commits have become together.
package enum GitMerge: Sendable, Hashable {
    /// The files of both.
    case clean(tree: GitObjectID)
    /// They changed the same in different ways; sorted by the bytes of paths.
    case conflicts([GitMergeConflict])
}

/// A file that cannot be merged. A side is nil where the file is not there; of a file that one side renamed, sides may stand at
/// different paths.
package struct GitMergeConflict: Sendable, Hashable {
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
        let index: GitHandle
        if repository.isShallow {
            // Where history ends is not known to the library.
            let baseTree = try repository.tree(of: base)
            let ourTree = try repository.tree(of: ours)
            let theirTree = try repository.tree(of: theirs)
            index = try GitHandle(
                free: functions.index_free, failure: failed,
                { functions.merge_trees(&$0, repository.handle.pointer, baseTree.pointer, ourTree.pointer, theirTree.pointer, &options) })
        } else {
            let a = try repository.handle(ofCommit: ours)
            let b = try repository.handle(ofCommit: theirs)
            index = try GitHandle(
                free: functions.index_free, failure: failed,
                { functions.merge_commits(&$0, repository.handle.pointer, a.pointer, b.pointer, &options) })
        }
        if functions.index_has_conflicts(index.pointer) == 1 { return .conflicts(try Self.conflicts(index, functions)) }
        var tree = git_oid()
        let code = functions.index_write_tree_to(&tree, index.pointer, repository.handle.pointer)
        if code != GIT_OK { try failed(code) }
        try adopt(GitObjectID(tree))
        return .clean(tree: GitObjectID(tree))
    }

    private static func conflicts(_ index: borrowing GitHandle, _ functions: git_functions) throws(GitError) -> [GitMergeConflict] {
        var found: [GitMergeConflict] = []
        for position in 0..<functions.index_entrycount(index.pointer) {
            guard let entry = functions.index_get_byindex(index.pointer, position)?.pointee, let name = entry.path else { continue }
            let stage = entry.flags >> 12 & 3
            guard stage > 0, let mode = GitFileMode(bits: entry.mode) else { continue }
            let path = try GitRepository.text(name)
            // The index is sorted by path, then by stage.
            var conflict = found.last.flatMap { $0.path.utf8.elementsEqual(path.utf8) ? $0 : nil } ?? GitMergeConflict(path: path)
            if found.last.map({ $0.path.utf8.elementsEqual(path.utf8) }) == true { found.removeLast() }
            let file = GitFile(mode: mode, id: GitObjectID(entry.id))
            switch stage {
            case 1: conflict.base = file
            case 2: conflict.ours = file
            default: conflict.theirs = file
            }
            found.append(conflict)
        }
        return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
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
