package import Crypto

/// A passphrase, for reading only.
package struct AgePassphrase: AgeUnwrapping {
    static let kind = "scrypt"
    /// 2^22 takes 4 GiB and some ten seconds; a file that asks for more is an attack or a mistake.
    static let workLimit = 22

    private let text: SensitiveBytes

    package init(_ text: SensitiveBytes) { self.text = text }

    package func fileKey(of header: AgeStanzas) throws(AgeError) -> SensitiveBytes? {
        guard let stanza = header.all.first, stanza.kind == Self.kind else { return nil }
        guard stanza.arguments.count == 3, let salt = Base64.unpadded.decode(stanza.arguments[1].utf8), salt.count == 16
        else { throw AgeHeader.failure("a scrypt recipient is malformed") }
        let digits = stanza.arguments[2].utf8
        guard digits.first != UInt8(ascii: "0"), digits.allSatisfy({ (48...57).contains($0) }) else {
            throw AgeHeader.failure("the work factor of a scrypt recipient is malformed")
        }
        guard let work = Int(stanza.arguments[2]), work <= Self.workLimit else {
            throw AgeHeader.failure("the work factor of a scrypt recipient is above \(Self.workLimit)")
        }
        guard stanza.body.count == Age.wrappedCount else { throw AgeHeader.failure("a scrypt recipient wraps no file key") }
        do throws(CryptoError) {
            let salt = Array("age-encryption.org/v1/scrypt".utf8) + salt
            let key = try Scrypt.key(from: text, salt: salt, work: work)
            return try AuthenticatedCipher.chaCha20Poly1305.open(stanza.body, key: key, nonce: Age.zeroNonce)
        } catch {
            guard error.kind == .notAuthentic else { throw AgeError(error) }
            return nil
        }
    }
}
