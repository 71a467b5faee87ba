internal import Crypto

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
    /// Of old files.
    static let shortNonceSize = 12
    private static let names: [StaticString] = [",data:", ",iv:", ",tag:", ",type:"]
    private static let opening: StaticString = "ENC[AES256_GCM"

    init(ciphertext: [UInt8], nonce: [UInt8], tag: [UInt8], kind: Kind) {
        self.ciphertext = ciphertext
        self.nonce = nonce
        self.tag = tag
        self.kind = kind
    }

    init?(_ text: String) {
        var text = text
        guard let value = text.withUTF8({ Self($0) }) else { return nil }
        self = value
    }

    /// nil where anything departs from the one form that is written.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard Self.begins(text, at: 0, with: Self.opening), text.last == UInt8(ascii: "]") else { return nil }
        var starts: [Int] = []
        var position = Self.opening.utf8CodeUnitCount
        var ends: [Int] = []
        for name in Self.names {
            guard Self.begins(text, at: position, with: name) else { return nil }
            position += name.utf8CodeUnitCount
            starts.append(position)
            while position < text.count - 1, text[position] != UInt8(ascii: ",") { position += 1 }
            ends.append(position)
        }
        func part(_ i: Int) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: text[starts[i]..<ends[i]]) }
        guard position == text.count - 1,
            let data = Base64.padded.decode(part(0)), !data.isEmpty,
            let nonce = Base64.padded.decode(part(1)), nonce.count == Self.nonceSize || nonce.count == Self.shortNonceSize,
            let tag = Base64.padded.decode(part(2)), tag.count == AuthenticatedCipher.tagCount,
            let kind = Kind(rawValue: String(decoding: part(3), as: UTF8.self))
        else { return nil }
        self.init(ciphertext: data, nonce: nonce, tag: tag, kind: kind)
    }

    private static func begins(_ text: UnsafeBufferPointer<UInt8>, at position: Int, with word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard text.count - position >= count else { return false }
        return (0..<count).allSatisfy { text[position + $0] == word.utf8Start[$0] }
    }

    var text: String {
        "\(Self.opening),data:\(Base64.padded.encoded(ciphertext)),iv:\(Base64.padded.encoded(nonce)),"
            + "tag:\(Base64.padded.encoded(tag)),type:\(kind.rawValue)]"
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
