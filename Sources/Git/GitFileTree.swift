internal import Support
internal import Synchronization

/// Files of one state of a repository, a commit's or the index's, read without a checkout. From any number of tasks at a time.
///
/// Paths are relative to a folder of the repository, `/` between their parts.
package final class GitFileTree: Sendable {
    /// What a path leads to when links are followed as a file system does.
    package enum Resolution: Sendable, Hashable {
        /// - Parameter path: as the file is called in the repository, from its top.
        case found(path: String, GitFile)
        case notFound
        /// A link, or `..`, leads out of the folder.
        case outside
        /// Links lead in a circle.
        case circle
    }

    package let objects: GitObjects
    /// The folder's path from the top of the repository; empty for all of it.
    package let folder: String
    /// The tree of the whole repository; nil for the index.
    package let root: GitObjectID?
    private let folders: Mutex<[ExactText: Folder]>

    private struct Folder {
        var entries: [GitTreeEntry]
        /// There are entries whose names are no text.
        var problem: GitError?
    }

    /// - Parameter root: a tree.
    package init(_ root: GitObjectID, in folder: String = "", objects: GitObjects) {
        self.root = root
        self.folder = folder
        self.objects = objects
        folders = Mutex([:])
    }

    /// - Parameter files: all files, by their paths from the top of the repository.
    package init(files: [(path: String, file: GitFile)], in folder: String, objects: GitObjects) {
        root = nil
        self.folder = folder
        self.objects = objects
        var found: [ExactText: [GitTreeEntry]] = [ExactText(""): []]
        for (path, file) in files {
            var (path, file) = (path, file)
            // Each folder is entered once into the one above.
            while true {
                let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
                let parent = ExactText(slash.map { String(path[..<$0]) } ?? "")
                let isKnown = found[parent] != nil
                found[parent, default: []].append(GitTreeEntry(name: slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path, file: file))
                if isKnown { break }
                (path, file) = (parent.text, GitFile(mode: .folder, id: GitObjectID("0000000000000000000000000000000000000000")!))
            }
        }
        folders = Mutex(found.mapValues { Folder(entries: $0.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) })
    }

    /// Entries of a folder, sorted by the bytes of their names; nil where no folder has this path.
    /// - Parameter path: from the top of the repository. No links are followed.
    /// - Throws: kind `unsupported` where a name is no text.
    package func entries(ofFolder path: String) throws(GitError) -> [GitTreeEntry]? {
        guard let folder = try known(path) else { return nil }
        if let problem = folder.problem { throw problem }
        return folder.entries
    }

    /// What has a name that is no text cannot be named by a path, either, and is no matter on the way to something else.
    private func known(_ path: String) throws(GitError) -> Folder? {
        let key = ExactText(path)
        if let known = folders.withLock({ $0[key] }) { return known }
        guard let root else { return nil }
        let id: GitObjectID
        if path.isEmpty {
            id = root
        } else {
            guard let file = try file(at: path), file.mode == .folder else { return nil }
            id = file.id
        }
        let (entries, problem) = try objects.tree(id).named(in: path)
        let folder = Folder(entries: entries, problem: problem)
        folders.withLock { $0[key] = folder }
        return folder
    }

    /// What stands in the repository at a path from its top. No links are followed.
    package func file(at path: String) throws(GitError) -> GitFile? {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        guard let entries = try known(slash.map { String(path[..<$0]) } ?? "")?.entries else { return nil }
        let name = slash.map { path[path.utf8.index(after: $0)...] } ?? path[...]
        return Self.find(name, in: entries)
    }

    private static func find(_ name: Substring, in entries: [GitTreeEntry]) -> GitFile? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].name.utf8.lexicographicallyPrecedes(name.utf8) { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].name.utf8.elementsEqual(name.utf8) else { return nil }
        return entries[low].file
    }

    /// Follows a path as a file system would, through links to what is there in the end.
    /// - Parameter path: relative to the folder of this tree.
    package func resolve(_ path: String) throws(GitError) -> Resolution {
        let start = FileSystem.normalise(FileSystem.join(folder, path))
        guard isInside(start) else { return .outside }
        var pending = Array(GitPath.parts(start).reversed())
        var done: [Substring] = []
        var file = GitFile(mode: .folder, id: root ?? GitObjectID("0000000000000000000000000000000000000000")!)
        var links = 0
        while let part = pending.popLast() {
            if part == "." { continue }
            guard file.mode == .folder else { return .notFound }
            if part == ".." {
                guard done.popLast() != nil else { return .outside }
                continue
            }
            guard let entries = try known(done.joined(separator: "/"))?.entries, let found = Self.find(part, in: entries) else { return .notFound }
            if found.mode == .link {
                links += 1
                guard links <= 40 else { return .circle }
                guard let target = try objects.blob(found.id, limit: 4096), let text = String(validating: target, as: UTF8.self) else { return .notFound }
                // Where the working tree stands is no matter of the repository.
                if text.utf8.first == UInt8(ascii: "/") { return .outside }
                pending += GitPath.parts(text).reversed()
            } else {
                done.append(part)
                file = found
            }
        }
        let path = done.joined(separator: "/")
        guard isInside(path) else { return .outside }
        // After `..` at the end the file is that of the folder itself.
        guard let file = path.isEmpty ? file : try self.file(at: path) else { return .notFound }
        return .found(path: path, file)
    }

    private func isInside(_ path: String) -> Bool {
        if path == ".." || path.utf8.starts(with: "../".utf8) || path.utf8.first == UInt8(ascii: "/") { return false }
        return folder.isEmpty || path.utf8.elementsEqual(folder.utf8) || path.utf8.starts(with: (folder + "/").utf8)
    }

    /// All files below the folder of this tree, with names relative to it, sorted as folders are listed. Hidden ones too.
    package func allFiles() throws(GitError) -> [(path: String, file: GitFile)] {
        var result: [(path: String, file: GitFile)] = []
        try collect(folder, as: "", into: &result)
        return result
    }

    private func collect(_ path: String, as name: String, into result: inout [(path: String, file: GitFile)]) throws(GitError) {
        for entry in try entries(ofFolder: path) ?? [] {
            let (path, name) = (FileSystem.join(path, entry.name), FileSystem.join(name, entry.name))
            if entry.file.mode == .folder { try collect(path, as: name, into: &result) } else { result.append((name, entry.file)) }
        }
    }
}
