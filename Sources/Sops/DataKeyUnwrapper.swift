package import Age
package import Crypto

/// Opens the data key of a file with an identity.
package protocol DataKeyUnwrapper {
    /// The data key; nil where it is encrypted for somebody else.
    func unwrap(_ key: SopsRecipientKey) throws(AgeError) -> SensitiveBytes?
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
