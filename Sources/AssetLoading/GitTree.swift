package import Git
internal import Support

/// The files of a commit, or those that are staged, without a checkout.
///
/// They are listed and read as in the working tree: hidden ones are not listed, links to files are followed where they stay in the
/// project. A link's target that is absolute leads out of it.
package struct GitTree: AssetTree {
    /// The same files with their ids: what has the same id has the same content.
    package let files: GitFileTree

    package init(_ files: GitFileTree) { self.files = files }

    package func files(below folder: String) throws(AssetTreeError) -> [String] {
        // The folder itself may be a link.
        guard case .found(let path, let file) = try resolve(folder), file.mode == .folder else { return [] }
        var found: [String] = []
        try collect(path, as: folder, depth: 0, into: &found)
        return found
    }

    private func collect(_ path: String, as folder: String, depth: Int, into found: inout [String]) throws(AssetTreeError) {
        guard depth < 32 else { throw .unreadable(path: folder, reason: "folders nested deeper than 32") }
        for entry in try entries(path, as: folder) where !entry.name.hasPrefix(".") {
            let name = FileSystem.join(folder, entry.name)
            switch entry.file.mode {
            case .folder: try collect(FileSystem.join(path, entry.name), as: name, depth: depth + 1, into: &found)
            case .file, .executable, .link: found.append(name)
            case .submodule: throw .unreadable(path: name, reason: Self.submodule)
            }
        }
    }

    private func entries(_ path: String, as folder: String) throws(AssetTreeError) -> [GitTreeEntry] {
        do {
            return try files.entries(ofFolder: path) ?? []
        } catch {
            throw .unreadable(path: folder, reason: error.message)
        }
    }

    package func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
        try read(path, try id(of: path))
    }

    /// - Parameter id: of the file's content.
    func read(_ path: String, _ id: GitObjectID) throws(AssetTreeError) -> [UInt8] {
        let bytes: [UInt8]?
        do {
            bytes = try files.objects.blob(id, limit: WorkingTree.sizeLimit)
        } catch {
            throw .unreadable(path: path, reason: error.message)
        }
        guard let bytes else { throw .tooLarge(path: path, limit: WorkingTree.sizeLimit) }
        return bytes
    }

    /// The name of a file's content, links followed: a key for what is made of it.
    package func id(of path: String) throws(AssetTreeError) -> GitObjectID {
        switch try resolve(path) {
        case .notFound: throw .notFound(path: path)
        case .outside: throw .outsideProject(path: path)
        case .circle: throw .unreadable(path: path, reason: "links that lead in a circle")
        case .found(_, let file):
            switch file.mode {
            case .file, .executable: return file.id
            case .folder: throw .unreadable(path: path, reason: "it is a folder")
            case .submodule: throw .unreadable(path: path, reason: Self.submodule)
            case .link: throw .unreadable(path: path, reason: "it is a link")
            }
        }
    }

    private func resolve(_ path: String) throws(AssetTreeError) -> GitFileTree.Resolution {
        do {
            return try files.resolve(path)
        } catch {
            throw .unreadable(path: path, reason: error.message)
        }
    }

    private static let submodule = "it is a git submodule: its files belong to another repository"
}
