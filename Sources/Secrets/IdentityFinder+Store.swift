internal import Age
package import Sops

extension IdentityFinder {
    /// Opens a store with the first identity that opens its data key.
    package func open(_ file: SopsFile, warn: (String) -> Void) throws(SecretsError) -> OpenedSopsFile {
        guard !file.metadata.recipients.isEmpty else {
            throw SecretsError(.noIdentity, "\(file.path) is encrypted for no age recipient", help: "add one with sops: sops updatekeys \(file.path)")
        }
        let result: Result<OpenedSopsFile, SecretsError>
        do throws(IdentityError) {
            result = try first { identities in Self.open(file, with: identities) }
        } catch {
            let names = file.metadata.recipients.map(\.recipient).joined(separator: ", ")
            let looked = error.looked.map(\.description).joined(separator: "; ")
            throw SecretsError(
                .noIdentity, "\(file.path): \(error.message)" + (looked.isEmpty ? "" : " (\(looked)); it is encrypted for \(names)"), help: error.help)
        }
        warnings.forEach(warn)
        return try result.get()
    }

    /// nil where none of the identities is meant.
    private static func open(_ file: SopsFile, with identities: [AgeIdentity]) -> Result<OpenedSopsFile, SecretsError>? {
        let unwrapper = AgeKeyUnwrapper(identities: identities)
        for recipient in file.metadata.recipients {
            do throws(AgeError) {
                guard let key = try unwrapper.unwrap(recipient) else { continue }
                let (opened, diagnostics) = file.open(dataKey: key)
                guard let opened else { return .failure(SecretsError(.damaged, "\(file.path) is refused", diagnostics: diagnostics)) }
                return .success(opened)
            } catch {
                return .failure(SecretsError(.damaged, "\(file.path): the data key for \(recipient.recipient) cannot be opened: \(error.message)", help: error.help))
            }
        }
        return nil
    }
}
