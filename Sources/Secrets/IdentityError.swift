/// An age identity cannot be had or kept. Never holds a key, nor text that may be one.
package struct IdentityError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// No identity of any place did.
        case notFound
        /// What is there is no age identity.
        case malformed
        /// It is a key, of a kind that is not supported.
        case unsupported
        /// The key file cannot be read or written.
        case file
        /// A key file is there already.
        case exists
        /// libcrypto could not be loaded or refused.
        case crypto
    }

    package let kind: Kind
    /// What failed and why, in one line.
    package let message: String
    /// What to do about it.
    package let help: String?
    /// Where identities were looked for, and why each place did not do.
    package let looked: [IdentityLook]

    package init(_ kind: Kind, _ message: String, help: String? = nil, looked: [IdentityLook] = []) {
        self.kind = kind
        self.message = message
        self.help = help
        self.looked = looked
    }

    package var description: String { message }
}
