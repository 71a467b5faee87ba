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
    package func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        let decoded = text.withContiguousStorageIfAvailable { decode($0) }
        return decoded ?? Array(text).withUnsafeBufferPointer { decode($0) }
    }

    /// As above, of bytes in memory.
    package func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var isFine = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { bytes, count in
            count = decode(text, into: bytes) ?? 0
            isFine = count > 0 || text.isEmpty
        }
        return isFine ? bytes : nil
    }

    /// As above, into memory with room for three bytes for every four characters, a group that has begun among them. Gives the
    /// number of bytes, or nil.
    package func decode(_ text: UnsafeBufferPointer<UInt8>, into bytes: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        var end = text.count
        if self == .padded {
            guard end % 4 == 0 else { return nil }
            for _ in 0..<2 where end > 0 && text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        }
        return Self.values.withUnsafeBufferPointer { values in
            var (i, count) = (0, 0)
            while i + 4 <= end {
                let (a, b, c, d) = (values[Int(text[i])], values[Int(text[i + 1])], values[Int(text[i + 2])], values[Int(text[i + 3])])
                // Only what is no character of the alphabet has a bit above the sixth.
                guard (a | b | c | d) & 0xC0 == 0 else { return nil }
                bytes[count] = a << 2 | b >> 4
                bytes[count + 1] = b << 4 | c >> 2
                bytes[count + 2] = c << 6 | d
                (i, count) = (i + 4, count + 3)
            }
            // Six bits left make no byte, and the bits left after the last byte are zero.
            switch end - i {
            case 0: return count
            case 2:
                let (a, b) = (values[Int(text[i])], values[Int(text[i + 1])])
                guard (a | b) & 0xC0 == 0, b & 0x0F == 0 else { return nil }
                bytes[count] = a << 2 | b >> 4
                return count + 1
            case 3:
                let (a, b, c) = (values[Int(text[i])], values[Int(text[i + 1])], values[Int(text[i + 2])])
                guard (a | b | c) & 0xC0 == 0, c & 0x03 == 0 else { return nil }
                bytes[count] = a << 2 | b >> 4
                bytes[count + 1] = b << 4 | c >> 2
                return count + 2
            default: return nil
            }
        }
    }
}
