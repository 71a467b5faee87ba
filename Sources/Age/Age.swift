package import Crypto

/// Files in the format of age, version 1 (https://c2sp.org/age), with X25519 recipients.
package enum Age {
    static let fileKeyCount = 16
    static let wrappedCount = fileKeyCount + AuthenticatedCipher.tagCount
    /// A wrapping key is used once, so its nonce needs no chance.
    static let zeroNonce = [UInt8](repeating: 0, count: 12)

    /// A file that each of the recipients, at least one, can open.
    package static func encrypt(_ plaintext: SensitiveBytes, to recipients: [AgeRecipient]) throws(AgeError) -> [UInt8] {
        guard !recipients.isEmpty else { throw AgeError(.recipient, "there is nobody to encrypt to") }
        let fileKey = try crypto { () throws(CryptoError) in try RandomBytes.secret(count: fileKeyCount) }
        var stanzas: [AgeStanza] = []
        for recipient in recipients { stanzas.append(try recipient.wrap(fileKey)) }
        let header = AgeHeader(stanzas: stanzas, authenticationCode: try AgeHeader.code(of: stanzas, fileKey: fileKey))
        return header.encoded + (try crypto { () throws(CryptoError) in try AgePayload.seal(plaintext, fileKey: fileKey) })
    }

    /// As `encrypt`, as text.
    package static func encryptArmored(_ plaintext: SensitiveBytes, to recipients: [AgeRecipient]) throws(AgeError) -> String {
        AgeArmor.encode(try encrypt(plaintext, to: recipients))
    }

    /// The whole plaintext, once all of it was found authentic. The first identity that opens the file counts.
    package static func decrypt(_ file: [UInt8], with identities: [any AgeUnwrapping]) throws(AgeError) -> SensitiveBytes {
        let (header, payload) = try AgeHeader.parse(file)
        // Who opens a file with a passphrase trusts that only those who know it could write it.
        guard header.stanzas.count == 1 || !header.stanzas.contains(where: { $0.kind == AgePassphrase.kind }) else {
            throw AgeHeader.failure("a scrypt recipient stands beside others")
        }
        for identity in identities {
            guard let fileKey = try identity.fileKey(of: AgeStanzas(all: header.stanzas)) else { continue }
            let code = try AgeHeader.code(of: header.stanzas, fileKey: fileKey)
            guard try crypto({ () throws(CryptoError) in try ConstantTime.equal(code, header.authenticationCode) }) else {
                throw AgeError(.headerAuthentication, "the header of the age file was changed")
            }
            return try AgePayload.open(file[payload...], fileKey: fileKey)
        }
        throw AgeError(
            .noMatch, "none of the identities opens the age file",
            help: "use the identity of one of its recipients, or have one of them encrypt it to yours")
    }

    /// As `decrypt`, from text.
    package static func decrypt(armored text: [UInt8], with identities: [any AgeUnwrapping]) throws(AgeError) -> SensitiveBytes {
        try decrypt(AgeArmor.decode(text), with: identities)
    }
}
