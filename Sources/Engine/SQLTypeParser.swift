/// A recursive descent over the engine's syntax of types, on bytes.
struct SQLTypeParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private static let depthLimit = 64

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func parse() throws(SQLTypeError) -> SQLType {
        let type = try self.type()
        skipSpace()
        guard position == bytes.count else { throw unexpected("after the type") }
        return type
    }

    private mutating func type() throws(SQLTypeError) -> SQLType {
        guard depth < Self.depthLimit else { throw SQLTypeError(message: "this type is nested too deeply", offset: position, unknownName: nil) }
        depth += 1
        defer { depth -= 1 }
        var type = try base()
        while true {
            skipSpace()
            if take("[") {
                type = try suffix(of: type)
            } else if takeWord("array") {
                skipSpace()
                type = take("[") ? try suffix(of: type) : .list(type)
            } else {
                return type
            }
        }
    }

    /// What follows `[`.
    private mutating func suffix(of element: SQLType) throws(SQLTypeError) -> SQLType {
        skipSpace()
        if take("]") { return .list(element) }
        let start = position
        let count = try number()
        guard count > 0 else { throw SQLTypeError(message: "an array has at least one element", offset: start, unknownName: nil) }
        try expect("]")
        return .array(element, count: count)
    }

    private mutating func base() throws(SQLTypeError) -> SQLType {
        skipSpace()
        let start = position
        if peek == UInt8(ascii: "\"") {
            let name = try quoted("\"")
            if name == "NULL" { return .null }
            return try plain(name.lowercased(), written: name, at: start)
        }
        let first = word()
        guard !first.isEmpty else { throw unexpected("where a type is expected") }
        switch first.lowercased() {
        case "decimal", "numeric", "dec": return try decimal()
        case "struct", "row": return .structure(try fields())
        case "union":
            let members = try fields().map { "\(SQL.quotedIdentifier($0.name)) \($0.type.sql)" }
            return .other("UNION(\(members.joined(separator: ", ")))")
        case "map":
            try expect("(")
            let key = try type()
            try expect(",")
            let value = try type()
            try expect(")")
            return .map(key: key, value: value)
        case "enum": return .enumeration(try values())
        default: return try plain(longestName(from: first), written: first, at: start)
        }
    }

    /// Types such as `timestamp with time zone` have several words.
    private mutating func longestName(from first: String) -> String {
        var (words, name, end) = (first.lowercased(), first.lowercased(), position)
        while true {
            skipSpace()
            let next = word().lowercased()
            words += " " + next
            guard !next.isEmpty, Self.isStart(words) else {
                position = end
                return name
            }
            if SQLType.byName[words] != nil { (name, end) = (words, position) }
        }
    }

    private static func isStart(_ name: String) -> Bool {
        SQLType.byName.keys.contains { $0 == name || $0.hasPrefix(name + " ") }
    }

    private mutating func plain(_ name: String, written: String, at start: Int) throws(SQLTypeError) -> SQLType {
        guard let type = SQLType.byName[name] else {
            throw SQLTypeError(message: "\"\(written)\" is no type of the engine", offset: start, unknownName: written)
        }
        skipSpace()
        // Lengths of texts mean nothing to the engine; those of timestamps are digits of the second.
        guard peek == UInt8(ascii: "("), type == .varchar || type == .timestamp(.microseconds) || type == .float else { return type }
        position += 1
        let size = try number()
        try expect(")")
        guard case .timestamp = type else { return type }
        switch size {
        case 0: return .timestamp(.seconds)
        case 1...3: return .timestamp(.milliseconds)
        case 4...6: return type
        case 7...9: return .timestamp(.nanoseconds)
        default: throw SQLTypeError(message: "a timestamp has at most 9 digits of the second", offset: start, unknownName: nil)
        }
    }

    private mutating func decimal() throws(SQLTypeError) -> SQLType {
        skipSpace()
        guard take("(") else { return .decimal(precision: 18, scale: 3) }
        skipSpace()
        let start = position
        let precision = try number()
        skipSpace()
        var scale = 0
        if take(",") {
            skipSpace()
            scale = try number()
        }
        try expect(")")
        guard (1...38).contains(precision), scale <= precision else {
            throw SQLTypeError(
                message: "a DECIMAL has 1 to 38 digits, and at most as many of them behind the point", offset: start, unknownName: nil)
        }
        return .decimal(precision: precision, scale: scale)
    }

    private mutating func fields() throws(SQLTypeError) -> [SQLColumn] {
        try expect("(")
        var fields: [SQLColumn] = []
        repeat {
            skipSpace()
            let name = peek == UInt8(ascii: "\"") ? try quoted("\"") : word()
            guard !name.isEmpty else { throw unexpected("where the name of a field is expected") }
            fields.append(SQLColumn(name: name, type: try type()))
            skipSpace()
        } while take(",")
        try expect(")")
        return fields
    }

    private mutating func values() throws(SQLTypeError) -> [String] {
        try expect("(")
        var values: [String] = []
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "'") else { throw unexpected("where a value in quotes is expected") }
            values.append(try quoted("'"))
            skipSpace()
        } while take(",")
        try expect(")")
        return values
    }

    // MARK: Tokens

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func takeWord(_ wanted: String) -> Bool {
        let before = position
        if word().lowercased() == wanted { return true }
        position = before
        return false
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(SQLTypeError) {
        skipSpace()
        guard take(character) else { throw unexpected("where \"\(character)\" is expected") }
    }

    private mutating func word() -> String {
        let start = position
        while let byte = peek, Self.isWordByte(byte, isFirst: position == start) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func isWordByte(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...: true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): !isFirst
        default: false
        }
    }

    private mutating func number() throws(SQLTypeError) -> Int {
        skipSpace()
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else { throw unexpected("where a number is expected") }
        return value
    }

    private mutating func quoted(_ quote: Unicode.Scalar) throws(SQLTypeError) -> String {
        let start = position
        let mark = UInt8(ascii: quote)
        var text: [UInt8] = []
        position += 1
        while let byte = peek {
            position += 1
            if byte == mark {
                guard peek == mark else { return String(decoding: text, as: UTF8.self) }
                position += 1
            }
            text.append(byte)
        }
        throw SQLTypeError(message: "this \(quote) is not closed", offset: start, unknownName: nil)
    }

    private func unexpected(_ place: String) -> SQLTypeError {
        guard position < bytes.count else {
            return SQLTypeError(message: "the text ends \(place)", offset: position, unknownName: nil)
        }
        let rest = String(decoding: bytes[position...], as: UTF8.self)
        return SQLTypeError(message: "\"\(rest.prefix(1))\" stands \(place)", offset: position, unknownName: nil)
    }
}
