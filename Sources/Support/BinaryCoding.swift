/// Writes values as bytes for a later run of the same program: no format for others. Each text is stored once.
package struct BinaryWriter: Sendable {
    private var bytes: [UInt8] = []
    private var texts: [ExactText: Int] = [:]
    private var textBytes: [UInt8] = []

    package init() {}

    /// Texts first, then the values, then a digest of both.
    package func finish() -> [UInt8] {
        var head = BinaryWriter()
        head.write(texts.count)
        head.write(textBytes.count)
        let body = head.bytes + textBytes + bytes
        let digest = ContentDigest(body)
        var tail = BinaryWriter()
        tail.write(digest)
        return body + tail.bytes
    }

    package mutating func write(_ number: Int) {
        // Zigzag, seven bits a byte, low ones first.
        var rest = UInt(bitPattern: (number << 1) ^ (number >> (Int.bitWidth - 1)))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    package mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    package mutating func write(_ text: String) {
        let key = ExactText(text)
        if let known = texts[key] {
            write(known)
            return
        }
        let number = texts.count
        texts[key] = number
        write(number)
        var length = BinaryWriter()
        length.write(text.utf8.count)
        textBytes += length.bytes
        textBytes += text.utf8
    }

    package mutating func write(_ digest: ContentDigest) {
        for word in [digest.high, digest.low] { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
    }

    /// A part that can be read by itself.
    package mutating func writeSection(_ body: (inout BinaryWriter) -> Void) {
        let start = bytes.count
        bytes += repeatElement(0, count: 8)
        body(&self)
        withUnsafeBytes(of: UInt64(bytes.count - start - 8).littleEndian) { bytes.replaceSubrange(start..<start + 8, with: $0) }
    }

    package mutating func write(_ value: some BinaryCodable) { value.write(to: &self) }

    package mutating func write<Value>(_ values: [Value], _ each: (inout BinaryWriter, Value) -> Void) {
        write(values.count)
        for value in values { each(&self, value) }
    }

    package mutating func write<Value>(_ value: Value?, _ some: (inout BinaryWriter, Value) -> Void) {
        write(value != nil)
        if let value { some(&self, value) }
    }

    package mutating func write(_ values: [some BinaryCodable]) { write(values) { $0.write($1) } }
    package mutating func write(_ texts: [String]) { write(texts) { $0.write($1) } }
    package mutating func write(_ value: (some BinaryCodable)?) { write(value) { $0.write($1) } }
    package mutating func write(_ text: String?) { write(text) { $0.write($1) } }
}

/// What was written cannot be read back.
package struct BinaryError: Error, Sendable {
    package init() {}
}

/// Reads what `BinaryWriter` wrote, in the same order.
package struct BinaryReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0
    private var end: Int
    private var known: [String] = []

    /// Throws where the bytes are not, or no longer, what was written.
    package init(_ bytes: [UInt8]) throws(BinaryError) {
        self.bytes = bytes
        guard bytes.count >= 16 else { throw BinaryError() }
        position = bytes.count - 16
        end = bytes.count
        let digest = try digest()
        end = bytes.count - 16
        guard digest == ContentDigest(bytes[..<end]) else { throw BinaryError() }
        position = 0
        let count = try count()
        let size = try integer()
        let start = position
        guard size >= 0, size <= end - start else { throw BinaryError() }
        known.reserveCapacity(count)
        for _ in 0..<count {
            let length = try integer()
            guard length >= 0, length <= end - position else { throw BinaryError() }
            known.append(String(decoding: bytes[position..<position + length], as: UTF8.self))
            position += length
        }
        guard position == start + size else { throw BinaryError() }
    }

    package mutating func integer() throws(BinaryError) -> Int {
        var value: UInt = 0
        var shift: UInt = 0
        while position < end, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt(byte & 0x7F) << shift
            if byte < 0x80 { return Int(bitPattern: value >> 1) ^ -Int(bitPattern: value & 1) }
            shift += 7
        }
        throw BinaryError()
    }

    package mutating func bool() throws(BinaryError) -> Bool {
        guard position < end else { throw BinaryError() }
        position += 1
        return bytes[position - 1] != 0
    }

    package mutating func text() throws(BinaryError) -> String {
        let number = try integer()
        guard known.indices.contains(number) else { throw BinaryError() }
        return known[number]
    }

    package mutating func digest() throws(BinaryError) -> ContentDigest {
        guard position + 16 <= end else { throw BinaryError() }
        let high = word(at: position)
        let low = word(at: position + 8)
        position += 16
        return ContentDigest(high: high, low: low)
    }

    private func word(at position: Int) -> UInt64 {
        bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self)) }
    }

    /// A reader of the section that begins here; this one goes on behind it.
    package mutating func section() throws(BinaryError) -> BinaryReader {
        guard position + 8 <= end, let length = Int(exactly: word(at: position)), length <= end - position - 8 else { throw BinaryError() }
        var part = self
        part.position = position + 8
        part.end = position + 8 + length
        position = part.end
        return part
    }

    package mutating func value<Value: BinaryCodable>() throws(BinaryError) -> Value { try Value(from: &self) }

    package mutating func array<Value>(_ each: (inout BinaryReader) throws(BinaryError) -> Value) throws(BinaryError) -> [Value] {
        let count = try count()
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try each(&self)) }
        return values
    }

    package mutating func optional<Value>(_ some: (inout BinaryReader) throws(BinaryError) -> Value) throws(BinaryError) -> Value? {
        try bool() ? try some(&self) : nil
    }

    package mutating func array<Value: BinaryCodable>() throws(BinaryError) -> [Value] {
        try array { (reader) throws(BinaryError) in try Value(from: &reader) }
    }
    package mutating func texts() throws(BinaryError) -> [String] {
        try array { (reader) throws(BinaryError) in try reader.text() }
    }
    package mutating func optional<Value: BinaryCodable>() throws(BinaryError) -> Value? {
        try bool() ? try Value(from: &self) : nil
    }
    package mutating func optionalText() throws(BinaryError) -> String? { try bool() ? try text() : nil }

    /// Of things that take a byte each at least.
    private mutating func count() throws(BinaryError) -> Int {
        let count = try integer()
        guard count >= 0, count <= end - position else { throw BinaryError() }
        return count
    }
}

package protocol BinaryCodable {
    init(from reader: inout BinaryReader) throws(BinaryError)
    func write(to writer: inout BinaryWriter)
}
