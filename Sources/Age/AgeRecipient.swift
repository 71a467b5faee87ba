internal import Crypto

/// Somebody a file can be encrypted to: an X25519 public key, written `age1...`.
package struct AgeRecipient: Sendable, Hashable, CustomStringConvertible {
    static let prefix = "age"

    let point: [UInt8]

    init(point: [UInt8]) { self.point = point }

    package init(parsing text: String) throws(AgeError) {
        guard let decoded = Bech32.decode(text.utf8) else {
            throw AgeError(.recipient, "`\(text)` is no age recipient: it is mistyped or cut off")
        }
        guard decoded.prefix == Self.prefix else {
            throw AgeError(
                .recipient, "`\(text)` is no X25519 recipient: it does not begin with `age1`, or a plugin is needed for it",
                help: "make a key with `age-keygen`; its recipient begins with `age1`")
        }
        guard decoded.bytes.count == X25519.count else {
            throw AgeError(.recipient, "`\(text)` is no X25519 recipient: it has \(decoded.bytes.count) bytes, and needs 32")
        }
        point = decoded.bytes
        // Agreeing on a key with a point of low order gives no secret, whatever the other key is.
        let probe = SensitiveBytes(count: X25519.count) { $0[0] = 8 }
        do throws(CryptoError) { _ = try X25519.sharedSecret(probe, point) } catch {
            guard error.kind == .lowOrderPoint else { throw AgeError(error) }
            throw AgeError(.recipient, "`\(text)` is no safe recipient: its key is a point of low order")
        }
    }

    package var description: String { String(decoding: Bech32.encode(prefix: Self.prefix, point), as: UTF8.self) }

    func wrap(_ fileKey: SensitiveBytes) throws(AgeError) -> AgeStanza {
        try crypto { () throws(CryptoError) in
            let secret = try RandomBytes.secret(count: X25519.count)
            let share = try X25519.publicKey(of: secret)
            let key = try Self.wrapKey(X25519.sharedSecret(secret, point), share: share, recipient: point)
            let body = try AuthenticatedCipher.chaCha20Poly1305.seal(fileKey, key: key, nonce: Age.zeroNonce)
            return AgeStanza(arguments: [AgeIdentity.kind, Base64.unpadded.encoded(share)], body: body)
        }
    }

    static func wrapKey(_ shared: SensitiveBytes, share: [UInt8], recipient: [UInt8]) throws(CryptoError) -> SensitiveBytes {
        try Hash.sha256.derivedKey(from: shared, salt: share + recipient, info: "age-encryption.org/v1/X25519")
    }
}
