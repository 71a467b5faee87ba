package import Crypto

/// An age file, a key or a passphrase cannot be used. Never holds a key or a plaintext.
package struct AgeError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// The ASCII armor is not what the format demands.
        case armor
        /// The header is not what the format demands.
        case header
        /// The file is fine, and none of the identities opens it.
        case noMatch
        /// The header was changed.
        case headerAuthentication
        /// The payload was changed, cut or extended.
        case payload
        /// Not the text of an identity that is supported.
        case identity
        /// Not the text of a recipient that is supported.
        case recipient
        /// libcrypto could not be loaded or refused.
        case crypto(CryptoError.Kind)
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

    init(_ error: CryptoError) { self.init(.crypto(error.kind), error.message, help: error.help) }

    package var description: String { message }
}

/// Does what libcrypto does, with its error as ours.
func crypto<R>(_ body: () throws(CryptoError) -> R) throws(AgeError) -> R {
    do { return try body() } catch { throw AgeError(error) }
}
