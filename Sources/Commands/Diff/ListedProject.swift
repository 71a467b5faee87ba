internal import AssetLoading
internal import Changes
internal import Support

/// A state of the project in git, with what is known of its files from earlier times.
struct ListedProject: Sendable {
    let tree: any AssetTree
    fileprivate let listed: ListedTree?
    fileprivate let known: TreeListing?
    fileprivate let path: String?

    /// Keeps what was found out since. Where it cannot be written the next command finds it out again.
    func keep() {
        guard let path, let new = listed?.learnedListing(since: known) else { return }
        try? FileSystem.createDirectory(FileSystem.parent(of: path))
        try? FileSystem.replace(path, with: new.encoded)
    }
}

extension ProjectFolder {
    func listed(_ tree: GitTree) -> ListedProject {
        let path = hasPlainCacheFolder ? FileSystem.join(cacheFolder, "listing") : nil
        let known = path.flatMap { try? FileSystem.read($0, limit: 64 << 20) }.flatMap { TreeListing($0) }
        guard let listing = TreeListing.make(of: tree.files, known: known) else {
            return ListedProject(tree: RememberedTree(tree), listed: nil, known: nil, path: nil)
        }
        let listed = ListedTree(tree, listing)
        return ListedProject(tree: listed, listed: listed, known: known, path: path)
    }
}
