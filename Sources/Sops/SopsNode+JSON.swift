internal import Support

extension SopsNode {
    /// Reads JSON strictly.
    init(json bytes: [UInt8]) throws(JSONError) {
        // Refuses whatever is not JSON, duplicate keys among it; what comes after only looks for the places.
        _ = try JSONValue(parsing: bytes)
        var reader = JSONReader(bytes: bytes)
        self = try reader.node()
    }
}

/// Walks through text that is known to be JSON.
private struct JSONReader {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func skipSpace() {
        while bytes[position] == 0x20 || bytes[position] == 0x0A || bytes[position] == 0x0D || bytes[position] == 0x09 { position += 1 }
    }

    /// The next byte that is no space; passed if it is this one.
    private mutating func passes(_ byte: Unicode.Scalar) -> Bool {
        skipSpace()
        guard bytes[position] == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    mutating func node() throws(JSONError) -> SopsNode {
        skipSpace()
        let start = position
        switch bytes[position] {
        case UInt8(ascii: "{"):
            var entries: [SopsPair] = []
            position += 1
            while !passes("}") {
                _ = passes(",")
                let (name, place) = try key()
                _ = passes(":")
                entries.append(SopsPair(name: name, keyPlace: place, value: try node()))
            }
            return SopsNode(content: .mapping(entries), place: start..<position)
        case UInt8(ascii: "["):
            var items: [SopsNode] = []
            position += 1
            while !passes("]") {
                _ = passes(",")
                items.append(try node())
            }
            return SopsNode(content: .sequence(items), place: start..<position)
        case UInt8(ascii: "\""):
            let place = string()
            if let inner = SopsNode.verbatim(place, in: bytes) { return SopsNode(content: .verbatim(inner), place: place) }
            return SopsNode(content: .string(try text(place)), place: place)
        default:
            while position < bytes.count, !",]} \n\r\t".utf8.contains(bytes[position]) { position += 1 }
            let place = start..<position
            let content: SopsNode.Content =
                switch try JSONValue(parsing: Array(bytes[place])) {
                case .bool(let value): .bool(value)
                case .integer(let value): .integer(value)
                case .double(let value): .double(value)
                default: .null
                }
            return SopsNode(content: content, place: place)
        }
    }

    private mutating func key() throws(JSONError) -> (name: String, place: Range<Int>) {
        skipSpace()
        let place = string()
        return (try text(place), place)
    }

    /// The place of a string with its quotes.
    private mutating func string() -> Range<Int> {
        let start = position
        position += 1
        while bytes[position] != UInt8(ascii: "\"") { position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1 }
        position += 1
        return start..<position
    }

    private func text(_ place: Range<Int>) throws(JSONError) -> String {
        let inner = bytes[place.lowerBound + 1..<place.upperBound - 1]
        guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
        return try JSONValue(parsing: Array(bytes[place])).asString ?? ""
    }
}
