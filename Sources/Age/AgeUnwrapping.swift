package import Crypto

/// What can open files: an identity or a passphrase.
package protocol AgeUnwrapping: Sendable {
    /// The file key, or nil where no stanza is for this one. Throws `header` where one of its kind is malformed.
    func fileKey(of header: AgeStanzas) throws(AgeError) -> SensitiveBytes?
}

/// The stanzas of a header, closed to others.
package struct AgeStanzas: Sendable { let all: [AgeStanza] }
