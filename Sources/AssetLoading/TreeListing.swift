package import Git
internal import Support

/// All files of one state of a project in git, with what was found out about their contents: found by the id of the tree, so it cannot
/// be out of date. Of another state it is made by what git says has changed.
package struct TreeListing: Sendable {
    struct Entry: Sendable {
        let path: String
        let id: GitObjectID
        var digest: ContentDigest?
        var mentions: FileMentions?
    }

    package let tree: GitObjectID
    /// In the order in which folders are walked.
    let entries: [Entry]

    static let deepest = 32

    init(tree: GitObjectID, entries: [Entry]) {
        self.tree = tree
        self.entries = entries
    }

    /// - Parameter known: of another state, where there is one.
    /// - Returns: nil where links or other repositories are among the files: these are to be followed, or told.
    package static func make(of files: GitFileTree, known: TreeListing?) -> TreeListing? {
        guard let id = try? files.folderID else { return nil }
        if let known, known.tree == id { return known }
        let current = GitFileTree(id, objects: files.objects)
        if let known, let changed = try? known.changed(to: current) { return changed }
        guard let all = try? current.allFiles(), all.allSatisfy({ isPlain($0.path, $0.file) }) else { return nil }
        return TreeListing(tree: id, entries: all.map { Entry(path: $0.path, id: $0.file.id) })
    }

    private static func isPlain(_ path: String, _ file: GitFile) -> Bool {
        (file.mode == .file || file.mode == .executable) && path.utf8.count { $0 == UInt8(ascii: "/") } < deepest
    }

    private struct NotPlain: Error {}

    private func changed(to other: GitFileTree) throws -> TreeListing {
        guard let root = other.root else { throw NotPlain() }
        let changes = try GitFileTree(tree, objects: other.objects).changes(to: other)
        var gone: Set<ExactText> = []
        var new: [Entry] = []
        let kept = Dictionary(changes.flatMap { [$0.path, $0.renamedFrom].compactMap(\.self) }.map { ExactText($0) }.compactMap { path in entry(path.text).map { (path, $0) } }, uniquingKeysWith: { first, _ in first })
        for change in changes {
            gone.insert(ExactText(change.path))
            if let former = change.renamedFrom { gone.insert(ExactText(former)) }
            guard let file = change.new else { continue }
            guard Self.isPlain(change.path, file) else { throw NotPlain() }
            // What was found out goes with the content.
            let former = kept[ExactText(change.renamedFrom ?? change.path)].flatMap { $0.id == file.id ? $0 : nil }
            new.append(Entry(path: change.path, id: file.id, digest: former?.digest, mentions: former?.mentions))
        }
        new.sort { Self.precedes($0.path, $1.path) }
        var merged: [Entry] = []
        merged.reserveCapacity(entries.count + new.count)
        var rest = new[...]
        for entry in entries where gone.isEmpty || !gone.contains(ExactText(entry.path)) {
            while let next = rest.first, Self.precedes(next.path, entry.path) {
                merged.append(next)
                rest.removeFirst()
            }
            merged.append(entry)
        }
        return TreeListing(tree: root, entries: merged + rest)
    }

    /// As folders are walked: a slash before all else.
    static func precedes(_ a: String, _ b: String) -> Bool {
        a.utf8.lexicographicallyPrecedes(b.utf8) { (x, y) in rank(x) < rank(y) }
    }

    private static func rank(_ byte: UInt8) -> UInt16 { byte == UInt8(ascii: "/") ? 0 : UInt16(byte) + 1 }

    /// The first entry that does not come before a path.
    func place(of path: String) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(entries[middle].path, path) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func index(of path: String) -> Int? {
        let place = place(of: path)
        return place < entries.count && entries[place].path.utf8.elementsEqual(path.utf8) ? place : nil
    }

    private func entry(_ path: String) -> Entry? { index(of: path).map { entries[$0] } }
}

extension GitFileTree {
    /// Of the tree that this folder is.
    fileprivate var folderID: GitObjectID? {
        get throws {
            guard let root else { return nil }
            if folder.isEmpty { return root }
            guard let file = try file(at: folder), file.mode == .folder else { return nil }
            return file.id
        }
    }
}

// MARK: As bytes

extension TreeListing {
    /// nil where the bytes are damaged.
    package init?(_ bytes: [UInt8]) {
        guard var reader = try? BinaryReader(bytes), let listing = try? Self.read(&reader) else { return nil }
        self = listing
    }

    private static func read(_ reader: inout BinaryReader) throws(BinaryError) -> TreeListing {
        guard try reader.integer() == format else { throw BinaryError() }
        let tree = try id(&reader)
        let entries = try reader.array { (reader) throws(BinaryError) in
            Entry(
                path: try reader.text(), id: try id(&reader), digest: try reader.optional { (reader) throws(BinaryError) in try reader.digest() },
                mentions: try reader.optional())
        }
        return TreeListing(tree: tree, entries: entries)
    }

    private static let format = 1

    private static func id(_ reader: inout BinaryReader) throws(BinaryError) -> GitObjectID {
        let (one, two) = (try reader.digest(), try reader.integer())
        var words = (one.high.bigEndian, one.low.bigEndian, UInt32(truncatingIfNeeded: two).bigEndian)
        return withUnsafeBytes(of: &words) { GitObjectID(bytes: UnsafeRawBufferPointer(rebasing: $0[..<20])) }
    }

    package var encoded: [UInt8] {
        var writer = BinaryWriter()
        writer.write(Self.format)
        Self.write(tree, &writer)
        writer.write(entries) { writer, entry in
            writer.write(entry.path)
            Self.write(entry.id, &writer)
            writer.write(entry.digest) { $0.write($1) }
            writer.write(entry.mentions)
        }
        return writer.finish()
    }

    private static func write(_ id: GitObjectID, _ writer: inout BinaryWriter) {
        let bytes = id.bytes
        bytes.withUnsafeBytes { raw in
            writer.write(ContentDigest(
                high: UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)), low: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))))
            writer.write(Int(UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt32.self))))
        }
    }
}
