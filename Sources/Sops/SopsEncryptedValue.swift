/// `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`, the form of an encrypted value (getsops/sops, aes/cipher.go).
package struct SopsEncryptedValue: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case string = "str", integer = "int", float, bool, bytes, time, comment
    }

    let ciphertext: [UInt8]
    let nonce: [UInt8]
    let tag: [UInt8]
    let kind: Kind

    static let nonceSize = 32
    static let tagSize = 16
    private static let names = ["data:", "iv:", "tag:", "type:"]
    private static let opening = "ENC[AES256_GCM,"

    init(ciphertext: [UInt8], nonce: [UInt8], tag: [UInt8], kind: Kind) {
        self.ciphertext = ciphertext
        self.nonce = nonce
        self.tag = tag
        self.kind = kind
    }

    /// nil where anything departs from the one form that is written; old files have nonces of 12 bytes.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.starts(with: Self.opening.utf8), bytes.last == UInt8(ascii: "]") else { return nil }
        let parts = bytes[Self.opening.utf8.count..<bytes.count - 1]
            .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == Self.names.count else { return nil }
        var contents: [ArraySlice<UInt8>] = []
        for (part, name) in zip(parts, Self.names) {
            guard part.starts(with: name.utf8) else { return nil }
            contents.append(part.dropFirst(name.utf8.count))
        }
        guard let data = StrictBase64.decode(contents[0]), !data.isEmpty,
            let nonce = StrictBase64.decode(contents[1]), nonce.count == Self.nonceSize || nonce.count == 12,
            let tag = StrictBase64.decode(contents[2]), tag.count == Self.tagSize,
            let kind = Kind(rawValue: String(decoding: contents[3], as: UTF8.self))
        else { return nil }
        self.init(ciphertext: data, nonce: nonce, tag: tag, kind: kind)
    }

    var text: String {
        "\(Self.opening)data:\(StrictBase64.encode(ciphertext)),iv:\(StrictBase64.encode(nonce)),"
            + "tag:\(StrictBase64.encode(tag)),type:\(kind.rawValue)]"
    }

    /// Whether a text is an encrypted value, or one that was damaged.
    static func resembles(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return ["ENC[", "AES256_GCM,", ",type:comment]"].contains { bytes.holds(Array($0.utf8)) }
    }
}

extension [UInt8] {
    func holds(_ other: [UInt8]) -> Bool {
        guard count >= other.count else { return false }
        return (0...count - other.count).contains { self[$0..<$0 + other.count].elementsEqual(other) }
    }
}

/// Base64 with padding (RFC 4648, section 4) where every content has one encoding.
enum StrictBase64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
        return table
    }()

    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var held = 0
        for letter in text.dropLast(padding) {
            let value = values[Int(letter)]
            guard value != 255 else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
                bits &= (1 << UInt32(held)) - 1
            }
        }
        return bits == 0 ? result : nil
    }

    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var word: UInt32 = 0
            for i in 0..<3 { word = word << 8 | UInt32(i < group.count ? group[start + i] : 0) }
            for i in 0..<4 {
                result.append(i <= group.count ? alphabet[Int(word >> UInt32(18 - 6 * i) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
