internal import AssetLoading

/// A project's folder as it will be: what lies there, and files that are still to be written.
struct PlannedTree: AssetTree {
    /// nil where there is no such folder yet.
    let tree: WorkingTree?
    let planned: [(path: String, text: String)]

    func files(below folder: String) throws(AssetTreeError) -> [String] {
        let there = try tree?.files(below: folder) ?? []
        let new = planned.map(\.path).filter { $0.utf8.starts(with: (folder + "/").utf8) }
        return (there + new).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
        if let file = planned.first(where: { $0.path.utf8.elementsEqual(path.utf8) }) { return Array(file.text.utf8) }
        guard let tree else { throw .notFound(path: path) }
        return try tree.read(path)
    }
}
