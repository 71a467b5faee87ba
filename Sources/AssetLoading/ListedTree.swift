internal import Git
package import Support
internal import Synchronization

/// A state of a project in git, by a listing of it: nothing is read but what is looked at, and that once.
package final class ListedTree: AssetTree {
    private let tree: GitTree
    private let listing: TreeListing
    private let places: [ExactText: Int]
    private let learned = Mutex<[Int: Learned]>([:])
    private let contents = Mutex<[Int: [UInt8]]>([:])

    private struct Learned {
        var digest: ContentDigest?
        var mentions: FileMentions?
    }

    /// - Parameter tree: the state that is listed.
    package init(_ tree: GitTree, _ listing: TreeListing) {
        self.tree = tree
        self.listing = listing
        places = Dictionary(listing.entries.enumerated().map { (ExactText($1.path), $0) }, uniquingKeysWith: { first, _ in first })
    }

    package var knowsDigests: Bool { true }

    package func files(below folder: String) throws(AssetTreeError) -> [String] {
        let normal = FileSystem.normalise(folder)
        let prefix = normal == "." ? "" : normal + "/"
        // Files are called after the folder as it is written.
        let isPlain = folder.isEmpty || folder.utf8.elementsEqual(normal.utf8) && normal != "."
        // Of what lies outside the tree itself can say something.
        if prefix.hasPrefix("../") || prefix.hasPrefix("/") { return try tree.files(below: folder) }
        let start = prefix.isEmpty ? 0 : listing.place(of: prefix)
        var found: [String] = []
        for entry in listing.entries[start...] {
            guard entry.path.utf8.starts(with: prefix.utf8) else { break }
            if Self.isHidden(entry.path.utf8.dropFirst(prefix.utf8.count)) { continue }
            found.append(isPlain ? entry.path : FileSystem.join(folder, String(entry.path.utf8.dropFirst(prefix.utf8.count)) ?? entry.path))
        }
        return found
    }

    private static func isHidden(_ path: Substring.UTF8View) -> Bool {
        var isStart = true
        for byte in path {
            if isStart, byte == UInt8(ascii: ".") { return true }
            isStart = byte == UInt8(ascii: "/")
        }
        return false
    }

    private func index(of path: String) -> Int? { places[ExactText(path)] ?? places[ExactText(FileSystem.normalise(path))] }

    package func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
        // The tree says what is wrong with it.
        guard let index = index(of: path) else { return try tree.read(path) }
        if let known = contents.withLock({ $0[index] }) { return known }
        let bytes = try tree.read(path, listing.entries[index].id)
        contents.withLock { $0[index] = bytes }
        return bytes
    }

    package func digest(of path: String) throws(AssetTreeError) -> ContentDigest {
        guard let index = index(of: path) else { return ContentDigest(try tree.read(path)) }
        if let known = listing.entries[index].digest ?? learned.withLock({ $0[index]?.digest }) { return known }
        let digest = ContentDigest(try read(path))
        learned.withLock { $0[index, default: Learned()].digest = digest }
        return digest
    }

    package func mentions(in path: String) throws(AssetTreeError) -> FileMentions {
        guard let index = index(of: path) else { return FileMentions(try tree.read(path)) }
        if let known = listing.entries[index].mentions ?? learned.withLock({ $0[index]?.mentions }) { return known }
        let mentions = FileMentions(try read(path))
        learned.withLock { $0[index, default: Learned()].mentions = mentions }
        return mentions
    }

    /// The listing with what was found out since; nil where that is nothing.
    /// - Parameter known: what is kept already.
    package func learnedListing(since known: TreeListing?) -> TreeListing? {
        let learned = learned.withLock { $0 }
        if learned.isEmpty, known?.tree == listing.tree { return nil }
        var entries = listing.entries
        for (index, more) in learned {
            entries[index].digest = entries[index].digest ?? more.digest
            entries[index].mentions = entries[index].mentions ?? more.mentions
        }
        return TreeListing(tree: listing.tree, entries: entries)
    }
}
