package import Support

/// What stands in a file of YAML by the look of its bytes, without parsing it: rather too much than too little.
package struct FileMentions: Sendable, Hashable {
    /// Something other than a pipeline may be in it, wherever it lies.
    package let mayHoldOthers: Bool
    /// Names of templates it uses; nil: in a spelling that cannot be told at a glance.
    package let templates: [String]?
    /// Words that end in `.sql`.
    package let sqlWords: [String]
    /// An expression is part of a path to SQL: it is known only with its arguments.
    package let computesPath: Bool

    package init(mayHoldOthers: Bool, templates: [String]?, sqlWords: [String], computesPath: Bool) {
        self.mayHoldOthers = mayHoldOthers
        self.templates = templates
        self.sqlWords = sqlWords
        self.computesPath = computesPath
    }

    private static let kinds = ["Template", "Environment"].map { ByteSearch(Array($0.utf8)) }
    private static let templateKey = ByteSearch(Array("template".utf8))
    private static let sqlEnd = ByteSearch(Array(".sql".utf8))
    private static let escape = ByteSearch(Array("\\".utf8))

    package init(_ bytes: [UInt8]) {
        (mayHoldOthers, templates, sqlWords, computesPath) = bytes.withUnsafeBufferPointer { buffer in
            let (words, computes) = Self.sqlWords(buffer)
            return (Self.kinds.contains { !$0.places(in: buffer).isEmpty }, Self.templates(buffer), words, computes)
        }
    }

    private static func templates(_ bytes: UnsafeBufferPointer<UInt8>) -> [String]? {
        // Keys and names may be written with escapes.
        for place in escape.places(in: bytes) where place + 1 < bytes.count && "uUx".utf8.contains(bytes[place + 1]) { return nil }
        var names: Set<String> = []
        for place in templateKey.places(in: bytes) {
            var end = place + 8
            func skipBlanks() { while end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 { end += 1 } }
            if end < bytes.count, bytes[end] == UInt8(ascii: "\"") || bytes[end] == UInt8(ascii: "'") { end += 1 }
            skipBlanks()
            if isComplexKey(bytes, before: place) { return nil }
            guard end < bytes.count, bytes[end] == UInt8(ascii: ":") else { continue }
            end += 1
            skipBlanks()
            if end < bytes.count, bytes[end] == UInt8(ascii: "\"") || bytes[end] == UInt8(ascii: "'") { end += 1 }
            let start = end
            while end < bytes.count, isPlain(bytes[end]) { end += 1 }
            // Anchors, aliases, tags, folded texts, and values on a line of their own.
            guard end > start, end == bytes.count || " \t\r\n\"',}#".utf8.contains(bytes[end]) else { return nil }
            names.insert(String(decoding: bytes[start..<end], as: UTF8.self))
        }
        return names.sorted()
    }

    /// `? template` with its value on the next line.
    private static func isComplexKey(_ bytes: UnsafeBufferPointer<UInt8>, before place: Int) -> Bool {
        var index = place - 1
        while index >= 0, bytes[index] == 0x20 || bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "'") { index -= 1 }
        return index >= 0 && bytes[index] == UInt8(ascii: "?")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte >= 0x80
    }

    private static let ends = Set(" \t\r\n\"'[]{},".utf8)

    private static func sqlWords(_ bytes: UnsafeBufferPointer<UInt8>) -> (words: [String], computes: Bool) {
        var words: Set<String> = []
        var computes = false
        for place in sqlEnd.places(in: bytes) {
            var start = place
            while start > 0, !ends.contains(bytes[start - 1]) { start -= 1 }
            // Behind an expression, or in quotes with something that YAML would read as another character.
            if start > 0 && bytes[start - 1] == UInt8(ascii: "}") || bytes[start..<place].contains(UInt8(ascii: "\\")) { computes = true }
            words.insert(String(decoding: bytes[start..<(place + 4)], as: UTF8.self))
        }
        return (words.sorted(), computes)
    }
}

extension FileMentions: BinaryCodable {
    package init(from reader: inout BinaryReader) throws(BinaryError) {
        let isTold = try reader.bool()
        let names = try reader.texts()
        self.init(mayHoldOthers: try reader.bool(), templates: isTold ? names : nil, sqlWords: try reader.texts(), computesPath: try reader.bool())
    }

    package func write(to writer: inout BinaryWriter) {
        writer.write(templates != nil)
        writer.write(templates ?? [])
        writer.write(mayHoldOthers)
        writer.write(sqlWords)
        writer.write(computesPath)
    }
}
