/// Base 64 (RFC 4648, section 4). Strict: every byte string has one encoding, and nothing else is decoded.
package enum Base64: Sendable {
    case padded, unpadded

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    package func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var (result, bits, count) = ([UInt8](), 0, 0)
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for byte in bytes {
            bits = (bits << 8 | Int(byte)) & 0xFFFF
            count += 8
            while count >= 6 {
                count -= 6
                result.append(Self.alphabet[bits >> count & 63])
            }
        }
        if count > 0 { result.append(Self.alphabet[bits << (6 - count) & 63]) }
        if self == .padded { while result.count % 4 != 0 { result.append(UInt8(ascii: "=")) } }
        return result
    }

    package func encoded(_ bytes: some Collection<UInt8>) -> String { String(decoding: encode(bytes), as: UTF8.self) }

    /// Nil where this is not the encoding of any bytes.
    package func decode(_ text: some BidirectionalCollection<UInt8>) -> [UInt8]? {
        var body = text[...]
        if self == .padded {
            guard body.count % 4 == 0 else { return nil }
            for _ in 0..<2 where body.last == UInt8(ascii: "=") { body = body.dropLast() }
        }
        var (result, bits, count) = ([UInt8](), 0, 0)
        result.reserveCapacity(body.count * 3 / 4)
        for character in body {
            let value = Self.values[Int(character)]
            guard value < 64 else { return nil }
            bits = (bits << 6 | Int(value)) & 0xFFF
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(bits >> count & 255))
            }
        }
        // Six bits left make no byte, and the bits left after the last byte are zero.
        guard count < 6, bits & ((1 << count) - 1) == 0 else { return nil }
        return result
    }
}
