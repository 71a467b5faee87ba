internal import Age
internal import Crypto
internal import Diagnostics

/// What stands under `sops` in a file. Fields that are not known stay in the file as they are.
package struct SopsMetadata: Sendable {
    package let recipients: [SopsRecipientKey]
    package let lastModified: String
    package let selection: SopsSelection
    package let macOnlyEncrypted: Bool
    /// Of the program that wrote the file; nil in very old ones.
    package let version: String?
    /// Whether every byte of the file is bound, not only what SOPS's own MAC covers.
    package let isTextBound: Bool
    /// Kinds of keys beside age's that the data key is encrypted for (`pgp`, `azure_kv`).
    package let otherKeys: [String]

    let mac: SopsEncryptedValue
    let macNode: SopsNode
    let lastModifiedPlace: Range<Int>
    let versionNode: SopsNode?
    /// The list of age recipients; nil where there is none.
    let ageNode: SopsNode?

    private static let kinds = ["pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms"]

    init(_ node: SopsNode, _ places: SopsPlaces) throws(SopsRefusal) {
        let bytes = places.bytes
        guard node.isMapping else { throw SopsRefusal(.sopsMetadata, "sops is not a mapping", places.range(node.place)) }
        guard let modified = node["lastmodified"], let text = modified.text(in: bytes), Self.isMoment(text) else {
            throw SopsRefusal(
                .sopsMetadata, "sops.lastmodified is not a time such as 2024-05-01T12:00:00Z",
                places.range((node["lastmodified"] ?? node).place))
        }
        guard let code = node["mac"], let mac = code.text(in: bytes).flatMap(SopsEncryptedValue.init), mac.kind == .string else {
            throw SopsRefusal(.sopsMetadata, "sops.mac is missing or damaged", places.range((node["mac"] ?? node).place))
        }
        lastModified = text
        lastModifiedPlace = modified.place
        self.mac = mac
        macNode = code
        versionNode = node["version"]
        (version, isTextBound) = try Self.version(in: node, places)
        macOnlyEncrypted = try Self.flag("mac_only_encrypted", in: node, places)
        selection = try Self.selection(in: node, places)
        let holder = try Self.holder(in: node, places)
        ageNode = holder["age"]
        recipients = try Self.recipients(in: holder, places)
        otherKeys = Self.kinds.filter { (holder[$0]?.count ?? 0) > 0 }
    }

    private static func version(in node: SopsNode, _ places: SopsPlaces) throws(SopsRefusal) -> (String?, Bool) {
        guard let version = node["version"] else {
            // The mark of a file whose text is bound does not vanish with the name in front of it.
            guard !places.bytes.holds(Array(SopsTextCode.mark.utf8)) else {
                throw SopsRefusal(.sopsText, "sops.version is missing: the text was changed since it was written", places.range(node.place))
            }
            return (nil, false)
        }
        guard let text = version.text(in: places.bytes) else {
            throw SopsRefusal(.sopsMetadata, "sops.version is not a version such as 3.10.0", places.range(version.place))
        }
        let isBound = text.ends(with: SopsTextCode.mark)
        guard SopsTextCode.isPlainVersion(isBound ? text.dropLast(SopsTextCode.mark.count) : text[...]) else {
            throw SopsRefusal(.sopsMetadata, "sops.version is not a version such as 3.10.0", places.range(version.place))
        }
        return (text, isBound)
    }

    private static func flag(_ key: String, in node: SopsNode, _ places: SopsPlaces) throws(SopsRefusal) -> Bool {
        guard let value = node[key] else { return false }
        guard let flag = value.bool else {
            throw SopsRefusal(.sopsMetadata, "sops.\(key) is not true or false", places.range(value.place))
        }
        return flag
    }

    private static func selection(in node: SopsNode, _ places: SopsPlaces) throws(SopsRefusal) -> SopsSelection {
        for key in ["unencrypted_comment_regex", "encrypted_comment_regex"] {
            if let rule = node[key], rule.text(in: places.bytes) != "" {
                throw SopsRefusal(.sopsUnsupported, "sops.\(key) is not supported", places.range(rule.place))
            }
        }
        var found: SopsSelection?
        for entry in node.entries where SopsSelection.isKey(entry.name) {
            let value = entry.value
            if value.isNull || value.text(in: places.bytes) == "" { continue }
            guard let text = value.text(in: places.bytes), let rule = SopsSelection(key: entry.name, value: text) else {
                throw SopsRefusal(.sopsMetadata, "sops.\(entry.name) is not a text", places.range(value.place))
            }
            guard found == nil else {
                throw SopsRefusal(.sopsMetadata, "sops has more than one rule on what is encrypted", places.range(entry.keyPlace))
            }
            guard rule.isValid else {
                throw SopsRefusal(.sopsMetadata, "sops.\(entry.name) is not a regular expression", places.range(value.place))
            }
            found = rule
        }
        return found ?? .standard
    }

    /// What the lists of keys stand in: the metadata, or its only group.
    private static func holder(in node: SopsNode, _ places: SopsPlaces) throws(SopsRefusal) -> SopsNode {
        if let threshold = node["shamir_threshold"], let count = threshold.integer, count > 1 {
            throw SopsRefusal(
                .sopsUnsupported, "the data key is split between key groups (shamir_threshold \(count))", places.range(threshold.place))
        }
        guard !(kinds + ["age"]).contains(where: { (node[$0]?.count ?? 0) > 0 }), let groups = node["key_groups"] else { return node }
        guard groups.items.count == 1, let group = groups.items.first else {
            throw SopsRefusal(.sopsUnsupported, "the file has \(groups.count) key groups; one is supported", places.range(groups.place))
        }
        return group
    }

    private static func recipients(in holder: SopsNode, _ places: SopsPlaces) throws(SopsRefusal) -> [SopsRecipientKey] {
        var result: [SopsRecipientKey] = []
        for item in holder["age"]?.items ?? [] {
            guard let node = item["recipient"], let recipient = node.text(in: places.bytes),
                let key = item["enc"], let armored = key.text(in: places.bytes)
            else { throw SopsRefusal(.sopsMetadata, "an age recipient has no recipient or no enc", places.range(item.place)) }
            guard let prefix = Bech32.decode(recipient.utf8)?.prefix, prefix.hasPrefix("age") else {
                throw SopsRefusal(
                    .sopsMetadata, "`\(recipient)` is no age recipient: it is mistyped, cut off or of another kind",
                    places.range(node.place), help: "recipients begin with `age1`; ssh keys are not supported")
            }
            guard !result.contains(where: { $0.recipient == recipient }) else {
                throw SopsRefusal(.sopsMetadata, "`\(recipient)` is a recipient twice", places.range(node.place))
            }
            do throws(AgeError) { _ = try AgeArmor.decode(Array(armored.utf8)) } catch {
                throw SopsRefusal(.sopsMetadata, "the data key for `\(recipient)` is damaged: \(error.message)", places.range(key.place))
            }
            result.append(SopsRecipientKey(recipient: recipient, armored: armored))
        }
        return result
    }

    /// RFC 3339 to the second, as SOPS writes it.
    private static func isMoment(_ text: String) -> Bool {
        text.utf8.count == 20 && SopsPlainValue.time(text) != nil
    }
}
