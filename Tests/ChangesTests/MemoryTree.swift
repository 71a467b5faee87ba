import AssetLoading

/// Files in memory.
struct MemoryTree: AssetTree {
    var contents: [String: String]

    func files(below folder: String) throws(AssetTreeError) -> [String] {
        contents.keys.filter { folder.isEmpty || $0.hasPrefix(folder + "/") }.sorted()
    }

    func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
        guard let text = contents[path] else { throw .notFound(path: path) }
        return Array(text.utf8)
    }
}
