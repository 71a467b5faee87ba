package import AssetLoading
internal import Support
internal import Synchronization

/// A tree that reads every file once: two versions of a project have most of them in common, and each is looked at twice.
package final class RememberedTree: AssetTree {
    private let tree: any AssetTree
    private let contents = Mutex<[ExactText: Result<[UInt8], AssetTreeError>]>([:])
    private let listings = Mutex<[ExactText: [String]]>([:])
    private let seen = Mutex<[ExactText: FileMentions]>([:])

    package init(_ tree: any AssetTree) { self.tree = tree }

    package func files(below folder: String) throws(AssetTreeError) -> [String] {
        let key = ExactText(folder)
        if let known = listings.withLock({ $0[key] }) { return known }
        let found = try tree.files(below: folder)
        listings.withLock { $0[key] = found }
        return found
    }

    package func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
        let key = ExactText(path)
        if let known = contents.withLock({ $0[key] }) { return try known.get() }
        let answer: Result<[UInt8], AssetTreeError>
        do throws(AssetTreeError) { answer = .success(try tree.read(path)) } catch { answer = .failure(error) }
        contents.withLock { $0[key] = answer }
        return try answer.get()
    }

    package func mentions(in path: String) throws(AssetTreeError) -> FileMentions {
        let key = ExactText(path)
        if let known = seen.withLock({ $0[key] }) { return known }
        let mentions = FileMentions(try read(path))
        seen.withLock { $0[key] = mentions }
        return mentions
    }
}
