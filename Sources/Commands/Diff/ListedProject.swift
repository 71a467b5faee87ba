internal import AssetLoading
internal import Changes
internal import Support

/// A state of the project in git, with what is known of its files from earlier times.
struct ListedProject: Sendable {
    let tree: any AssetTree
    fileprivate let listed: ListedTree?
    fileprivate let known: TreeListing?
    /// There is no link among its files.
    var isPlain: Bool { listed != nil }
    fileprivate let cache: CacheFolder

    fileprivate static let layer = "listing"

    /// Keeps what was found out since.
    func keep() {
        guard let new = listed?.learnedListing(since: known) else { return }
        cache.write(new.encoded, as: Self.layer)
    }
}

extension ProjectFolder {
    func listed(_ tree: GitTree) -> ListedProject {
        let cache = cache()
        let known = cache.read(ListedProject.layer).flatMap { TreeListing($0) }
        guard let listing = TreeListing.make(of: tree.files, known: known) else {
            return ListedProject(tree: RememberedTree(tree), listed: nil, known: nil, cache: cache)
        }
        let listed = ListedTree(tree, listing)
        return ListedProject(tree: listed, listed: listed, known: known, cache: cache)
    }
}
