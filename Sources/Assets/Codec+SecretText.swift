internal import Expressions
internal import Support

extension Codec<Dynamic<String>> {
    /// Text, or Data Factory's `AzureKeyVaultSecret` in its place.
    static let secretText = Codec(
        schema: .oneOf([dynamicText.schema, keyVaultSecret.schema]), placeholder: dynamicText.placeholder
    ) { input, context in
        guard input.shape == .mapping else { return dynamicText.decode(input, context) }
        return keyVaultSecret.decode(input, context).map { Dynamic(.expression($0.text(at: input.range)), at: input.range) }
    }

    private static let keyVaultSecret = Codec<ForeignSecretReference>.object(
        "AzureKeyVaultSecret", "A secret of a Key Vault, as Data Factory writes it."
    ) { r in
        _ = r.required("type", .oneOf(["AzureKeyVaultSecret"]), "AzureKeyVaultSecret.")
        return ForeignSecretReference(
            vault: r.required("store", linkedService, "The linked service of the vault: a name under `vaults` of the environment."),
            name: r.required("secretName", .text, "Name of the secret."),
            version: r.optional("secretVersion", .text, "Its version; default: the current one."))
    }

    private static let linkedService = Codec<String>.object("linkedServiceReference", "The linked service of the vault.") { r in
        _ = r.defaulted("type", .oneOf(["LinkedServiceReference"]), "LinkedServiceReference.", default: "LinkedServiceReference", shown: "LinkedServiceReference")
        return r.required("referenceName", .text, "Name of the linked service.")
    }
}
