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
    let root: YAMLNode

    /// Reads a file strictly; it is nil where there is an error.
    package static func read(
        _ bytes: [UInt8], path: String, format: SopsFormat
    ) -> (file: SopsFile?, diagnostics: [Diagnostic]) {
        if let line = conflictLine(in: bytes) {
            let start = SourcePosition(line: line.number, column: 1, offset: line.offset)
            let end = SourcePosition(line: line.number, column: 8, offset: line.offset + 7)
            let range = SourceRange(path: path, start: start, end: end)
            return (nil, [Diagnostic(.sopsConflict, "an unfinished merge is marked here", at: range)])
        }
        if format == .json {
            do throws(JSONError) {
                _ = try JSONValue(parsing: bytes)
            } catch {
                return (nil, [Diagnostic(.sopsMetadata, "this is not JSON: \(error.message)", at: SourceRange(path: path))])
            }
        }
        let (document, diagnostics) = YAMLDocument.parse(bytes, path: path)
        guard let document, !diagnostics.hasErrors else { return (nil, diagnostics) }
        do throws(SopsRefusal) {
            return (try SopsFile(document: document, format: format), diagnostics)
        } catch {
            return (nil, diagnostics + [error.diagnostic])
        }
    }

    private init(document: YAMLDocument, format: SopsFormat) throws(SopsRefusal) {
        let root = document.root
        guard root.kind == .mapping, let sops = root["sops"] else {
            throw SopsRefusal(
                .sopsMetadata, "this file has no sops key: it is not encrypted", SourceRange(path: document.path))
        }
        var walk = SopsWalk(format: format)
        try walk.mapping(root, path: [], isTop: true)
        path = document.path
        self.format = format
        bytes = document.bytes
        metadata = try SopsMetadata(sops)
        leaves = walk.leaves
        comments = format == .yaml ? SopsComment.all(in: document.bytes, between: walk.places) : []
        self.root = root
    }

    /// The first line that git's merge left.
    private static func conflictLine(in bytes: [UInt8]) -> (number: Int, offset: Int)? {
        var (number, start) = (1, 0)
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            for mark in ["<<<<<<< ", ">>>>>>> ", "||||||| "] where line.starts(with: mark.utf8) { return (number, start) }
            number += 1
            start += line.count + 1
        }
        return nil
    }
}

/// One value in its place. `keys` are the names on the way down; a list adds none.
struct SopsLeaf: Sendable {
    let keys: [String]
    let node: YAMLNode
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
        let isMetadata: Bool
    }

    let format: SopsFormat
    private(set) var leaves: [SopsLeaf] = []
    private(set) var places: [Place] = []
    private var position = 0

    init(format: SopsFormat) { self.format = format }

    mutating func mapping(_ node: YAMLNode, path: [String], isTop: Bool = false, inList: Bool = false) throws(SopsRefusal) {
        for (key, value) in node.pairs {
            guard let name = key.text, name != "<<" || !key.isPlain else {
                throw SopsRefusal(.sopsUnsupported, "an encrypted file has no merge keys", key.range)
            }
            if isTop, name == "sops" {
                places.append(Place(start: key.range.start.offset, end: value.range.end.offset, keys: [], isMetadata: true))
                continue
            }
            try pass(key, keys: path)
            try self.value(value, path: path + [name], inList: inList)
        }
    }

    private mutating func value(_ node: YAMLNode, path: [String], inList: Bool) throws(SopsRefusal) {
        switch node.kind {
        case .mapping:
            if node.count == 0 { try pass(node, keys: path) }
            try mapping(node, path: path, inList: inList)
        case .sequence:
            if node.count == 0 { try pass(node, keys: path) }
            for item in node.items { try value(item, path: path, inList: true) }
        case .scalar, .null:
            try pass(node, keys: path)
            leaves.append(SopsLeaf(keys: path, node: node, isInList: inList))
        }
    }

    /// What is visited comes later in the file than what was visited before; an alias or a merge does not.
    private mutating func pass(_ node: YAMLNode, keys: [String]) throws(SopsRefusal) {
        let range = node.range
        guard range.start.offset >= position else {
            throw SopsRefusal(.sopsUnsupported, "an encrypted file has no aliases and merge keys", range)
        }
        position = range.end.offset
        places.append(Place(start: range.start.offset, end: range.end.offset, keys: keys, isMetadata: false))
    }
}

/// A comment that is, or was, encrypted.
struct SopsComment: Sendable {
    let text: String
    let offset: Int
    /// The keys of the mappings and lists that it may belong to.
    let owners: [[String]]

    /// Comments stand between keys and values only.
    static func all(in bytes: [UInt8], between places: [SopsWalk.Place]) -> [SopsComment] {
        var result: [SopsComment] = []
        var (start, before): (Int, [String]) = (0, [])
        let last = SopsWalk.Place(start: bytes.count, end: bytes.count, keys: [], isMetadata: false)
        for place in places.sorted(by: { $0.start < $1.start }) + [last] {
            var i = start
            while i < place.start {
                guard bytes[i] == UInt8(ascii: "#") else { i += 1; continue }
                let end = bytes[i..<place.start].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? place.start
                let text = String(decoding: bytes[i + 1..<end], as: UTF8.self)
                if SopsEncryptedValue.resembles(text) {
                    let owners = (0...before.count).map { Array(before.prefix($0)) }
                        + (0...place.keys.count).map { Array(place.keys.prefix($0)) }
                    result.append(SopsComment(text: text, offset: i, owners: owners))
                }
                i = end
            }
            start = max(start, place.end)
            before = place.keys
        }
        return result
    }
}
