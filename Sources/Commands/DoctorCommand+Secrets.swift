internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Crypto
internal import Diagnostics
internal import Secrets
internal import Sops
internal import Support

extension DoctorCommand {
    /// The library, the identities, and whether they open the stores.
    ///
    /// Nobody opens every store: only that of the environment in use has to be.
    func checkSecrets(_ workspace: Workspace?, in context: CommandContext) -> [Finding] {
        do throws(CryptoError) {
            _ = try RandomBytes.visible(count: 1)
        } catch {
            return [Finding(subject: "libcrypto", isFine: false, detail: error.message, help: error.help)]
        }
        let found = [Finding(subject: "libcrypto", isFine: true, detail: "OpenSSL 3, for secrets")]
        let environments = (workspace?.project.environments ?? []).map(\.asset).filter { environment == nil || $0.name.value == environment }
        let used = environment ?? workspace?.project.project?.defaultEnvironment?.value
        var seen: Set<String> = []
        let stores = environments.sorted { $0.name.value == used && $1.name.value != used }.flatMap { environment in
            environment.stores.map { (written: $0, isUsed: environment.name.value == used) }
        }.filter { seen.insert(FileSystem.normalise($0.written.value)).inserted }
        let opener = workspace?.opener ?? IdentityOpener(identity: nil, context)
        return found + identities(opener, areNeeded: stores.contains(where: \.isUsed))
            + (workspace.map { workspace in stores.map { check($0.written, isUsed: $0.isUsed, workspace) } } ?? [])
    }

    /// Asks the keyring too, which says at once where there is no session; it opens no dialogue.
    private func identities(_ opener: IdentityOpener, areNeeded: Bool) -> [Finding] {
        let subject = "age identities"
        do throws(IdentityError) {
            // None is taken, so that every place is looked at.
            let _: Never = try opener.finder.first { _ in nil }
        } catch {
            guard error.kind == .notFound else { return [Finding(subject: subject, isFine: false, detail: error.message, help: error.help)] }
        }
        let looked = opener.finder.looked
        let found = looked.filter { $0.absence == nil }
        guard found.isEmpty else { return found.map { Finding(subject: subject, isFine: true, detail: $0.description) } }
        return [
            Finding(
                subject: subject, isFine: !areNeeded, detail: "none (\(looked.map(\.description).joined(separator: "; ")))",
                help: areNeeded ? "make one: pipectl secrets keygen; then let somebody add its recipient to the store" : nil)
        ]
    }

    private func check(_ written: Located<String>, isUsed: Bool, _ workspace: Workspace) -> Finding {
        let file = workspace.store(written)
        let subject = "store \(file.name)"
        do throws(SecretsError) {
            let store = try file.open(with: workspace.opener)
            let number = store.inventory.entries.count
            return Finding(subject: subject, isFine: true, detail: "can be opened, \(number) secret\(number == 1 ? "" : "s")")
        } catch {
            guard error.kind == .noIdentity else {
                return Finding(subject: subject, isFine: false, detail: error.detailed, help: error.remedy)
            }
            return Finding(
                subject: subject, isFine: !isUsed, detail: "cannot be opened here", help: isUsed ? "`pipectl secrets recipients ls` tells who can add you" : nil)
        }
    }
}
