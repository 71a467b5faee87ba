package import Git
internal import Support

/// Who has said yes to what.
package struct PromotionApproval: Sendable, Hashable {
    /// For people: `Bea <bea@example.com>`, and where it was said.
    package let label: String
    /// Mail addresses and what else is known of who it was; the first tells people apart.
    package let identities: [String]
    /// Commits that it is about.
    package let commits: Set<GitObjectID>

    package init(label: String, identities: [String], commits: Set<GitObjectID>) {
        self.label = label
        self.identities = identities
        self.commits = commits
    }

    /// Of keys and addresses case does not count, but in fingerprints of ssh.
    func isOne(of names: [String]) -> Bool {
        names.isEmpty || identities.contains { identity in names.contains { Self.key($0) == Self.key(identity) } }
    }

    static func key(_ identity: String) -> String {
        identity.hasPrefix("SHA256:") ? identity : identity.lowercased().filter { !$0.isWhitespace }
    }
}
