internal import Crypto
internal import Expressions
internal import Secrets

extension SecretSource {
    /// The secret that an expression names, as text.
    func text(_ reference: SecretReference) throws(SecretUnavailable) -> String {
        do throws(SecretsError) {
            return try value(reference.name, version: reference.version, vault: reference.vault).withBytes { String(decoding: $0, as: UTF8.self) }
        } catch {
            throw SecretUnavailable(error.line)
        }
    }
}
