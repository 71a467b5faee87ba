package import Crypto

/// The cryptography that a SOPS file needs: AES-256-GCM, SHA-512 and random bytes.
package protocol DataCipher: Sendable {
    /// The plaintext; nil where the tag does not fit key, nonce and additional data.
    func open(_ ciphertext: [UInt8], tag: [UInt8], key: SensitiveBytes, nonce: [UInt8], additionalData: [UInt8]) -> [UInt8]?
    /// Ciphertext and a tag of 16 bytes; nil where the library fails.
    func seal(
        _ plaintext: [UInt8], key: SensitiveBytes, nonce: [UInt8], additionalData: [UInt8]
    ) -> (ciphertext: [UInt8], tag: [UInt8])?
    /// nil where the library fails.
    func sha512(_ bytes: [UInt8]) -> [UInt8]?
    /// nil where the system has no randomness to give.
    func random(count: Int) -> [UInt8]?
}

/// Opens the data key of a file with an identity.
package protocol DataKeyUnwrapper {
    /// The 32 bytes of the data key; nil where no identity fits.
    func unwrap(_ key: SopsRecipientKey) -> SensitiveBytes?
}

/// A file's data key, encrypted for one recipient.
package struct SopsRecipientKey: Sendable, Hashable {
    /// `age1…`
    package let recipient: String
    /// The encrypted data key as armored text.
    package let armored: String

    package init(recipient: String, armored: String) {
        self.recipient = recipient
        self.armored = armored
    }
}
