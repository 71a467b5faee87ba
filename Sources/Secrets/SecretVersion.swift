package import Support

/// What Key Vault keeps beside the value of one version of a secret.
package struct SecretVersion: Sendable, Hashable {
    /// 32 hexadecimal digits where pipectl made it, 15 for a plain secret; what an import brought otherwise.
    package var id: String
    package var created: Instant?
    package var isEnabled: Bool
    /// The version is not given out before.
    package var notBefore: Instant?
    /// The version is not given out from here on.
    package var expires: Instant?

    package init(id: String, created: Instant? = nil, isEnabled: Bool = true, notBefore: Instant? = nil, expires: Instant? = nil) {
        self.id = id
        self.created = created
        self.isEnabled = isEnabled
        self.notBefore = notBefore
        self.expires = expires
    }

    /// Why the version is not given out at this moment; nil: it is.
    package func refusal(at now: Instant) -> String? {
        if !isEnabled { return "is disabled" }
        if let notBefore, now < notBefore { return "is not valid before \(notBefore)" }
        if let expires, now >= expires { return "has expired at \(expires)" }
        return nil
    }
}
