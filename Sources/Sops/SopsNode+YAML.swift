internal import Diagnostics
internal import YAML

extension SopsNode {
    /// - Parameter start: where in the file the document begins.
    init(_ node: YAMLNode, in bytes: [UInt8], from start: Int = 0) throws(SopsRefusal) {
        var reader = Reader(bytes: bytes, start: start)
        self = try reader.node(node)
    }

    private struct Reader {
        let bytes: [UInt8]
        let start: Int
        private var position = 0

        init(bytes: [UInt8], start: Int) {
            self.bytes = bytes
            self.start = start
        }

        mutating func node(_ node: YAMLNode) throws(SopsRefusal) -> SopsNode {
            let range = node.range
            let place = start + range.start.offset..<start + range.end.offset
            switch node.kind {
            case .mapping:
                var entries: [SopsPair] = []
                entries.reserveCapacity(node.count)
                if node.count == 0 { try pass(range) }
                for (key, value) in node.pairs {
                    guard let name = key.text, name != "<<" || !key.isPlain else {
                        throw SopsRefusal(.sopsUnsupported, "an encrypted file has no merge keys", key.range)
                    }
                    let range = key.range
                    try pass(range)
                    let keyPlace = start + range.start.offset..<start + range.end.offset
                    entries.append(SopsPair(name: name, keyPlace: keyPlace, value: try self.node(value)))
                }
                return SopsNode(content: .mapping(entries), place: place)
            case .sequence:
                var items: [SopsNode] = []
                if node.count == 0 { try pass(range) }
                for item in node.items { items.append(try self.node(item)) }
                return SopsNode(content: .sequence(items), place: place)
            case .scalar, .null:
                try pass(range)
                return SopsNode(content: scalar(node, place), place: place)
            }
        }

        /// What is visited comes later in the file than what was visited before; an alias or a merge does not.
        private mutating func pass(_ range: SourceRange) throws(SopsRefusal) {
            guard range.start.offset >= position else {
                throw SopsRefusal(.sopsUnsupported, "an encrypted file has no aliases and merge keys", range)
            }
            position = range.end.offset
        }

        private func scalar(_ node: YAMLNode, _ place: Range<Int>) -> Content {
            if let inner = SopsNode.verbatim(place, in: bytes) { return .verbatim(inner) }
            if node.isNull { return .null }
            if let value = node.bool { return .bool(value) }
            if let value = node.integer { return .integer(value) }
            if let value = node.double { return .double(value) }
            let text = node.text ?? ""
            let isTime = node.isPlain && node.tag == nil && SopsPlainValue.time(text) != nil
            return isTime ? .time(text) : .string(text)
        }
    }

    /// The text of a scalar that begins like an encrypted value, where it holds nothing that quotes or line breaks could change.
    static func verbatim(_ place: Range<Int>, in bytes: [UInt8]) -> Range<Int>? {
        var inner = place
        if let first = bytes[place].first, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            guard place.count >= 2, bytes[place.upperBound - 1] == first else { return nil }
            inner = place.lowerBound + 1..<place.upperBound - 1
        }
        guard bytes[inner].starts(with: encryptedStart) else { return nil }
        let isVerbatim = bytes[inner].allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
        return isVerbatim ? inner : nil
    }
}
