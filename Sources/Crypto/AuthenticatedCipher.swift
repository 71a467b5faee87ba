/// Encryption that notices changes: AES-256-GCM (NIST SP 800-38D) and ChaCha20-Poly1305 (RFC 8439). Keys of 32 bytes.
package enum AuthenticatedCipher: Sendable {
    /// Nonces of any length but zero; SOPS takes 32 bytes.
    case aes256GCM
    /// Nonces of 12 bytes.
    case chaCha20Poly1305

    package static let keyCount = 32
    package static let tagCount = 16

    /// The ciphertext, and after it the tag.
    package func seal(
        _ plaintext: SensitiveBytes, key: SensitiveBytes, nonce: [UInt8], data: [UInt8] = []
    ) throws(CryptoError) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: plaintext.count + Self.tagCount)
        try plaintext.withBytes { (plaintext) throws(CryptoError) in
            try sealed.withUnsafeMutableBufferPointer { (sealed) throws(CryptoError) in
                try seal(plaintext, key: key, nonce: nonce, data: data, into: UnsafeMutableRawBufferPointer(sealed))
            }
        }
        return sealed
    }

    /// The plaintext of a ciphertext with its tag. Throws `notAuthentic` where either was changed.
    package func open(
        _ sealed: [UInt8], key: SensitiveBytes, nonce: [UInt8], data: [UInt8] = []
    ) throws(CryptoError) -> SensitiveBytes {
        guard sealed.count >= Self.tagCount else { throw Self.notAuthentic }
        return try SensitiveBytes(count: sealed.count - Self.tagCount) { (plaintext) throws(CryptoError) in
            try open(sealed[...], key: key, nonce: nonce, data: data, into: plaintext)
        }
    }

    /// As `seal`, into memory for the plaintext's bytes and the tag.
    package func seal(
        _ plaintext: UnsafeRawBufferPointer, key: SensitiveBytes, nonce: [UInt8], data: [UInt8] = [],
        into sealed: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        var cipher = try KeyedCipher(self, key: key, encrypts: true)
        try cipher.seal(plaintext, nonce: nonce, data: data, into: sealed)
    }

    /// As `open`, into memory for the ciphertext's bytes without the tag. What stands there is worth nothing where this throws.
    package func open(
        _ sealed: ArraySlice<UInt8>, key: SensitiveBytes, nonce: [UInt8], data: [UInt8] = [],
        into plaintext: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        guard sealed.count >= Self.tagCount else { throw Self.notAuthentic }
        var cipher = try KeyedCipher(self, key: key, encrypts: false)
        try sealed.withUnsafeBufferPointer { (sealed) throws(CryptoError) in
            try nonce.withUnsafeBufferPointer { (nonce) throws(CryptoError) in
                try data.withUnsafeBufferPointer { (data) throws(CryptoError) in
                    let end = sealed.count - Self.tagCount
                    try cipher.open(
                        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(sealed)[..<end]),
                        tag: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(sealed)[end...]),
                        nonce: UnsafeRawBufferPointer(nonce), data: UnsafeRawBufferPointer(data), into: plaintext)
                }
            }
        }
    }

    static var notAuthentic: CryptoError { CryptoError(.notAuthentic, "the ciphertext is not authentic") }
}
