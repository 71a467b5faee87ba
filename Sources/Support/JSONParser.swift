/// Why a text is no JSON: what was wrong, and at which byte offset.
package struct JSONError: Error, Sendable, Equatable {
    package let message: String
    package let offset: Int

    package init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }
}

extension JSONValue {
    /// Parses one JSON document (RFC 8259), strictly: no duplicate keys, no trailing text, valid UTF-8, depth at most 512.
    package init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }

    package init(parsing bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    var position = 0
    static let depthLimit = 512

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONError) -> JSONValue {
        let result = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw failure("text after the end of the document") }
        return result
    }

    func failure(_ message: String) -> JSONError { JSONError(message: message, offset: position) }

    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let b = byte, b == 0x20 || b == 0x0A || b == 0x0D || b == 0x09 { position += 1 }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.depthLimit else { throw failure("nested deeper than \(Self.depthLimit)") }
        skipSpace()
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): try word("true"); return .bool(true)
        case UInt8(ascii: "f"): try word("false"); return .bool(false)
        case UInt8(ascii: "n"): try word("null"); return .null
        case .some(let b) where b == UInt8(ascii: "-") || (0x30...0x39).contains(b): return try number()
        case nil: throw failure("unexpected end of text")
        default: throw failure("unexpected character")
        }
    }

    mutating func word(_ text: StaticString) throws(JSONError) {
        let end = position + text.utf8CodeUnitCount
        let matches = end <= bytes.count && text.withUTF8Buffer { $0.elementsEqual(bytes[position..<end]) }
        guard matches else { throw failure("unexpected character") }
        position = end
    }

    mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var result = JSONObject()
        skipSpace()
        if byte == UInt8(ascii: "}") { position += 1; return .object(result) }
        while true {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else { throw failure("expected a key") }
            let keyOffset = position
            let key = try string()
            guard result[key] == nil else { throw JSONError(message: "duplicate key \"\(key)\"", offset: keyOffset) }
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw failure("expected ':'") }
            position += 1
            result[key] = try value(depth: depth + 1)
            skipSpace()
            switch byte {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"): position += 1; return .object(result)
            default: throw failure("expected ',' or '}'")
            }
        }
    }

    mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var result: [JSONValue] = []
        skipSpace()
        if byte == UInt8(ascii: "]") { position += 1; return .array(result) }
        while true {
            result.append(try value(depth: depth + 1))
            skipSpace()
            switch byte {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"): position += 1; return .array(result)
            default: throw failure("expected ',' or ']'")
            }
        }
    }

    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        var integral = true
        if byte == UInt8(ascii: "-") { position += 1 }
        let leadingZero = byte == UInt8(ascii: "0")
        let integerDigits = digits()
        guard integerDigits > 0, !(leadingZero && integerDigits > 1) else { throw failure("malformed number") }
        if byte == UInt8(ascii: ".") {
            integral = false
            position += 1
            guard digits() > 0 else { throw failure("malformed number") }
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            integral = false
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw failure("malformed number") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if integral, let i = Int64(text) { return .integer(i) }
        guard let d = Double(text), d.isFinite else { throw failure("number out of range") }
        return .double(d)
    }

    mutating func digits() -> Int {
        let start = position
        while let b = byte, (0x30...0x39).contains(b) { position += 1 }
        return position - start
    }

    mutating func string() throws(JSONError) -> String {
        position += 1
        var out: [UInt8] = []
        var runStart = position
        while true {
            guard let b = byte else { throw failure("unterminated string") }
            if b == UInt8(ascii: "\"") {
                out.append(contentsOf: bytes[runStart..<position])
                position += 1
                guard let text = String(validating: out, as: UTF8.self) else { throw failure("invalid UTF-8 in a string") }
                return text
            }
            guard b >= 0x20 else { throw failure("control character in a string") }
            guard b == UInt8(ascii: "\\") else { position += 1; continue }
            out.append(contentsOf: bytes[runStart..<position])
            position += 1
            let scalar = try escape()
            out.append(contentsOf: String(Character(scalar)).utf8)
            runStart = position
        }
    }

    mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let b = byte else { throw failure("unterminated string") }
        position += 1
        switch b {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let high = try hexUnit()
            if let scalar = Unicode.Scalar(high) { return scalar }
            guard UTF16.isLeadSurrogate(UInt16(high)), byte == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw failure("unpaired surrogate") }
            position += 2
            let low = try hexUnit()
            guard (0xDC00...0xDFFF).contains(low) else { throw failure("unpaired surrogate") }
            return Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))!
        default: throw failure("unknown escape")
        }
    }

    mutating func hexUnit() throws(JSONError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("unterminated string") }
        var unit: UInt32 = 0
        for b in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(b)).hexDigitValue else { throw failure("malformed \\u escape") }
            unit = unit << 4 | UInt32(digit)
        }
        position += 4
        return unit
    }
}
