package import Age
package import Crypto

/// Opens data keys that are encrypted for age identities.
package struct AgeKeyUnwrapper: DataKeyUnwrapper {
    private let identities: [AgeIdentity]

    package init(identities: [AgeIdentity]) { self.identities = identities }

    package func unwrap(_ key: SopsRecipientKey) throws(AgeError) -> SensitiveBytes? {
        do throws(AgeError) {
            return try Age.decrypt(armored: Array(key.armored.utf8), with: identities)
        } catch {
            guard error.kind == .noMatch else { throw error }
            return nil
        }
    }

    /// A data key for one more recipient.
    package static func wrap(_ dataKey: SensitiveBytes, for recipient: AgeRecipient) throws(AgeError) -> SopsRecipientKey {
        SopsRecipientKey(recipient: "\(recipient)", armored: try Age.encryptArmored(dataKey, to: [recipient]))
    }
}
