internal import Support

/// A file that is not the same in two states.
package struct GitChange: Sendable, Hashable {
    package let path: String
    /// nil for a new file.
    package let old: GitFile?
    /// nil for a removed file.
    package let new: GitFile?
    /// Where a new file with exactly this content was before, and is no more.
    package let renamedFrom: String?

    package init(path: String, old: GitFile?, new: GitFile?, renamedFrom: String? = nil) {
        self.path = path
        self.old = old
        self.new = new
        self.renamedFrom = renamedFrom
    }

    /// Pairs removed and new files of the same content: the pair becomes one change, with the new path. Sorted by the bytes of paths.
    package static func withRenames(_ changes: [GitChange]) -> [GitChange] {
        let sorted = changes.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        var removed: [GitObjectID: [GitChange]] = [:]
        for change in sorted.reversed() where change.new == nil {
            if let old = change.old { removed[old.id, default: []].append(change) }
        }
        var moved: Set<ExactText> = []
        let paired = sorted.map { change -> GitChange in
            guard change.old == nil, let new = change.new, let place = removed[new.id]?.lastIndex(where: { isSameKind($0.old, new) }),
                let source = removed[new.id]?.remove(at: place)
            else { return change }
            moved.insert(ExactText(source.path))
            return GitChange(path: change.path, old: source.old, new: new, renamedFrom: source.path)
        }
        return paired.filter { $0.new != nil || !moved.contains(ExactText($0.path)) }
    }

    private static func isSameKind(_ a: GitFile?, _ b: GitFile) -> Bool { (a?.mode == .link) == (b.mode == .link) }
}

extension GitFileTree {
    /// What is not the same in another state of the same folder, renames found. Folders that are equal are not read.
    package func changes(to other: GitFileTree) throws(GitError) -> [GitChange] {
        var found: [GitChange] = []
        try compare(other, folder, "", &found)
        return GitChange.withRenames(found)
    }

    private func compare(_ other: GitFileTree, _ path: String, _ name: String, _ found: inout [GitChange]) throws(GitError) {
        let old = try entries(ofFolder: path) ?? []
        let new = try other.entries(ofFolder: path) ?? []
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            let order = i == old.count ? 1 : j == new.count ? -1 : Self.order(old[i].name, new[j].name)
            let a = order <= 0 ? old[i].file : nil
            let b = order >= 0 ? new[j].file : nil
            let entry = order <= 0 ? old[i].name : new[j].name
            i += order <= 0 ? 1 : 0
            j += order >= 0 ? 1 : 0
            // The index has no names for its folders.
            if let a, let b, a == b, a.mode != .folder || (root != nil && other.root != nil) { continue }
            let (path, name) = (FileSystem.join(path, entry), FileSystem.join(name, entry))
            if a?.mode == .folder || b?.mode == .folder { try compare(other, path, name, &found) }
            let (file, otherFile) = (a?.mode == .folder ? nil : a, b?.mode == .folder ? nil : b)
            if file != otherFile { found.append(GitChange(path: name, old: file, new: otherFile)) }
        }
    }

    private static func order(_ a: String, _ b: String) -> Int {
        a.utf8.elementsEqual(b.utf8) ? 0 : a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
    }
}
