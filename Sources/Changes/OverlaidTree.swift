package import AssetLoading
package import Support

/// A version of a project that differs from another one in some files only: the rest is read from there.
package struct OverlaidTree: AssetTree {
    private let ground: any AssetTree
    private let changed: any AssetTree
    /// Of files that differ: whether this version has them, and of those that only the other has.
    private let present: Set<ExactText>
    private let paths: Set<ExactText>

    /// - Parameters:
    ///   - ground: has all that did not change.
    ///   - changed: has what did.
    ///   - paths: of files that differ, or are in one of the two only.
    ///   - present: those of them that this version has.
    package init(over ground: any AssetTree, of changed: any AssetTree, paths: Set<String>, present: Set<String>) {
        self.ground = ground
        self.changed = changed
        self.paths = Set(paths.map(ExactText.init))
        self.present = Set(present.map(ExactText.init))
    }

    package func files(below folder: String) throws(AssetTreeError) -> [String] {
        let prefix = folder.isEmpty ? "" : folder + "/"
        let kept = try ground.files(below: folder).filter { !paths.contains(ExactText($0)) }
        let own = present.map(\.text).filter { path in
            // As for the other tree: what is hidden is none of the project.
            path.utf8.starts(with: prefix.utf8) && !path.utf8.dropFirst(prefix.utf8.count).split(separator: UInt8(ascii: "/")).contains { $0.first == UInt8(ascii: ".") }
        }
        return own.isEmpty ? kept : (kept + own).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Paths of the ground are mostly written as they are.
    private func isChanged(_ path: String) -> Bool { paths.contains(ExactText(path)) || paths.contains(ExactText(FileSystem.normalise(path))) }

    package func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
        guard isChanged(path) else { return try ground.read(path) }
        return try changed.read(path)
    }

    package var knowsDigests: Bool { ground.knowsDigests }

    package func digest(of path: String) throws(AssetTreeError) -> ContentDigest {
        guard isChanged(path) else { return try ground.digest(of: path) }
        return try changed.digest(of: path)
    }

    package func mentions(in path: String) throws(AssetTreeError) -> FileMentions {
        guard isChanged(path) else { return try ground.mentions(in: path) }
        return try changed.mentions(in: path)
    }
}
