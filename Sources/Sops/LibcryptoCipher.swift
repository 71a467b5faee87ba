package import Crypto

/// The cipher of a SOPS file by OpenSSL's libcrypto.
package struct LibcryptoCipher: DataCipher {
    /// Throws where the library cannot be loaded, so that later failures are those of the data.
    package init() throws(CryptoError) { _ = try Hash.sha512.digest([]) }

    package func open(
        _ ciphertext: [UInt8], tag: [UInt8], key: SensitiveBytes, nonce: [UInt8], additionalData: [UInt8]
    ) -> [UInt8]? {
        let plain = try? AuthenticatedCipher.aes256GCM.open(ciphertext + tag, key: key, nonce: nonce, data: additionalData)
        return plain?.withBytes { Array($0) }
    }

    package func seal(
        _ plaintext: [UInt8], key: SensitiveBytes, nonce: [UInt8], additionalData: [UInt8]
    ) -> (ciphertext: [UInt8], tag: [UInt8])? {
        let sealed = try? AuthenticatedCipher.aes256GCM.seal(
            SensitiveBytes(plaintext), key: key, nonce: nonce, data: additionalData)
        guard let sealed else { return nil }
        let end = sealed.count - AuthenticatedCipher.tagCount
        return (Array(sealed[..<end]), Array(sealed[end...]))
    }

    package func sha512(_ bytes: [UInt8]) -> [UInt8]? { try? Hash.sha512.digest(bytes) }

    package func random(count: Int) -> [UInt8]? { try? RandomBytes.visible(count: count) }
}
