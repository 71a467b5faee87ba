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
        var rest = text
        guard Self.pass(Self.opening, in: &rest), rest.last == UInt8(ascii: "]") else { return nil }
        rest = UnsafeBufferPointer(rebasing: rest.dropLast())
        guard let data = Self.field(",data:", in: &rest).flatMap({ Base64.padded.decode($0) }), !data.isEmpty,
            let nonce = Self.field(",iv:", in: &rest).flatMap({ Base64.padded.decode($0) }),
            nonce.count == Self.nonceSize || nonce.count == Self.shortNonceSize,
            let tag = Self.field(",tag:", in: &rest).flatMap({ Base64.padded.decode($0) }),
            tag.count == AuthenticatedCipher.tagCount,
            let name = Self.field(",type:", in: &rest), rest.isEmpty,
            let kind = Kind.allCases.first(where: { name.elementsEqual($0.rawValue.utf8) })
        else { return nil }
        self.init(ciphertext: data, nonce: nonce, tag: tag, kind: kind)
    }

    /// What stands behind a name, up to the next comma.
    private static func field(_ name: StaticString, in text: inout UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        guard pass(name, in: &text) else { return nil }
        let end = text.firstPlace(of: UInt8(ascii: ","), from: 0) ?? text.count
        defer { text = UnsafeBufferPointer(rebasing: text[end...]) }
        return UnsafeBufferPointer(rebasing: text[..<end])
    }

    private static func pass(_ word: StaticString, in text: inout UnsafeBufferPointer<UInt8>) -> Bool {
        let count = word.utf8CodeUnitCount
        guard text.count >= count, (0..<count).allSatisfy({ text[$0] == word.utf8Start[$0] }) else { return false }
        text = UnsafeBufferPointer(rebasing: text[count...])
        return true
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
