package import Diagnostics
internal import Support

/// References to secrets as Azure and Databricks write them: the whole of a text, read as a call of `vaultSecret`.
///
/// - `@Microsoft.KeyVault(VaultName=v;SecretName=n;SecretVersion=i)` and `@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/n/i)`
///   (App Service, "Use Key Vault references")
/// - `{{secrets/scope/key}}` (Databricks, "Secret management")
/// - the members of Data Factory's `AzureKeyVaultSecret`
package struct ForeignSecretReference: Sendable, Hashable {
    package let vault: String
    package let name: String
    package let version: String?

    package init(vault: String, name: String, version: String?) {
        self.vault = vault
        self.name = name
        self.version = version
    }

    /// The call that it stands for.
    package func text(at range: SourceRange) -> DynamicText {
        let words = [vault, name] + (version.map { [$0] } ?? [])
        let arguments = words.map { ExpressionNode(.literal(.string($0)), at: range) }
        let call = ExpressionNode(.call(name: "vaultSecret", nameRange: range, arguments: arguments), at: range)
        return DynamicText(segments: [.expression(Expression(root: call))], range: range, offsets: [0])
    }

    package struct Malformed: Error, Sendable {
        package let message: String
        package let help: String

        package func diagnostic(at range: SourceRange) -> Diagnostic {
            Diagnostic(.expressionSyntax, message, at: range, help: help)
        }
    }

    /// nil where the text is none of these forms.
    package static func parse(_ text: String) throws(Malformed) -> ForeignSecretReference? {
        switch text.utf8.first {
        case UInt8(ascii: "@"): try keyVault(text)
        case UInt8(ascii: "{"): try databricks(text)
        default: nil
        }
    }

    private static let keyVaultStart = "@microsoft.keyvault("

    private static func keyVault(_ text: String) throws(Malformed) -> ForeignSecretReference? {
        guard text.lowercased().hasPrefix(keyVaultStart) else { return nil }
        func malformed(_ reason: String) -> Malformed {
            Malformed(
                message: "this reference to a Key Vault \(reason)",
                help: "write @Microsoft.KeyVault(VaultName=VAULT;SecretName=NAME) or @Microsoft.KeyVault(SecretUri=https://VAULT.vault.azure.net/secrets/NAME/)")
        }
        guard text.hasSuffix(")") else { throw malformed("is not closed") }
        var members: [String: String] = [:]
        for part in text.dropFirst(keyVaultStart.count).dropLast().split(separator: ";") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = trimmed(halves[0]).lowercased()
            guard halves.count == 2, ["vaultname", "secretname", "secretversion", "secreturi"].contains(key) else {
                throw malformed("has a part \"\(trimmed(part))\" that is not known")
            }
            guard members.updateValue(trimmed(halves[1]), forKey: key) == nil else { throw malformed("has \(trimmed(halves[0])) twice") }
        }
        if let uri = members["secreturi"] {
            guard members.count == 1, let reference = address(uri) else { throw malformed("has no usable SecretUri") }
            return reference
        }
        guard let vault = members["vaultname"], let name = members["secretname"], isName(vault), isName(name) else {
            throw malformed("needs VaultName and SecretName, or SecretUri")
        }
        let version = members["secretversion"].flatMap { $0.isEmpty ? nil : $0 }
        guard version.map(isName) ?? true else { throw malformed("has a SecretVersion that cannot be one") }
        return ForeignSecretReference(vault: vault, name: name, version: version)
    }

    /// `https://VAULT.vault.azure.net/secrets/NAME[/VERSION][/]`
    private static func address(_ uri: String) -> ForeignSecretReference? {
        guard uri.lowercased().hasPrefix("https://") else { return nil }
        var parts = uri.dropFirst("https://".count).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.last == "" { parts.removeLast() }
        guard (3...4).contains(parts.count), parts[1].lowercased() == "secrets", let vault = parts[0].split(separator: ".").first.map(String.init),
            isName(vault), isName(parts[2]), parts.count < 4 || isName(parts[3])
        else { return nil }
        return ForeignSecretReference(vault: vault, name: parts[2], version: parts.count == 4 ? parts[3] : nil)
    }

    private static func databricks(_ text: String) throws(Malformed) -> ForeignSecretReference? {
        guard text.hasPrefix("{{"), trimmed(text.dropFirst(2)).hasPrefix("secrets/") else { return nil }
        let parts = text.hasSuffix("}}") ? trimmed(text.dropFirst(2).dropLast(2)).split(separator: "/", omittingEmptySubsequences: false).map(String.init) : []
        guard parts.count == 3, isName(parts[1]), isName(parts[2]) else {
            throw Malformed(message: "this reference to a secret scope is malformed", help: "write {{secrets/SCOPE/KEY}} and nothing else")
        }
        return ForeignSecretReference(vault: parts[1], name: parts[2], version: nil)
    }

    private static func trimmed(_ text: some StringProtocol) -> String { TextFunctions.trimmed(String(text)) }

    /// What vaults, scopes and secrets may be called (Key Vault: letters, digits and `-`; Databricks besides `_ . @`).
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || "-_.@".utf8.contains($0) }
    }
}
