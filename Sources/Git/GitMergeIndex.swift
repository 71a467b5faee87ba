internal import CGit2

/// The library's result of a merge: files, and for each conflict up to three stages (1 base, 2 ours, 3 theirs).
struct GitMergeIndex: ~Copyable {
    /// A conflict of a renamed file: the names it has on each side; nil where it is not there.
    struct Rename {
        let base: String
        let ours: String?
        let theirs: String?
    }

    let handle: GitHandle
    let renames: [Rename]
    private let functions: git_functions

    init(_ handle: consuming GitHandle, _ functions: git_functions) {
        self.functions = functions
        var renames: [Rename] = []
        for position in 0..<functions.index_name_entrycount(handle.pointer) {
            guard let entry = functions.index_name_get_byindex(handle.pointer, position)?.pointee, let base = entry.ancestor else { continue }
            renames.append(
                Rename(base: String(cString: base), ours: entry.ours.map { String(cString: $0) }, theirs: entry.theirs.map { String(cString: $0) }))
        }
        self.renames = renames
        self.handle = handle
    }

    var hasConflicts: Bool { functions.index_has_conflicts(handle.pointer) == 1 }

    /// Owned by the index, until it is changed.
    func entry(_ path: String, _ stage: Int32) -> UnsafePointer<git_index_entry>? { functions.index_get_bypath(handle.pointer, path, stage) }

    /// Puts a file in the place of a conflict of a renamed one.
    func resolve(_ rename: Rename, as id: GitObjectID, mode: UInt32) -> Bool {
        guard let path = rename.ours else { return false }
        for (path, stage) in [(rename.base, Int32(1)), (path, 2), (path, 3)] where functions.index_remove(handle.pointer, path, stage) != GIT_OK { return false }
        return add(path, id, mode)
    }

    /// Puts one side, or nothing, in the place of a conflict.
    func resolve(_ path: String, as file: GitFile?) -> Bool {
        for stage in [Int32(1), 2, 3] where entry(path, stage) != nil {
            guard functions.index_remove(handle.pointer, path, stage) == GIT_OK else { return false }
        }
        return file.map { add(path, $0.id, $0.mode.rawValue) } ?? true
    }

    private func add(_ path: String, _ id: GitObjectID, _ mode: UInt32) -> Bool {
        path.withCString { name in
            var entry = git_index_entry()
            entry.id = id.oid
            entry.mode = mode
            entry.path = name
            return functions.index_add(handle.pointer, &entry) == GIT_OK
        }
    }

    /// - Parameter joinsRenames: whether a renamed file is one conflict, at its new path.
    func conflicts(joinsRenames: Bool = true) throws(GitError) -> [GitMergeConflict] {
        var found: [GitMergeConflict] = []
        for position in 0..<functions.index_entrycount(handle.pointer) {
            guard let entry = functions.index_get_byindex(handle.pointer, position)?.pointee, let name = entry.path else { continue }
            let stage = entry.flags >> 12 & 3
            guard stage > 0, let mode = GitFileMode(bits: entry.mode) else { continue }
            let path = try GitRepository.text(name)
            let file = GitFile(mode: mode, id: GitObjectID(entry.id))
            // The index is sorted by path, then by stage.
            var conflict = GitMergeConflict(path: path)
            if let last = found.last, last.path.utf8.elementsEqual(path.utf8) { conflict = found.removeLast() }
            switch stage {
            case 1: conflict.base = file
            case 2: conflict.ours = file
            default: conflict.theirs = file
            }
            found.append(conflict)
        }
        for rename in renames where joinsRenames { Self.joinStages(of: rename, renames, &found) }
        return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// What the library keeps at the old path and at the new one becomes one conflict, at the new path, as git tells it.
    private static func joinStages(of rename: Rename, _ all: [Rename], _ found: inout [GitMergeConflict]) {
        let new = Set([rename.ours, rename.theirs].compactMap { $0 }).subtracting([rename.base])
        guard new.count == 1, let path = new.first, all.count(where: { $0.ours == path || $0.theirs == path }) == 1,
            let source = found.firstIndex(where: { $0.path == rename.base }), let base = found[source].base
        else { return }
        var joined = GitMergeConflict(path: path)
        if let target = found.firstIndex(where: { $0.path == path }) {
            guard found[target].base == nil else { return }
            joined = found[target]
        }
        let old = found[source]
        guard joined.ours == nil || old.ours == nil, joined.theirs == nil || old.theirs == nil else { return }
        joined.base = base
        joined.ours = joined.ours ?? old.ours
        joined.theirs = joined.theirs ?? old.theirs
        found.removeAll { $0.path == rename.base || $0.path == path }
        found.append(joined)
    }
}
