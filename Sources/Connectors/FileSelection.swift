internal import Glibc
internal import Support

/// Files below the root of a `files` connection.
package enum FileSelection {
    /// Absolute paths of the files that a path or pattern (`*`, `?`, `[...]`) names, sorted. A folder stands for
    /// nothing, and what leads out of the root is refused: this decides what is deleted.
    package static func files(of connection: ResolvedConnection, matching pattern: String) throws(ConnectorError) -> [String] {
        guard case .files(let root) = connection.kind else {
            throw ConnectorError(connection.name, "only a connection of type files has files to delete")
        }
        let full = FileSystem.normalise(FileSystem.join(root, pattern))
        guard full.hasPrefix(root == "/" ? "/" : root + "/") else {
            throw ConnectorError(connection.name, "\"\(pattern)\" leads out of \(root)")
        }
        var matches = glob_t()
        defer { globfree(&matches) }
        let status = glob(full, GLOB_NOSORT | GLOB_ERR, nil, &matches)
        if status == GLOB_NOMATCH { return [] }
        guard status == 0 else { throw ConnectorError(connection.name, "\(full) cannot be listed") }
        var files: [String] = []
        for index in 0..<Int(matches.gl_pathc) {
            guard let path = matches.gl_pathv[index] else { continue }
            let text = String(cString: path)
            let kind = FileSystem.kind(of: text)
            if kind == .file || kind == .symbolicLink { files.append(text) }
        }
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
