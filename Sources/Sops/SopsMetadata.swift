internal import Diagnostics
internal import YAML

/// What stands under `sops` in a file. Fields that are not known stay in the file as they are.
package struct SopsMetadata: Sendable {
    package let recipients: [SopsRecipientKey]
    package let lastModified: String
    package let selection: SopsSelection
    package let macOnlyEncrypted: Bool
    /// Of the program that wrote the file; nil in very old ones.
    package let version: String?
    let mac: SopsEncryptedValue
    let macRange: SourceRange
    let lastModifiedRange: SourceRange

    init(_ node: YAMLNode) throws(SopsRefusal) {
        guard node.kind == .mapping else { throw SopsRefusal(.sopsMetadata, "sops is not a mapping", node.range) }
        guard let modified = node["lastmodified"], let text = modified.text, Self.isMoment(text) else {
            throw SopsRefusal(.sopsMetadata, "sops.lastmodified is not a time such as 2024-05-01T12:00:00Z", (node["lastmodified"] ?? node).range)
        }
        guard let code = node["mac"], let mac = code.text.flatMap(SopsEncryptedValue.init), mac.kind == .string else {
            throw SopsRefusal(.sopsMetadata, "sops.mac is missing or damaged", (node["mac"] ?? node).range)
        }
        lastModified = text
        lastModifiedRange = modified.range
        self.mac = mac
        macRange = code.range
        version = node["version"]?.text
        macOnlyEncrypted = try Self.flag("mac_only_encrypted", in: node)
        selection = try Self.selection(in: node)
        recipients = try Self.recipients(in: node)
    }

    private static func flag(_ key: String, in node: YAMLNode) throws(SopsRefusal) -> Bool {
        guard let value = node[key] else { return false }
        guard let flag = value.bool else { throw SopsRefusal(.sopsMetadata, "sops.\(key) is not true or false", value.range) }
        return flag
    }

    private static func selection(in node: YAMLNode) throws(SopsRefusal) -> SopsSelection {
        for key in ["unencrypted_comment_regex", "encrypted_comment_regex"] {
            if let rule = node[key], rule.text != "" {
                throw SopsRefusal(.sopsUnsupported, "sops.\(key) is not supported", rule.range)
            }
        }
        var found: SopsSelection?
        for (key, value) in node.pairs {
            guard let name = key.text, let text = value.text, !text.isEmpty, !value.isNull,
                let rule = SopsSelection(key: name, value: text)
            else { continue }
            guard found == nil else {
                throw SopsRefusal(.sopsMetadata, "sops has more than one rule on what is encrypted", key.range)
            }
            guard rule.isValid else { throw SopsRefusal(.sopsMetadata, "sops.\(name) is not a regular expression", value.range) }
            found = rule
        }
        return found ?? .standard
    }

    private static func recipients(in node: YAMLNode) throws(SopsRefusal) -> [SopsRecipientKey] {
        if let threshold = node["shamir_threshold"], let count = threshold.integer, count > 1 {
            throw SopsRefusal(.sopsUnsupported, "the data key is split between key groups (shamir_threshold \(count))", threshold.range)
        }
        let kinds = ["age", "pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms"]
        var holder = node
        if !kinds.contains(where: { (node[$0]?.count ?? 0) > 0 }), let groups = node["key_groups"] {
            guard groups.count == 1, let group = groups[0] else {
                throw SopsRefusal(.sopsUnsupported, "the file has \(groups.count) key groups; one is supported", groups.range)
            }
            holder = group
        }
        var result: [SopsRecipientKey] = []
        for item in holder["age"]?.items ?? [] {
            guard let recipient = item["recipient"]?.text, let armored = item["enc"]?.text else {
                throw SopsRefusal(.sopsMetadata, "an age recipient has no recipient or no enc", item.range)
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

/// Why a file is refused; becomes a diagnostic.
struct SopsRefusal: Error {
    var diagnostic: Diagnostic

    init(_ code: DiagnosticCode, _ message: String, _ range: SourceRange, help: String? = nil, hidesText: Bool = false) {
        diagnostic = Diagnostic(code, message, at: range, help: help)
        if hidesText { diagnostic.secrets = [range] }
    }
}
