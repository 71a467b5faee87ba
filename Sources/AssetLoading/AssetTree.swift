package import Support
internal import Synchronization

/// Where asset files come from: the working tree, or later a tree of a git commit.
///
/// Paths are relative to the project's folder, `/` between their parts.
package protocol AssetTree: Sendable {
    /// Files below a folder, at any depth, sorted by path; empty where there is no such folder.
    func files(below folder: String) throws(AssetTreeError) -> [String]
    func read(_ path: String) throws(AssetTreeError) -> [UInt8]
    /// Of a file's content. What a tree knows of it need not be read for that.
    func digest(of path: String) throws(AssetTreeError) -> ContentDigest
    func mentions(in path: String) throws(AssetTreeError) -> FileMentions
    /// Whether asking for digests mostly spares reading.
    var knowsDigests: Bool { get }
}

extension AssetTree {
    package func digest(of path: String) throws(AssetTreeError) -> ContentDigest { ContentDigest(try read(path)) }
    package func mentions(in path: String) throws(AssetTreeError) -> FileMentions { FileMentions(try read(path)) }
    package var knowsDigests: Bool { false }

    /// Whether there is something at that path, though it may be unreadable.
    package func holds(_ path: String) -> Bool {
        do throws(AssetTreeError) {
            _ = try read(path)
            return true
        } catch {
            if case .notFound = error { return false }
            return true
        }
    }
}

package enum AssetTreeError: Error, Sendable, Equatable {
    case notFound(path: String)
    /// A link that leads out of the project.
    case outsideProject(path: String)
    case tooLarge(path: String, limit: Int)
    case unreadable(path: String, reason: String)

    package var path: String {
        switch self {
        case .notFound(let path), .outsideProject(let path), .tooLarge(let path, _), .unreadable(let path, _): path
        }
    }
}

/// The files as they are on disk.
package struct WorkingTree: AssetTree {
    /// Absolute path of the project's folder, links resolved.
    package let root: String
    static let sizeLimit = 16 << 20

    private let plainFolders = PlainFolders()

    package init(root: String) throws(SystemError) { self.root = try FileSystem.realPath(root) }

    package func files(below folder: String) throws(AssetTreeError) -> [String] {
        var found: [String] = []
        try collect(folder, depth: 0, into: &found)
        return found
    }

    private func collect(_ folder: String, depth: Int, into found: inout [String]) throws(AssetTreeError) {
        let entries: [FileSystem.Entry]
        do {
            entries = try FileSystem.list(FileSystem.join(root, folder))
        } catch {
            if error.isNotFound { return }
            throw .unreadable(path: folder, reason: error.reason)
        }
        guard depth < 32 else { throw .unreadable(path: folder, reason: "folders nested deeper than 32") }
        for entry in entries where !entry.name.hasPrefix(".") {
            let path = FileSystem.join(folder, entry.name)
            // Links to folders are not followed: they could lead in a circle.
            switch entry.kind {
            case .directory: try collect(path, depth: depth + 1, into: &found)
            case .file, .symbolicLink: found.append(path)
            case .other: continue
            }
        }
    }

    /// No link is on the way to the file's folder; found out once a folder.
    private func hasPlainFolder(_ path: String) -> Bool {
        let folder = FileSystem.parent(of: path)
        if plainFolders.names.withLock({ $0.contains(folder) }) { return true }
        guard let real = try? FileSystem.realPath(folder), real.utf8.elementsEqual(folder.utf8) else { return false }
        plainFolders.names.withLock { _ = $0.insert(folder) }
        return true
    }

    private func isInside(_ full: String) -> Bool {
        full == root || full.utf8.starts(with: (root == "/" ? "/" : root + "/").utf8)
    }

    package func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
        let full = FileSystem.normalise(FileSystem.join(root, path))
        // Told whether or not there is such a file.
        guard isInside(full) else { throw .outsideProject(path: path) }
        if hasPlainFolder(full), let bytes = try? FileSystem.read(full, limit: Self.sizeLimit, followLink: false) { return bytes }
        // A link, or something wrong: looked at step by step.
        let real: String
        do {
            real = try FileSystem.realPath(full)
        } catch {
            throw error.isNotFound ? .notFound(path: path) : .unreadable(path: path, reason: error.reason)
        }
        guard isInside(real) else { throw .outsideProject(path: path) }
        // A pipe would be waited for without end.
        switch FileSystem.kind(of: real, followLinks: true) {
        case .file?, nil: break
        case .directory?: throw .unreadable(path: path, reason: "it is a folder")
        default: throw .unreadable(path: path, reason: "it is no regular file")
        }
        do {
            // Told from the size alone: a huge file is never read.
            if try FileSystem.size(of: real) > Self.sizeLimit { throw AssetTreeError.tooLarge(path: path, limit: Self.sizeLimit) }
            return try FileSystem.read(real, limit: Self.sizeLimit)
        } catch let error as AssetTreeError {
            throw error
        } catch let error as SystemError {
            throw .unreadable(path: path, reason: error.reason)
        } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
    }
}

/// Folders that no link leads to, as seen while this tree was used.
private final class PlainFolders: Sendable {
    let names = Mutex<Set<String>>([])
}
