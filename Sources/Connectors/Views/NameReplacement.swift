internal import Engine

/// Puts other names in the place of names in a query, and leaves every other byte of it.
enum NameReplacement {
    /// - Parameter replacements: names as the engine's parser found them, and what shall stand in place of their first parts.
    static func apply(_ replacements: [(reference: TableReference, parts: [String])], to sql: String) throws(EngineError) -> String {
        let bytes = Array(sql.utf8)
        var found: [(range: Range<Int>, text: String)] = []
        for (reference, parts) in replacements {
            guard let start = reference.offset, let range = range(of: Array(reference.name.prefix(parts.count)), at: start, in: bytes) else {
                throw EngineError(.syntax, "where the name \(reference.name.joined(separator: ".")) stands in the query cannot be told", sql: sql, offset: reference.offset)
            }
            let written = String(decoding: bytes[range], as: UTF8.self)
            let quoted = try SQL.qualified(parts)
            if written != quoted, !(parts.allSatisfy(isPlain) && written == parts.joined(separator: ".")) { found.append((range, quoted)) }
        }
        var result: [UInt8] = []
        var position = 0
        for (range, text) in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) where range.lowerBound >= position {
            result += bytes[position..<range.lowerBound]
            result += text.utf8
            position = range.upperBound
        }
        return String(decoding: result + bytes[position...], as: UTF8.self)
    }

    /// Means the same to every database without quotes, but for words that one of them reserves: those were accepted as they stand.
    private static func isPlain(_ name: String) -> Bool {
        name.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }

    /// Of the parts of a name with the dots between them; nil where something else stands there.
    private static func range(of parts: [String], at start: Int, in bytes: [UInt8]) -> Range<Int>? {
        var reader = NameReader(bytes: bytes, position: start)
        for (index, part) in parts.enumerated() {
            if index > 0 {
                reader.skipBlanks()
                guard reader.skip(UInt8(ascii: ".")) else { return nil }
                reader.skipBlanks()
            }
            guard let read = reader.part(), read.lowercased() == part.lowercased() else { return nil }
        }
        return start..<reader.position
    }
}

/// Reads names as the engine's lexer does: words, quoted names, and what may stand between them.
private struct NameReader {
    let bytes: [UInt8]
    var position: Int

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }
    private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

    mutating func skip(_ wanted: UInt8) -> Bool {
        guard byte == wanted else { return false }
        position += 1
        return true
    }

    /// Blanks and comments.
    mutating func skipBlanks() {
        while let byte {
            if byte <= 0x20 {
                position += 1
            } else if byte == UInt8(ascii: "-"), next == byte {
                while self.byte != nil, self.byte != 10 { position += 1 }
            } else if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                var depth = 0
                repeat {
                    if self.byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                        depth += 1
                        position += 2
                    } else if self.byte == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                        depth -= 1
                        position += 2
                    } else {
                        position += 1
                    }
                } while depth > 0 && position < bytes.count
            } else {
                return
            }
        }
    }

    mutating func part() -> String? {
        if skip(UInt8(ascii: "\"")) {
            var name: [UInt8] = []
            while let byte {
                position += 1
                if byte == UInt8(ascii: "\"") {
                    guard self.byte == byte else { return String(decoding: name, as: UTF8.self) }
                    position += 1
                }
                name.append(byte)
            }
            return nil
        }
        let start = position
        while let byte, byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) {
            position += 1
        }
        return start == position ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
    }
}
