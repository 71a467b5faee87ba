package import Age
package import Crypto
package import Keyring
internal import Support
internal import Synchronization

/// Finds age identities: in the file that was named, and only there; otherwise in `PIPECTL_AGE_KEY`, `SOPS_AGE_KEY`, the file
/// that `SOPS_AGE_KEY_FILE` names, the platform's key file, and the desktop's keyring.
///
/// A place is read when those before it did not do, and once. One that is there and cannot be read or understood is an error,
/// so that nobody wonders why another identity was used.
package final class IdentityFinder: Sendable {
    package typealias KeyringLookup = @Sendable () -> Result<[SensitiveBytes], KeyringError>

    private enum Place: Sendable {
        case option(path: String)
        case variable(String)
        case fileVariable(String)
        case platformFile
        case keyring
    }

    private struct Finding: Sendable {
        let look: IdentityLook
        var identities: [AgeIdentity] = []
        var warning: String?
    }

    private let places: [Place]
    private let variables: [String: String]
    private let keyring: KeyringLookup
    private let findings = Mutex<[Finding]>([])

    /// - Parameters:
    ///   - file: what `--identity` names.
    ///   - variables: the environment.
    ///   - keyring: asked last; nil for the desktop's.
    package init(file: String? = nil, variables: [String: String], keyring: KeyringLookup? = nil) {
        places =
            if let file { [.option(path: file)] } else {
                [.variable("PIPECTL_AGE_KEY"), .variable("SOPS_AGE_KEY"), .fileVariable("SOPS_AGE_KEY_FILE"), .platformFile, .keyring]
            }
        self.variables = variables
        let store = KeyringStore(variables: variables)
        self.keyring = keyring ?? { Result { () throws(KeyringError) in try store.lookup() } }
    }

    /// The first result that `use` has for the identities of one place; places without any are passed over.
    package func first<Found>(_ use: ([AgeIdentity]) -> Found?) throws(IdentityError) -> Found {
        for index in places.indices {
            let identities = try finding(index).identities
            if !identities.isEmpty, let found = use(identities) { return found }
        }
        let looked = looked
        throw IdentityError(
            .notFound, looked.contains { !$0.recipients.isEmpty } ? "none of the age identities found opens it" : "found no age identity",
            help: "name a key file with --identity, or put the identity of one of the recipients in PIPECTL_AGE_KEY", looked: looked)
    }

    /// The places that were read so far, in their order.
    package var looked: [IdentityLook] { findings.withLock { $0.map(\.look) } }

    /// What the user should be told of the places that were read so far.
    package var warnings: [String] { findings.withLock { $0.compactMap(\.warning) } }

    private func finding(_ index: Int) throws(IdentityError) -> Finding {
        if let known = findings.withLock({ index < $0.count ? $0[index] : nil }) { return known }
        // Read outside of the lock: a keyring may take its time.
        let finding = try read(places[index])
        return findings.withLock {
            if index == $0.count { $0.append(finding) }
            return $0[index]
        }
    }

    private func read(_ place: Place) throws(IdentityError) -> Finding {
        switch place {
        case .option(let path): return try readNamedFile(path, called: path)
        case .variable(let name):
            guard let text = variables[name] else { return absent(name, "not set") }
            // A CI system gives an empty one for a secret that it does not know.
            guard text.utf8.contains(where: { !" \t\r\n".utf8.contains($0) }) else { return absent(name, "empty") }
            return found(name, try IdentityText.parse(SensitiveBytes(text.utf8), place: name))
        case .fileVariable(let name):
            guard let path = variables[name] else { return absent(name, "not set") }
            guard !path.isEmpty else { return absent(name, "empty") }
            return try readNamedFile(path, called: "\(shown(path)) (\(name))")
        case .platformFile:
            guard let path = IdentityFile.platformPath(variables) else { return absent("key file", "HOME is not set") }
            guard let (identities, warning) = try IdentityFile.read(path, place: shown(path)) else { return absent(shown(path), "not there") }
            return found(shown(path), identities, warning)
        case .keyring: return try readKeyring()
        }
    }

    /// A file that somebody named has to be there.
    private func readNamedFile(_ path: String, called place: String) throws(IdentityError) -> Finding {
        guard let (identities, warning) = try IdentityFile.read(path, place: place) else {
            throw IdentityError(.file, "there is no key file \(place)")
        }
        return found(place, identities, warning)
    }

    private func readKeyring() throws(IdentityError) -> Finding {
        let texts: [SensitiveBytes]
        do throws(KeyringError) { texts = try keyring().get() } catch {
            return absent("keyring", error.kind == .noSessionBus ? "no session bus" : error.message)
        }
        var identities: [AgeIdentity] = []
        for text in texts {
            for identity in try IdentityText.parse(text, place: "keyring")
            where !identities.contains(where: { $0.recipient == identity.recipient }) {
                identities.append(identity)
            }
        }
        return identities.isEmpty ? absent("keyring", "no identity") : found("keyring", identities)
    }

    private func absent(_ place: String, _ why: String) -> Finding { Finding(look: IdentityLook(place: place, absence: why)) }

    private func found(_ place: String, _ identities: [AgeIdentity], _ warning: String? = nil) -> Finding {
        Finding(look: IdentityLook(place: place, recipients: identities.map(\.recipient)), identities: identities, warning: warning)
    }

    /// `~/.config/sops/age/keys.txt`
    private func shown(_ path: String) -> String {
        guard let home = variables["HOME"], !home.isEmpty, path.utf8.starts(with: "\(home)/".utf8) else { return path }
        return "~\(Substring(path.utf8.dropFirst(home.utf8.count)))"
    }
}
