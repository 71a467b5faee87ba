internal import Crypto
package import Sops
internal import Support

/// The secrets of a store, as far as the file tells without a key.
package struct SecretInventory: Sendable {
    /// In the order of the file.
    package let entries: [SecretEntry]
    private let places: [String: Int]

    package subscript(name: String) -> SecretEntry? { places[name].map { entries[$0] } }
    package var names: Set<String> { Set(places.keys) }

    package init(_ file: SopsFile) { self.init(file.writtenValues) }

    /// With attributes that the file keeps encrypted, too.
    package init(_ opened: OpenedSopsFile) {
        self.init(
            zip(opened.file.writtenValues, opened.values).map { entry, value in
                let isAttribute = entry.keys.count > 2 && entry.keys[1] == SecretEntry.attributesKey
                guard entry.isEncrypted, isAttribute else { return entry }
                return SopsWrittenValue(keys: entry.keys, text: value.value.sensitiveText.withBytes { String(decoding: $0, as: UTF8.self) }, isEncrypted: false, isInList: entry.isInList)
            })
    }

    init(_ found: [SopsWrittenValue]) {
        var groups: [String: [SopsWrittenValue]] = [:]
        var order: [String] = []
        for entry in found where !entry.keys.isEmpty && !entry.isInList {
            if groups[entry.keys[0]] == nil { order.append(entry.keys[0]) }
            groups[entry.keys[0], default: []].append(entry)
        }
        var entries: [SecretEntry] = []
        entries.reserveCapacity(found.count)
        for name in order {
            let group = groups[name] ?? []
            if group.contains(where: { $0.keys.count == 3 && $0.keys[1] == SecretEntry.versionsKey }) {
                entries.append(Self.versioned(name, group))
            } else {
                entries += group.map { Self.plain($0) }
            }
        }
        self.entries = entries
        places = Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func plain(_ entry: SopsWrittenValue) -> SecretEntry {
        // What is in clear (`region_unencrypted`) is read like a secret, but has no ciphertext to be told by.
        let id = fingerprint(of: entry.text)
        return SecretEntry(
            name: entry.keys.joined(separator: "."), form: .plain, place: entry.keys, versions: [SecretVersion(id: id)], current: id)
    }

    /// A ciphertext is new with every value, so it tells one value from the next.
    private static func fingerprint(of text: String) -> String {
        let digest = ContentDigest(Array(text.utf8))
        return Hexadecimal.text(digest.high) + Hexadecimal.text(digest.low)
    }

    private static func versioned(_ name: String, _ group: [SopsWrittenValue]) -> SecretEntry {
        var versions: [SecretVersion] = []
        var problems: [String] = []
        var secret = SecretEntry(name: name, form: .versioned, place: [name], versions: [], current: "")
        var current: String?
        for entry in group where entry.keys.count == 3 && entry.keys[1] == SecretEntry.versionsKey {
            versions.append(SecretVersion(id: entry.keys[2]))
        }
        for entry in group where entry.keys.count > 2 && entry.keys[1] == SecretEntry.attributesKey {
            let keys = entry.keys.dropFirst(2)
            switch (keys.first ?? "", keys.count) {
            case ("current", 1): current = entry.text
            case ("pending", 1): secret.pending = entry.text
            case ("contentType", 1): secret.contentType = entry.text
            case ("tags", 2): secret.tags.append(SecretTag(name: entry.keys[3], value: entry.text))
            case (SecretEntry.versionsKey, 3):
                guard let place = versions.firstIndex(where: { $0.id == entry.keys[3] }) else {
                    problems.append("has attributes of a version \(entry.keys[3]), which it does not have")
                    continue
                }
                if let problem = set(entry.keys[4], entry.text, of: &versions[place]) { problems.append(problem) }
            default: problems.append("has an attribute \(keys.joined(separator: ".")), which is not known")
            }
        }
        if current == nil, versions.count == 1 { current = versions[0].id }
        if !versions.contains(where: { $0.id == current }) {
            problems.append(current.map { "has no version \($0), which should be its current one" } ?? "does not say which version is its current one")
        }
        if let pending = secret.pending, !versions.contains(where: { $0.id == pending }) {
            problems.append("has no version \(pending), which a rotation should have brought in")
        }
        secret.versions = versions
        secret.current = current ?? ""
        secret.problem = problems.first
        return secret
    }

    /// What is wrong with the attribute; nil: nothing.
    private static func set(_ key: String, _ text: String, of version: inout SecretVersion) -> String? {
        if key == "enabled" {
            guard text == "true" || text == "false" else { return "has an `enabled` that is neither true nor false" }
            version.isEnabled = text == "true"
            return nil
        }
        guard let moment = Instant(parsing: text) else { return "has a `\(key)` that is no time such as 2026-11-21T08:00:00Z" }
        switch key {
        case "created": version.created = moment
        case "notBefore": version.notBefore = moment
        case "expires": version.expires = moment
        default: return "has an attribute \(key), which is not known"
        }
        return nil
    }
}
