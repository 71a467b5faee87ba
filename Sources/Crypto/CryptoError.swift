/// A cryptographic operation failed. Never holds a key or a plaintext.
package struct CryptoError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// libcrypto could not be found or loaded.
        case unavailable
        /// The ciphertext was changed, or the key, the nonce or the additional data is another.
        case notAuthentic
        /// The other side's public key is a point of low order: the shared secret would be known to all.
        case lowOrderPoint
        /// libcrypto refused, for want of memory or a fault of its set-up.
        case other
    }

    package let kind: Kind
    /// What failed and why, in one line.
    package let message: String
    /// What to do about it.
    package let help: String?

    package init(_ kind: Kind, _ message: String, help: String? = nil) {
        self.kind = kind
        self.message = message
        self.help = help
    }

    package var description: String { message }
}
