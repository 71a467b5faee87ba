package import Crypto
package import Sops
package import Support

/// An opened store: its values, and the changes of the file that Key Vault's operations mean.
package struct SecretStore: Sendable {
    package let opened: OpenedSopsFile
    package let inventory: SecretInventory

    package init(_ opened: OpenedSopsFile) {
        self.opened = opened
        inventory = SecretInventory(opened)
    }

    package func entry(_ name: String) throws(SecretsError) -> SecretEntry {
        if let entry = inventory[name] { return entry }
        let near = Suggestion.nearest(to: name, in: inventory.names.sorted())
        throw SecretsError(
            .notFound, "\(opened.file.path) has no secret '\(name)'",
            help: near.map { "did you mean '\($0)'?" } ?? "add it: pipectl secrets set \(name)")
    }

    /// The value that a reference means at this moment.
    package func value(_ name: String, version: String? = nil, at now: Instant) throws(SecretsError) -> SensitiveBytes {
        let entry = try entry(name)
        if let problem = entry.problem {
            throw SecretsError(.damaged, "secret '\(name)' \(problem)", help: "mend it: pipectl secrets edit")
        }
        let wanted = try self.version(version, of: entry)
        if let refusal = wanted.refusal(at: now) {
            let which = version == nil ? "the current version" : "version"
            throw SecretsError(
                .refused, "secret '\(name)': \(which) \(wanted.id) \(refusal)",
                help: "give it a new version: pipectl secrets rotate \(name), or pipectl secrets set \(name)")
        }
        return try stored(entry, wanted.id)
    }

    package func version(_ id: String?, of entry: SecretEntry) throws(SecretsError) -> SecretVersion {
        guard let id else {
            guard let current = entry.currentVersion else {
                throw SecretsError(.damaged, "secret '\(entry.name)' has no current version")
            }
            return current
        }
        guard let version = entry.version(id) else {
            throw SecretsError(
                .notFound, "secret '\(entry.name)' has no version \(id)",
                help: "it has \(entry.versions.map(\.id).joined(separator: ", "))")
        }
        return version
    }

    /// The value of a version, valid or not: for those who administer the store.
    package func stored(_ entry: SecretEntry, _ version: String) throws(SecretsError) -> SensitiveBytes {
        guard let place = entry.versions.firstIndex(where: { $0.id == version }) else {
            throw SecretsError(.notFound, "secret '\(entry.name)' has no version \(version)")
        }
        return opened.values[entry.indices[place]].value.sensitiveText
    }

    /// As opened anew with these changes. The result was read back.
    package func applying(_ changes: [SopsChange], at now: Instant) throws(SecretsError) -> SecretStore {
        do throws(SopsError) {
            return SecretStore(try opened.applying(changes, at: now))
        } catch {
            throw SecretsError(error)
        }
    }
}
