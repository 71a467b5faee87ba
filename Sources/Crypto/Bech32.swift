/// Bech32 (BIP 173) without a limit on the length, as age writes keys.
package enum Bech32 {
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

    package struct Decoded {
        /// As it was written, all in upper case or all in lower case.
        package let prefix: String
        package var bytes: [UInt8]
    }

    /// The text of bytes, in the case of the prefix.
    package static func encode(prefix: String, _ bytes: some Collection<UInt8>) -> [UInt8] {
        let isUpper = prefix.utf8.contains { isUppercase($0) }
        let name = prefix.utf8.map(lowercased)
        precondition(!name.isEmpty && !(isUpper && prefix.utf8.contains { isLowercase($0) }))
        var (digits, bits, count) = ([UInt8](), 0, 0)
        for byte in bytes {
            bits = (bits << 8 | Int(byte)) & 0xFFFF
            count += 8
            while count >= 5 {
                count -= 5
                digits.append(UInt8(bits >> count & 31))
            }
        }
        if count > 0 { digits.append(UInt8(bits << (5 - count) & 31)) }
        let sum = checksum(name, digits + [UInt8](repeating: 0, count: 6)) ^ 1
        for place in 0..<6 { digits.append(UInt8(sum >> (5 * (5 - place)) & 31)) }
        let text = name + [UInt8(ascii: "1")] + digits.map { alphabet[Int($0)] }
        return isUpper ? text.map { isLowercase($0) ? $0 - 32 : $0 } : text
    }

    /// Nil where the text has mixed case, a wrong checksum, foreign characters, or bits left over that are not zero.
    package static func decode(_ text: some Collection<UInt8>) -> Decoded? {
        let text = Array(text)
        guard !(text.contains(where: isUppercase) && text.contains(where: isLowercase)) else { return nil }
        guard text.allSatisfy({ (33...126).contains($0) }) else { return nil }
        guard let separator = text.lastIndex(of: UInt8(ascii: "1")), separator > 0, text.count - separator > 6 else { return nil }
        var digits: [UInt8] = []
        for character in text[(separator + 1)...] {
            guard let value = alphabet.firstIndex(of: lowercased(character)) else { return nil }
            digits.append(UInt8(value))
        }
        guard checksum(text[..<separator].map(lowercased), digits) == 1 else { return nil }
        var (bytes, bits, count) = ([UInt8](), 0, 0)
        for digit in digits.dropLast(6) {
            bits = (bits << 5 | Int(digit)) & 0xFFF
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count & 255))
            }
        }
        guard count < 5, bits & ((1 << count) - 1) == 0 else { return nil }
        return Decoded(prefix: String(decoding: text[..<separator], as: UTF8.self), bytes: bytes)
    }

    private static func checksum(_ prefix: [UInt8], _ digits: [UInt8]) -> UInt32 {
        let generators: [UInt32] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]
        var sum: UInt32 = 1
        for value in prefix.map({ $0 >> 5 }) + [0] + prefix.map({ $0 & 31 }) + digits {
            let top = sum >> 25
            sum = (sum & 0x1FF_FFFF) << 5 ^ UInt32(value)
            for (bit, generator) in generators.enumerated() where top >> bit & 1 == 1 { sum ^= generator }
        }
        return sum
    }

    private static func isUppercase(_ byte: UInt8) -> Bool { (65...90).contains(byte) }
    private static func isLowercase(_ byte: UInt8) -> Bool { (97...122).contains(byte) }
    private static func lowercased(_ byte: UInt8) -> UInt8 { isUppercase(byte) ? byte + 32 : byte }
}
