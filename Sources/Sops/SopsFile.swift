package import Diagnostics
internal import Support
internal import YAML

package enum SopsFormat: Sendable { case yaml, json }

/// An encrypted file as it is written, nothing decrypted (getsops/sops, stores/yaml and stores/json).
package struct SopsFile: Sendable {
    package let path: String
    package let format: SopsFormat
    package let bytes: [UInt8]
    package let metadata: SopsMetadata
    /// In the order of the file, which is that of the MAC.
    let leaves: [SopsLeaf]
    let comments: [SopsComment]
    let root: SopsNode

    /// Reads a file strictly; it is nil where there is an error.
    package static func read(
        _ bytes: [UInt8], path: String, format: SopsFormat
    ) -> (file: SopsFile?, diagnostics: [Diagnostic]) {
        if let finding = conflict(in: bytes, path: path) { return (nil, [finding]) }
        do throws(SopsRefusal) {
            let (root, diagnostics) = try tree(bytes, path, format)
            guard let root else { return (nil, diagnostics) }
            return (try SopsFile(root: root, bytes: bytes, path: path, format: format), diagnostics)
        } catch {
            return (nil, [error.diagnostic])
        }
    }

    private static func tree(
        _ bytes: [UInt8], _ path: String, _ format: SopsFormat
    ) throws(SopsRefusal) -> (root: SopsNode?, diagnostics: [Diagnostic]) {
        switch format {
        case .json:
            do throws(JSONError) { return (try SopsNode(json: bytes), []) } catch {
                let range = SopsPlaces(path: path, bytes: bytes).range(error.offset..<error.offset)
                throw SopsRefusal(.sopsMetadata, "this is not JSON: \(error.message)", range)
            }
        case .yaml:
            if let root = SopsNode(lines: bytes, path: path) { return (root, []) }
            let (document, diagnostics) = YAMLDocument.parse(bytes, path: path)
            guard let document, !diagnostics.hasErrors else { return (nil, diagnostics) }
            return (try SopsNode(document.root, in: bytes), diagnostics)
        }
    }

    private init(root: SopsNode, bytes: [UInt8], path: String, format: SopsFormat) throws(SopsRefusal) {
        let places = SopsPlaces(path: path, bytes: bytes)
        guard root.isMapping, let sops = root["sops"] else {
            throw SopsRefusal(.sopsMetadata, "this file has no sops key: it is not encrypted", SourceRange(path: path))
        }
        let mayHaveComments = format == .yaml && bytes.withUnsafeBufferPointer { $0.firstPlace(of: UInt8(ascii: "#"), from: 0) != nil }
        var walk = SopsWalk(keepsPlaces: mayHaveComments)
        walk.top(root)
        self.path = path
        self.format = format
        self.bytes = bytes
        metadata = try SopsMetadata(sops, places)
        leaves = walk.leaves
        comments = mayHaveComments ? SopsComment.all(in: bytes, between: walk.places) : []
        self.root = root
    }

    func range(_ place: Range<Int>) -> SourceRange { SopsPlaces(path: path, bytes: bytes).range(place) }

    /// What is wrong with a file that holds marks of an unfinished merge; nil where it holds none.
    package static func conflict(in bytes: [UInt8], path: String) -> Diagnostic? {
        conflict(in: bytes).map { Diagnostic(.sopsConflict, "an unfinished merge is marked here", at: SopsPlaces(path: path, bytes: bytes).range($0)) }
    }

    /// The first mark that git's merge left at the start of a line.
    private static func conflict(in bytes: [UInt8]) -> Range<Int>? {
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            while start + 7 < bytes.count {
                let byte = bytes[start]
                if byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "|"),
                    bytes[start..<start + 7].allSatisfy({ $0 == byte }), bytes[start + 7] == 0x20
                {
                    return start..<start + 7
                }
                guard let end = bytes.firstPlace(of: 0x0A, from: start) else { return nil }
                start = end + 1
            }
            return nil
        }
    }
}

/// One value in its place. `keys` are the names on the way down; a list adds none.
struct SopsLeaf: Sendable {
    let keys: [String]
    let node: SopsNode
    /// In a list, so that its keys do not name it alone.
    let isInList: Bool

    var name: String { keys.joined(separator: ".") }
}

/// Visits a file in its order.
struct SopsWalk {
    /// A stretch of the file that is a key or a value, and the keys on the way to it.
    struct Place {
        let start: Int
        let end: Int
        let keys: [String]
    }

    private(set) var leaves: [SopsLeaf] = []
    private(set) var places: [Place] = []
    private let keepsPlaces: Bool

    init(keepsPlaces: Bool) { self.keepsPlaces = keepsPlaces }

    mutating func top(_ root: SopsNode) {
        for entry in root.entries {
            if entry.name == "sops" {
                places.append(Place(start: entry.keyPlace.lowerBound, end: entry.value.place.upperBound, keys: []))
            } else {
                visit(entry, path: [], inList: false)
            }
        }
    }

    private mutating func visit(_ entry: SopsPair, path: [String], inList: Bool) {
        pass(entry.keyPlace, keys: path)
        visit(entry.value, path: path + [entry.name], inList: inList)
    }

    private mutating func visit(_ node: SopsNode, path: [String], inList: Bool) {
        switch node.content {
        case .mapping(let entries):
            if entries.isEmpty { pass(node.place, keys: path) }
            for entry in entries { visit(entry, path: path, inList: inList) }
        case .sequence(let items):
            if items.isEmpty { pass(node.place, keys: path) }
            for item in items { visit(item, path: path, inList: true) }
        default:
            pass(node.place, keys: path)
            leaves.append(SopsLeaf(keys: path, node: node, isInList: inList))
        }
    }

    private mutating func pass(_ place: Range<Int>, keys: [String]) {
        if keepsPlaces { places.append(Place(start: place.lowerBound, end: place.upperBound, keys: keys)) }
    }
}
