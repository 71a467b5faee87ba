package import Age

/// What a place was found to hold.
package struct IdentityLook: Sendable, Hashable, CustomStringConvertible {
    /// `PIPECTL_AGE_KEY`, `~/.config/sops/age/keys.txt`, `keyring`.
    package let place: String
    /// Of the identities that are there.
    package let recipients: [AgeRecipient]
    /// Why there are none; nil where there are.
    package let absence: String?

    init(place: String, recipients: [AgeRecipient]) {
        self.place = place
        self.recipients = recipients
        absence = nil
    }

    init(place: String, absence: String) {
        self.place = place
        recipients = []
        self.absence = absence
    }

    /// `PIPECTL_AGE_KEY: 1 identity, recipient age1…`
    package var description: String {
        if let absence { return "\(place): \(absence)" }
        let names = recipients.map(\.description).joined(separator: ", ")
        return recipients.count == 1 ? "\(place): 1 identity, recipient \(names)" : "\(place): \(recipients.count) identities, recipients \(names)"
    }
}
