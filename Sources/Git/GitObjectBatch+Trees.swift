internal import Support

extension GitObjectBatch {
    /// A folder with some files changed: only the folders around those are made anew, and one that becomes empty is no more.
    ///
    /// - Parameters:
    ///   - base: the folder as it is; nil for an empty one.
    ///   - changes: files by their paths in it; nil removes what is there, a folder with all it holds. A file may be a folder, too, by
    ///     the id of its tree. Of two changes of one path the later counts.
    package mutating func tree(changing base: GitObjectID?, _ changes: [(path: String, file: GitFile?)]) throws(GitError) -> GitObjectID {
        var edits: [Edit] = []
        for (path, file) in changes {
            if let file, file.mode != .submodule, !(try objects.holds(file.id)) {
                throw GitError(.invalid, "cannot put \(path) into the git repository: its content \(file.id.short) is not there")
            }
            edits.append(Edit(parts: try GitPath.writable(path)[...], file: file))
        }
        if let id = try changed(base, edits) { return id }
        return try add(.tree, [])
    }

    private struct Edit {
        var parts: ArraySlice<[UInt8]>
        let file: GitFile?
    }

    /// - Returns: nil for an empty folder.
    private mutating func changed(_ base: GitObjectID?, _ edits: [Edit]) throws(GitError) -> GitObjectID? {
        var tree = GitTreeObject()
        if let base { tree = try objects.tree(base) }
        var below: [[UInt8]: [Edit]] = [:]
        for edit in edits {
            guard let name = edit.parts.first else { continue }
            if edit.parts.count == 1 {
                below[name] = nil
                tree.set(name, to: edit.file)
            } else {
                below[name, default: []].append(Edit(parts: edit.parts.dropFirst(), file: edit.file))
            }
        }
        for (name, edits) in below {
            let old = tree[name]
            // Nothing is there to be removed, and what is there stays.
            if old?.mode != .folder, edits.allSatisfy({ $0.file == nil }) { continue }
            let id = try changed(old.flatMap { $0.mode == .folder ? $0.id : nil }, edits)
            tree.set(name, to: id.map { GitFile(mode: .folder, id: $0) })
        }
        return tree.entries.isEmpty ? nil : try add(.tree, tree.encoded)
    }
}
