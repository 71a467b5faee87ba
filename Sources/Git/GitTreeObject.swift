internal import Support

/// A tree as git stores it: `mode name`, a zero byte and the id, for each entry.
struct GitTreeObject {
    struct Entry {
        /// Bytes: git does not ask whether names are text.
        let name: [UInt8]
        let file: GitFile
    }

    /// In git's order: as if the names of folders ended in `/`.
    private(set) var entries: [Entry]

    init() { entries = [] }

    init(parsing bytes: [UInt8], id: GitObjectID) throws(GitError) {
        entries = []
        let damaged = GitError(.damaged, "tree \(id.short) of the git repository is damaged", help: "see what git says: git fsck --full")
        var at = 0
        while at < bytes.count {
            guard let space = bytes[at...].firstIndex(of: UInt8(ascii: " ")), let end = bytes[space...].firstIndex(of: 0), end + 20 < bytes.count,
                let bits = UInt32(String(decoding: bytes[at..<space], as: UTF8.self), radix: 8), let mode = GitFileMode(bits: bits)
            else { throw damaged }
            let id = bytes[(end + 1)...(end + 20)].withUnsafeBytes { GitObjectID(bytes: $0) }
            entries.append(Entry(name: Array(bytes[(space + 1)..<end]), file: GitFile(mode: mode, id: id)))
            at = end + 21
        }
    }

    /// The entries whose names are text, sorted by the bytes of their names, and what is wrong with the first of the others.
    func named(in folder: String) -> (entries: [GitTreeEntry], problem: GitError?) {
        var result: [GitTreeEntry] = []
        result.reserveCapacity(entries.count)
        var problem: GitError?
        for entry in entries {
            do {
                result.append(GitTreeEntry(name: try GitPath.name(entry.name, in: folder), file: entry.file))
            } catch {
                problem = problem ?? error
            }
        }
        return (result.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }, problem)
    }

    subscript(name: [UInt8]) -> GitFile? { entries.first { $0.name == name }?.file }

    /// Puts an entry in, in the place of one with the same name; nil takes it out.
    mutating func set(_ name: [UInt8], to file: GitFile?) {
        entries.removeAll { $0.name == name }
        if let file { entries.append(Entry(name: name, file: file)) }
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * 48)
        for (_, entry) in entries.map({ (Self.sortingName($0), $0) }).sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
            bytes += entry.file.mode.text.utf8
            bytes.append(UInt8(ascii: " "))
            bytes += entry.name
            bytes.append(0)
            bytes += entry.file.id.bytes
        }
        return bytes
    }

    private static func sortingName(_ entry: Entry) -> [UInt8] { entry.file.mode == .folder ? entry.name + [UInt8(ascii: "/")] : entry.name }
}
