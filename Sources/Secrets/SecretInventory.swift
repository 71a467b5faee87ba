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

    package init(_ file: SopsFile) { self.init(file.writtenValues) { $0.isEncrypted ? nil : $0.text } }

    /// With attributes that the file keeps encrypted, too.
    package init(_ opened: OpenedSopsFile) {
        self.init(opened.file.writtenValues) { written in
            guard written.isEncrypted, let value = opened[written.keys] else { return written.text }
            return value.sensitiveText.withBytes { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// - Parameter text: of an attribute; nil where it takes a key.
    private init(_ found: [SopsWrittenValue], text: (SopsWrittenValue) -> String?) {
        var entries: [SecretEntry] = []
        entries.reserveCapacity(found.count)
        var start = 0
        // Values of one secret stand together.
        while start < found.count {
            guard let name = found[start].keys.first else { start += 1; continue }
            var end = start + 1
            while end < found.count, found[end].keys.first == name { end += 1 }
            let group = (start..<end).filter { !found[$0].isInList }
            if Self.isVersioned(group.map { found[$0].keys }) {
                entries.append(Self.versioned(name, group.map { ($0, found[$0]) }, text))
            } else {
                for index in group { entries.append(Self.plain(found[index], index)) }
            }
            start = end
        }
        self.entries = entries
        places = Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether these values are one secret with versions, and not a mapping of other programs that has something called `versions`.
    private static func isVersioned(_ group: [[String]]) -> Bool {
        guard group.contains(where: isVersion) else { return false }
        return group.allSatisfy(isVersion) || group.contains { $0.count == 3 && $0[1] == SecretEntry.attributesKey && $0[2] == "current" }
    }

    private static func isVersion(_ keys: [String]) -> Bool { keys.count == 3 && keys[1] == SecretEntry.versionsKey }

    private static func plain(_ value: SopsWrittenValue, _ index: Int) -> SecretEntry {
        // A ciphertext is new with every value, so it tells one value from the next. What is in clear is read like a secret.
        // Fifteen digits are a text that needs no memory of its own.
        let id = Hexadecimal.text(ContentDigest(value.written).high, digits: 15)
        let name = value.keys.count == 1 ? value.keys[0] : value.keys.joined(separator: ".")
        return SecretEntry(
            name: name, form: .plain, place: value.keys, versions: [SecretVersion(id: id)], current: id, indices: [index])
    }

    private static func versioned(
        _ name: String, _ group: [(index: Int, value: SopsWrittenValue)], _ text: (SopsWrittenValue) -> String?
    ) -> SecretEntry {
        var versions: [SecretVersion] = []
        var problems: [String] = []
        var secret = SecretEntry(name: name, form: .versioned, place: [name], versions: [], current: "", indices: [])
        var current: String?
        for (_, entry) in group where !isVersion(entry.keys) && !(entry.keys.count > 2 && entry.keys[1] == SecretEntry.attributesKey) {
            problems.append("has \(entry.keys.dropFirst().joined(separator: ".")), which is neither a version nor an attribute")
        }
        for (index, entry) in group where isVersion(entry.keys) {
            versions.append(SecretVersion(id: entry.keys[2]))
            secret.indices.append(index)
        }
        for (_, entry) in group where entry.keys.count > 2 && entry.keys[1] == SecretEntry.attributesKey {
            guard let words = text(entry) else {
                secret.hidesAttributes = true
                continue
            }
            let keys = entry.keys.dropFirst(2)
            switch (keys.first ?? "", keys.count) {
            case ("current", 1): current = words
            case ("pending", 1): secret.pending = words
            case ("contentType", 1): secret.contentType = words
            case ("tags", 2): secret.tags.append(SecretTag(name: entry.keys[3], value: words))
            case (SecretEntry.versionsKey, 3):
                guard let place = versions.firstIndex(where: { $0.id == entry.keys[3] }) else {
                    problems.append("has attributes of a version \(entry.keys[3]), which it does not have")
                    continue
                }
                if let problem = set(entry.keys[4], words, of: &versions[place]) { problems.append(problem) }
            default: problems.append("has an attribute \(keys.joined(separator: ".")), which is not known")
            }
        }
        if current == nil, versions.count == 1 { current = versions[0].id }
        if current == nil, secret.hidesAttributes {
            // Only who has a key can tell.
        } else if !versions.contains(where: { $0.id == current }) {
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
