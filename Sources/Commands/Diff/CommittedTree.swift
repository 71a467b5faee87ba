internal import AssetLoading
internal import Git
internal import Support

/// The project's files as a commit has them.
struct CommittedTree: AssetTree {
    let files: GitFileTree

    func files(below folder: String) throws(AssetTreeError) -> [String] {
        let prefix = folder.isEmpty ? "" : folder + "/"
        return try all().filter { path in
            path.utf8.starts(with: prefix.utf8) && !path.dropFirst(prefix.count).split(separator: "/").contains { $0.hasPrefix(".") }
        }
    }

    private func all() throws(AssetTreeError) -> [String] {
        do throws(GitError) {
            return try files.allFiles().filter { $0.file.mode != .submodule }.map(\.path).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw .unreadable(path: ".", reason: error.message)
        }
    }

    func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
        let limit = 16 << 20
        let found: GitFileTree.Resolution
        do throws(GitError) { found = try files.resolve(path) } catch { throw .unreadable(path: path, reason: error.message) }
        switch found {
        case .notFound: throw .notFound(path: path)
        case .outside: throw .outsideProject(path: path)
        case .circle: throw .unreadable(path: path, reason: "links lead in a circle")
        case .found(_, let file):
            guard file.mode == .file || file.mode == .executable else { throw .unreadable(path: path, reason: "it is no file") }
            let bytes: [UInt8]?
            do throws(GitError) { bytes = try files.objects.blob(file.id, limit: limit) } catch { throw .unreadable(path: path, reason: error.message) }
            guard let bytes else { throw .tooLarge(path: path, limit: limit) }
            return bytes
        }
    }
}
