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
    /// Names of templates.
    private var templates: [ByteSearch] = []
    /// SQL files by the last part of their paths.
    private let sqlFiles: [(search: ByteSearch, name: String, paths: Set<ExactText>)]

    /// - Parameters:
    ///   - sqlFiles: SQL files that changed.
    ///   - templates: names of templates that changed.
    ///   - bodies: every template on both sides.
    init(sqlFiles: [String], templates: Set<String>, bodies: [(name: String, bytes: [UInt8])]) {
        self.sqlFiles = Dictionary(grouping: sqlFiles, by: FileSystem.lastComponent(of:)).sorted { $0.key < $1.key }.map { name, paths in
            (ByteSearch(Array(name.utf8)), name, Set(paths.map(ExactText.init)))
        }
        var names = templates
        for body in bodies where !sqlFiles.isEmpty && (namesSQL(body.bytes) || Self.computesPath(body.bytes)) { names.insert(body.name) }
        // Templates use templates.
        var isGrowing = true
        while isGrowing, !names.isEmpty {
            isGrowing = false
            let found = names.map { ByteSearch(Array($0.utf8)) }
            for body in bodies where !names.contains(body.name) && Self.holds(body.bytes, found) {
                names.insert(body.name)
                isGrowing = true
            }
        }
        self.templates = names.sorted().map { ByteSearch(Array($0.utf8)) }
    }

    var isEmpty: Bool { templates.isEmpty && sqlFiles.isEmpty }

    func concern(_ bytes: [UInt8]) -> Bool {
        Self.holds(bytes, templates) || namesSQL(bytes) || (!sqlFiles.isEmpty && Self.computesPath(bytes))
    }

    private static func holds(_ bytes: [UInt8], _ needles: [ByteSearch]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in needles.contains { !$0.places(in: bytes).isEmpty } }
    }

    private static let ends = Set(" \t\r\n\"'[]{},".utf8)

    /// A path to one of the SQL files stands in it, or a name that something is put before.
    private func namesSQL(_ bytes: [UInt8]) -> Bool {
        return sqlFiles.contains { file in
            bytes.withUnsafeBufferPointer { file.search.places(in: $0) }.contains { place in
                let start = bytes[..<place].lastIndex { Self.ends.contains($0) }.map { $0 + 1 } ?? 0
                // Behind an expression, or in quotes with something that YAML would read as another character.
                if start > 0, bytes[start - 1] == UInt8(ascii: "}") || bytes[start..<place].contains(UInt8(ascii: "\\")) { return true }
                // What it is relative to is not asked: a path that ends so may be meant.
                var end = FileSystem.normalise(String(decoding: bytes[start..<place], as: UTF8.self) + file.name)
                while end.hasPrefix("../") { end.removeFirst(3) }
                return file.paths.contains { $0.text.hasSuffix(end) }
            }
        }
    }

    private static let joined = ByteSearch(Array("}}".utf8))

    /// An expression is followed by `.sql` in the same word: the path is known only with its arguments.
    private static func computesPath(_ bytes: [UInt8]) -> Bool {
        let suffix = Array(".sql".utf8)
        return bytes.withUnsafeBufferPointer { joined.places(in: $0) }.contains { place in
            let word = bytes[(place + 2)...].prefix { $0 > 0x20 }
            return word.indices.contains { word[$0...].starts(with: suffix) }
        }
    }
}
