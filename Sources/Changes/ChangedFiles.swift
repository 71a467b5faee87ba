package import AssetLoading
internal import Assets
internal import Support

/// Which files of two versions of a project differ in their bytes.
package enum ChangedFiles {
    /// Paths that differ, or are in one of the two only. Reads every file that can decide about something: where the
    /// versions come from git, its ids tell the same without reading.
    package static func between(_ base: any AssetTree, _ head: any AssetTree) throws(AssetTreeError) -> Set<String> {
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
        [".yml", ".yaml", ".sql", ".json"].contains { path.hasSuffix($0) }
    }
}

/// Finds the pipelines that a change of other files may concern, without parsing them: what is found needlessly is compared
/// and found to be equal.
struct ConcernedFiles {
    private var needles: [ByteSearch] = []
    private let isEverything: Bool

    /// - Parameters:
    ///   - sqlFiles: SQL files that changed.
    ///   - templates: names of templates that changed.
    ///   - bodies: text of every template by its name, on both sides.
    init(sqlFiles: [String], templates: Set<String>, bodies: [(name: String, bytes: [UInt8])]) {
        var names = Set(sqlFiles.map(FileSystem.lastComponent(of:)))
        var concerned = templates
        // A path may be put together from a template's arguments: `sql/${{ params.table }}.sql`.
        if !sqlFiles.isEmpty {
            let joined = ByteSearch(Array("}}".utf8))
            for (name, bytes) in bodies where Self.namesComputedPath(bytes, joined) { concerned.insert(name) }
        }
        names.formUnion(concerned)
        var isGrowing = true
        while isGrowing, !names.isEmpty {
            isGrowing = false
            let found = names.map { ByteSearch(Array($0.utf8)) }
            for (name, bytes) in bodies where !names.contains(name) && Self.holds(bytes, found) {
                names.insert(name)
                isGrowing = true
            }
        }
        needles = names.sorted().map { ByteSearch(Array($0.utf8)) }
        isEverything = names.contains("")
    }

    var isEmpty: Bool { needles.isEmpty }

    func concern(_ bytes: [UInt8]) -> Bool { isEverything || Self.holds(bytes, needles) }

    private static func holds(_ bytes: [UInt8], _ needles: [ByteSearch]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in needles.contains { !$0.places(in: bytes).isEmpty } }
    }

    /// An expression is followed by `.sql` in the same word.
    private static func namesComputedPath(_ bytes: [UInt8], _ joined: ByteSearch) -> Bool {
        let suffix = Array(".sql".utf8)
        return bytes.withUnsafeBufferPointer { joined.places(in: $0) }.contains { place in
            let word = bytes[(place + 2)...].prefix { $0 > 0x20 }
            return word.indices.contains { word[$0...].starts(with: suffix) }
        }
    }
}
