internal import Engine

/// Puts other names in the place of names in a query, and leaves every other byte of it.
enum NameReplacement {
    /// - Parameter replacements: names as the engine's parser found them, and what shall stand in place of so many of their first parts.
    static func apply(_ replacements: [(reference: TableReference, count: Int, parts: [String])], to sql: String) throws(EngineError) -> String {
        let bytes = Array(sql.utf8)
        var found: [(range: Range<Int>, text: String)] = []
        for (reference, count, parts) in replacements {
            guard let start = reference.offset, let range = range(of: Array(reference.name.prefix(count)), at: start, in: bytes) else {
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
