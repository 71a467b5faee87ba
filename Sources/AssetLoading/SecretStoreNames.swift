internal import Assets
package import Diagnostics
internal import Secrets
internal import Sops
internal import Support
internal import YAML

/// What a store of secrets tells without a key: the names in it. Values are not looked at.
///
/// Stores are SOPS files: names in clear, beside them `sops` with all that decryption needs.
package struct SecretStoreNames: Sendable {
    package let path: String
    /// nil where the file could not be read; `diagnostics` says why.
    package let names: Set<String>?
    package let diagnostics: [Diagnostic]

    /// - Parameter written: the path as an environment names it.
    static func read(_ written: Located<String>, of environment: String, _ reader: FileReader) -> SecretStoreNames {
        let path = FileSystem.normalise(written.value)
        let asset = "environment \(environment)"
        func refuse(_ diagnostics: [Diagnostic]) -> SecretStoreNames {
            SecretStoreNames(
                path: path, names: nil,
                diagnostics: diagnostics.map {
                    var diagnostic = $0
                    diagnostic.asset = asset
                    return diagnostic
                })
        }
        switch reader.read(path, missing: .missingFile, "there is no store of secrets \(path)", at: written.range) {
        case .failure(let refusal): return refuse([refusal.diagnostic])
        case .success(let bytes):
            // The parser of YAML would say something else about the marks of a merge.
            if let conflict = SopsFile.conflict(in: bytes, path: path) { return refuse([conflict]) }
            // Messages about its text could show a value.
            guard let root = YAMLDocument.parse(bytes, path: path).document?.root, root.kind == .mapping else {
                return refuse([Diagnostic(.unreadableFile, "\(path) is no store of secrets: it is not a mapping in YAML or JSON", at: written.range)])
            }
            guard root["sops"]?.kind == .mapping else {
                let names = Set(root.pairs.compactMap(\.key.text)).subtracting(["sops"])
                let finding = Diagnostic(
                    .unencryptedSecrets, "\(path) is not encrypted: it has no \"sops\" section", at: written.range,
                    help: "encrypt it with `sops --encrypt --in-place`, and change every secret that was committed", asset: asset)
                return SecretStoreNames(path: path, names: names, diagnostics: [finding])
            }
            guard let format = SopsFormat(path: path) else {
                return refuse([Diagnostic(.unreadableFile, "\(path) is neither YAML nor JSON: other formats of SOPS are not read", at: written.range)])
            }
            let (file, diagnostics) = SopsFile.read(bytes, path: path, format: format)
            guard let file else {
                // What stands in clear may be a secret, and the lines of the file are shown.
                let clear = root.pairs.filter { $0.key.text != "sops" }.flatMap { clearValues($0.value) }
                return refuse(diagnostics.map {
                    var finding = $0
                    finding.secrets += clear
                    return finding
                })
            }
            let inventory = SecretInventory(file)
            let problems = inventory.entries.compactMap { entry in
                entry.problem.map {
                    Diagnostic(.secretAttributes, "secret '\(entry.name)' of \(path) \($0)", at: written.range, help: "mend it with `pipectl secrets edit`", asset: asset)
                }
            }
            let found = file.unencryptedValues
            var seen: Set<String> = []
            // The items of a list are one finding; all of them are hidden.
            let unencrypted = found.filter { seen.insert($0.message).inserted }.map {
                var finding = $0
                finding.asset = asset
                finding.secrets = found.flatMap(\.secrets)
                return finding
            }
            return SecretStoreNames(path: path, names: inventory.names, diagnostics: diagnostics + unencrypted + problems)
        }
    }
}

extension SecretStoreNames {
    private static func clearValues(_ node: YAMLNode) -> [SourceRange] {
        switch node.kind {
        case .null: []
        case .scalar: node.text.map { $0.hasPrefix("ENC[") } ?? false ? [] : [node.range]
        case .sequence: node.items.flatMap { clearValues($0) }
        case .mapping: node.pairs.flatMap { clearValues($0.value) }
        }
    }
}

extension DiagnosticCode {
    package static let unencryptedSecrets = DiagnosticCode(
        "unencrypted-secrets", summary: "A store of secrets is not encrypted.",
        explanation: """
            A store is a SOPS file: names in clear, values encrypted, and a section `sops` with what decryption needs. Without that \
            section everybody who can read the repository can read the secrets. Encrypt the file; secrets that were committed in \
            clear stay in the history of the repository, so change them too.
            """,
        example: "# secrets/dev.yml\nerp-password: hunter2",
        fix: "# secrets/dev.yml\nerp-password: ENC[AES256_GCM,data:...,type:str]\nsops: { ... }")
}

extension DiagnosticCode {
    package static let secretAttributes = DiagnosticCode(
        "secret-attributes", summary: "What a store says of the versions of a secret cannot be used.",
        explanation: """
            Beside the values of a secret's versions stands, in clear, which one is current, which are enabled, and from when to \
            when they are valid. A secret for which that cannot be read, or does not fit the versions, is given out to nobody.
            """,
        example: "attributes_unencrypted:\n    current: b71f...   # there is no such version", fix: "pipectl secrets set erp-password --current VERSION")
}
