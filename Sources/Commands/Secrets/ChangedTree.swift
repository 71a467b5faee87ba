internal import AssetLoading

/// A tree in which one file has another content.
struct ChangedTree: AssetTree {
    private let base: any AssetTree
    private let path: String
    private let bytes: [UInt8]

    init(of base: any AssetTree, path: String, bytes: [UInt8]) {
        self.base = base
        self.path = path
        self.bytes = bytes
    }

    func files(below folder: String) throws(AssetTreeError) -> [String] { try base.files(below: folder) }
    func read(_ path: String) throws(AssetTreeError) -> [UInt8] { path == self.path ? bytes : try base.read(path) }
}
