package import Crypto

/// A secret X25519 key, written `AGE-SECRET-KEY-1...`. Its description shows the recipient only.
package struct AgeIdentity: AgeUnwrapping, CustomStringConvertible {
    static let prefix = "AGE-SECRET-KEY-"
    static let kind = "X25519"

    private let secret: SensitiveBytes
    package let recipient: AgeRecipient

    private init(secret: SensitiveBytes) throws(AgeError) {
        self.secret = secret
        recipient = AgeRecipient(point: try crypto { () throws(CryptoError) in try X25519.publicKey(of: secret) })
    }

    package static func generate() throws(AgeError) -> AgeIdentity {
        try AgeIdentity(secret: crypto { () throws(CryptoError) in try RandomBytes.secret(count: X25519.count) })
    }

    package init(parsing text: SensitiveBytes) throws(AgeError) {
        // No message holds any of the text: it may be a secret with a slip.
        guard var decoded = text.withBytes({ Bech32.decode($0) }) else {
            throw AgeError(.identity, "this is no age identity: it is mistyped or cut off")
        }
        let (prefix, count) = (decoded.prefix, decoded.bytes.count)
        let secret = SensitiveBytes(taking: &decoded.bytes)
        guard prefix == Self.prefix, count == X25519.count else {
            throw AgeError(
                .identity, "this is no X25519 identity: it does not begin with `\(Self.prefix)1`, or a plugin is needed for it",
                help: "make one with `age-keygen`")
        }
        try self.init(secret: secret)
    }

    /// The identities of a key file: one a line, with empty lines and comments (`#`).
    package static func parse(file: SensitiveBytes) throws(AgeError) -> [AgeIdentity] {
        var identities: [AgeIdentity] = []
        let lines = file.withBytes { bytes in
            bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
                SensitiveBytes(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
            }
        }
        for (place, line) in lines.enumerated() where !line.withBytes({ $0.isEmpty || $0.first == UInt8(ascii: "#") }) {
            do throws(AgeError) { identities.append(try AgeIdentity(parsing: line)) } catch {
                throw AgeError(error.kind, "line \(place + 1): \(error.message)", help: error.help)
            }
        }
        guard !identities.isEmpty else { throw AgeError(.identity, "it holds no identity") }
        return identities
    }

    /// `AGE-SECRET-KEY-1...`, for the key file.
    package var secretText: SensitiveBytes {
        secret.withBytes {
            var text = Bech32.encode(prefix: Self.prefix, $0)
            return SensitiveBytes(taking: &text)
        }
    }

    package var description: String { "identity of \(recipient)" }

    package func fileKey(of header: AgeStanzas) throws(AgeError) -> SensitiveBytes? {
        var found: SensitiveBytes?
        // All are looked at, so that a malformed one is an error wherever it stands.
        for stanza in header.all where stanza.kind == Self.kind {
            guard stanza.arguments.count == 2, let share = Base64.unpadded.decode(stanza.arguments[1].utf8), share.count == X25519.count
            else { throw AgeHeader.failure("an X25519 recipient is malformed") }
            // Bodies of other lengths would let one ciphertext be tried with many keys.
            guard stanza.body.count == Age.wrappedCount else { throw AgeHeader.failure("an X25519 recipient wraps no file key") }
            do throws(CryptoError) {
                let key = try AgeRecipient.wrapKey(X25519.sharedSecret(secret, share), share: share, recipient: recipient.point)
                let fileKey = try AuthenticatedCipher.chaCha20Poly1305.open(stanza.body, key: key, nonce: Age.zeroNonce)
                if found == nil { found = fileKey }
            } catch {
                switch error.kind {
                case .notAuthentic: continue
                case .lowOrderPoint: throw AgeHeader.failure("the share of an X25519 recipient is a point of low order")
                case .unavailable, .other: throw AgeError(error)
                }
            }
        }
        return found
    }
}
