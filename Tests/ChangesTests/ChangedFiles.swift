import AssetLoading
internal import Assets
internal import Support

/// Which files of two versions of a project differ in their bytes.
enum ChangedFiles {
    /// Paths that differ, or are in one of the two only. Reads every file that can decide about something: where the
    /// versions come from git, its ids tell the same without reading.
    static func between(_ base: any AssetTree, _ head: any AssetTree) throws(AssetTreeError) -> Set<String> {
        let (before, after) = (try paths(of: base), try paths(of: head))
        let common = before.intersection(after).sorted()
        let differ = common.concurrentMap(chunk: 16) { path -> Bool in
            guard let old = try? base.read(path.text), let new = try? head.read(path.text) else { return true }
            return old != new
        }
        let changed = zip(common, differ).filter(\.1).map(\.0)
        return Set((changed + before.symmetricDifference(after)).map(\.text))
    }

    private static func paths(of tree: any AssetTree) throws(AssetTreeError) -> Set<ExactText> {
        Set(try tree.files(below: "").filter(isAsset).map(ExactText.init))
    }

    /// What a project consists of: data that lies beside it is no part of it.
    private static func isAsset(_ path: String) -> Bool {
        [".yml", ".yaml", ".sql", ".json", ".ipynb", ".py"].contains { path.hasSuffix($0) }
    }
}
