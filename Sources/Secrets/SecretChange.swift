package import Crypto
internal import Sops
package import Support

/// What an operation asks to change in the attributes of a secret; nil leaves it as it is.
package struct SecretAttributes: Sendable {
    package enum Bound: Sendable, Hashable { case at(Instant), never }

    package var isEnabled: Bool?
    package var notBefore: Bound?
    package var expires: Bound?
    package var contentType: String?
    package var tags: [SecretTag] = []
    package var removedTags: [String] = []

    package init() {}

    package var isEmpty: Bool {
        isEnabled == nil && notBefore == nil && expires == nil && contentType == nil && tags.isEmpty && removedTags.isEmpty
    }
}

extension SecretStore {
    /// Gives a secret a value. A plain one without attributes is replaced in place, its older values are in git; one that has
    /// versions, or gets attributes, gets a new version that is current from then on.
    ///
    /// - Parameter keepsOld: a plain secret becomes one with versions, the value it has being the first.
    package func setting(
        _ name: String, to value: SensitiveBytes, attributes: SecretAttributes = .init(), keepsOld: Bool = false, at now: Instant
    ) throws(SecretsError) -> SecretStore {
        let existing = inventory[name]
        if existing == nil, let problem = SecretName.problem(with: name) {
            throw SecretsError(.invalid, "'\(name)' cannot be the name of a secret: \(problem)")
        }
        if !keepsOld, attributes.isEmpty, existing?.form != .versioned {
            let place = existing?.keys(of: "") ?? [name]
            try checkEncrypted(place)
            return try applying([SopsChange(keys: place, value: .string(value))], at: now)
        }
        let id = try VersionIdentifier.new()
        return try addingVersion(id, value, to: name, attributes: attributes, at: now).makingCurrent(id, of: name, at: now)
    }

    /// Gives plain secrets values, all in one change.
    package func setting(_ values: [(name: String, value: SensitiveBytes)], at now: Instant) throws(SecretsError) -> SecretStore {
        var changes: [SopsChange] = []
        for (name, value) in values {
            if inventory[name] == nil, let problem = SecretName.problem(with: name) {
                throw SecretsError(.invalid, "'\(name)' cannot be the name of a secret: \(problem)")
            }
            let place = inventory[name]?.keys(of: "") ?? [name]
            try checkEncrypted(place)
            changes.append(SopsChange(keys: place, value: .string(value)))
        }
        return try applying(changes, at: now)
    }

    /// A version beside the others; which one is current stays as it is.
    package func addingVersion(
        _ id: String, _ value: SensitiveBytes, to name: String, attributes: SecretAttributes = .init(), created: Instant? = nil, at now: Instant
    ) throws(SecretsError) -> SecretStore {
        var changes: [SopsChange] = []
        if let existing = inventory[name] {
            if let problem = existing.problem { throw SecretsError(.damaged, "secret '\(name)' \(problem)", help: "mend it: pipectl secrets edit") }
            guard existing.version(id) == nil || existing.versions.allSatisfy({ $0.id != id }) else {
                throw SecretsError(.invalid, "secret '\(name)' has a version \(id) already")
            }
            if existing.form == .plain { changes += try versioned(existing) }
        } else if let problem = SecretName.problem(with: name) {
            throw SecretsError(.invalid, "'\(name)' cannot be the name of a secret: \(problem)")
        }
        try checkEncrypted([name, SecretEntry.versionsKey, id])
        changes.append(SopsChange(keys: [name, SecretEntry.versionsKey, id], value: .string(value)))
        if inventory[name] == nil { changes.append(Self.attribute(name, ["current"], id)) }
        changes.append(Self.attribute(name, [SecretEntry.versionsKey, id, "created"], (created ?? now).toTheSecond))
        changes += Self.changes(attributes, of: name, version: id, in: nil)
        return try applying(changes, at: now)
    }

    package func makingCurrent(_ id: String, of name: String, at now: Instant) throws(SecretsError) -> SecretStore {
        try applying([Self.attribute(name, ["current"], id)], at: now)
    }

    /// A version that a rotation brings in: kept, so that it is not lost whatever happens, and given out to nobody yet.
    package func beginningRotation(_ id: String, _ value: SensitiveBytes, of name: String, at now: Instant) throws(SecretsError) -> SecretStore {
        let entry = try entry(name)
        if let pending = entry.pending { throw SecretsError(.invalid, "a rotation of secret '\(name)' to version \(pending) is under way") }
        let added = try addingVersion(id, value, to: name, at: now)
        return try added.applying(
            [Self.attribute(name, ["pending"], id), Self.attribute(name, [SecretEntry.versionsKey, id, "enabled"], "false")], at: now)
    }

    /// Makes the version that was brought in the current one. The one before is given out until `overlap` has passed, or no more.
    package func completingRotation(of name: String, overlap: Duration?, validFor: Duration?, at now: Instant) throws(SecretsError) -> SecretStore {
        let entry = try entry(name)
        guard let id = entry.pending else { throw SecretsError(.invalid, "no rotation of secret '\(name)' is under way") }
        // What lies behind the year 9999 is not lived to see.
        func moment(_ duration: Duration) -> Instant { now.adding(duration) ?? .last }
        var changes = [
            Self.attribute(name, ["current"], id), Self.attribute(name, ["pending"], nil),
            Self.attribute(name, [SecretEntry.versionsKey, id, "enabled"], nil),
        ]
        if let validFor { changes.append(Self.attribute(name, [SecretEntry.versionsKey, id, "expires"], moment(validFor).toTheSecond)) }
        if let old = entry.currentVersion, old.isEnabled {
            if let overlap, overlap > .zero {
                let end = min(moment(overlap), old.expires ?? moment(overlap))
                changes.append(Self.attribute(name, [SecretEntry.versionsKey, old.id, "expires"], end.toTheSecond))
            } else {
                changes.append(Self.attribute(name, [SecretEntry.versionsKey, old.id, "enabled"], "false"))
            }
        }
        return try applying(changes, at: now)
    }

    /// Takes the version out that a rotation was to bring in.
    package func abandoningRotation(of name: String, at now: Instant) throws(SecretsError) -> SecretStore {
        let entry = try entry(name)
        guard let id = entry.pending else { return self }
        return try applying(
            [
                Self.attribute(name, ["pending"], nil), SopsChange(keys: entry.keys(of: id), value: nil),
                SopsChange(keys: [name, SecretEntry.attributesKey, SecretEntry.versionsKey, id], value: nil),
            ], at: now)
    }

    /// Changes attributes of a secret, and of one of its versions: the current one where none is named.
    package func changing(
        _ name: String, version: String? = nil, attributes: SecretAttributes, at now: Instant
    ) throws(SecretsError) -> SecretStore {
        let entry = try entry(name)
        let id = try self.version(version, of: entry).id
        let start = entry.form == .plain ? try versioned(entry) : []
        let changes = Self.changes(attributes, of: name, version: id, in: entry)
        return try applying(start + changes, at: now)
    }

    /// Takes a secret out, or one of its versions.
    package func removing(_ name: String, version: String? = nil, at now: Instant) throws(SecretsError) -> SecretStore {
        let entry = try entry(name)
        guard let version else { return try applying([SopsChange(keys: entry.form == .plain ? entry.keys(of: "") : [name], value: nil)], at: now) }
        let found = try self.version(version, of: entry)
        guard entry.versions.count > 1 else {
            throw SecretsError(.invalid, "version \(found.id) is the only one of secret '\(name)'", help: "remove the secret: pipectl secrets rm \(name)")
        }
        guard found.id != entry.current else {
            throw SecretsError(.invalid, "version \(found.id) is the current one of secret '\(name)'", help: "make another one current first: pipectl secrets set \(name) --current VERSION")
        }
        var changes = [SopsChange(keys: entry.keys(of: found.id), value: nil)]
        let attributes = [name, SecretEntry.attributesKey, SecretEntry.versionsKey, found.id]
        if opened.values.contains(where: { $0.keys.starts(with: attributes) }) { changes.append(SopsChange(keys: attributes, value: nil)) }
        return try applying(changes, at: now)
    }

    // MARK: Changes of the file

    /// Makes a plain secret one with versions, its value being the first. Its line stays where it is.
    private func versioned(_ entry: SecretEntry) throws(SecretsError) -> [SopsChange] {
        guard entry.keys(of: "") == [entry.name] else {
            throw SecretsError(.invalid, "secret '\(entry.name)' lies inside a mapping, and cannot have versions or attributes")
        }
        let id = entry.current
        let value = try stored(entry, id)
        return [
            SopsChange(keys: [entry.name], value: nil),
            SopsChange(keys: [entry.name, SecretEntry.versionsKey, id], value: .string(value)),
            Self.attribute(entry.name, ["current"], id),
        ]
    }

    private static func attribute(_ name: String, _ keys: [String], _ text: String?) -> SopsChange {
        SopsChange(keys: [name, SecretEntry.attributesKey] + keys, value: text.map { .string(SensitiveBytes(Array($0.utf8))) })
    }

    /// - Parameter entry: as it is; nil for a version that is new.
    private static func changes(
        _ attributes: SecretAttributes, of name: String, version: String, in entry: SecretEntry?
    ) -> [SopsChange] {
        let known = entry?.versions.first { $0.id == version }
        var changes: [SopsChange] = []
        func set(_ key: String, _ text: String?, was: Bool) {
            guard text != nil || was else { return }
            changes.append(attribute(name, [SecretEntry.versionsKey, version, key], text))
        }
        if let isEnabled = attributes.isEnabled { set("enabled", isEnabled ? nil : "false", was: known.map { !$0.isEnabled } ?? false) }
        func bound(_ key: String, _ bound: SecretAttributes.Bound?, was: Bool) {
            switch bound {
            case nil: break
            case .never: set(key, nil, was: was)
            case .at(let moment): set(key, moment.toTheSecond, was: was)
            }
        }
        bound("notBefore", attributes.notBefore, was: known?.notBefore != nil)
        bound("expires", attributes.expires, was: known?.expires != nil)
        if let contentType = attributes.contentType {
            if !contentType.isEmpty { changes.append(attribute(name, ["contentType"], contentType)) }
            else if entry?.contentType != nil { changes.append(attribute(name, ["contentType"], nil)) }
        }
        for tag in attributes.tags { changes.append(attribute(name, ["tags", tag.name], tag.value)) }
        for tag in attributes.removedTags where entry?.tags.contains(where: { $0.name == tag }) ?? false {
            changes.append(attribute(name, ["tags", tag], nil))
        }
        return changes
    }

    /// A file may be made to keep some names in clear; a secret must not get one.
    private func checkEncrypted(_ keys: [String]) throws(SecretsError) {
        guard !opened.file.metadata.selection.encrypts(keys) else { return }
        throw SecretsError(
            .invalid, "\(keys[0]) would not be encrypted: \(opened.file.path) keeps names like it in clear (\(opened.file.metadata.selection.key))",
            help: "choose another name, or change the rule of the file")
    }
}

/// Identifiers of versions.
package enum VersionIdentifier {
    /// 32 hexadecimal digits by chance, as Key Vault has them. The first is a letter, so that YAML reads no number.
    package static func new() throws(SecretsError) -> String {
        do throws(CryptoError) {
            let bytes = try RandomBytes.visible(count: 16)
            let text = bytes.map { Hexadecimal.text(UInt64($0), bits: 8) }.joined()
            return "abcdef".map(String.init)[Int(bytes[0]) % 6] + text.dropFirst()
        } catch {
            throw SecretsError(.system, error.message, help: error.help)
        }
    }
}
