internal import Crypto
internal import Diagnostics
internal import Secrets
internal import Sops
internal import Support

/// What only the values tell: the same one twice, and those that can be guessed. No value leaves this place; they are compared by
/// codes under a key that lives as long as this does.
struct SecretValueCheck {
    private struct Origin: Hashable {
        let store: String
        let secret: String
    }

    /// By store, in the order of the file.
    private(set) var weak: [String: [SecretFinding]] = [:]
    /// Stores that could not be opened, and why.
    private(set) var unopened: [String: SecretsError] = [:]
    private var origins: [SensitiveBytes: Set<Origin>] = [:]
    private let key: SensitiveBytes

    /// - Parameter stores: by path from the project's folder.
    init(_ stores: [String: CheckedStore], opener: some StoreOpener, at now: Instant) throws(CryptoError) {
        key = try RandomBytes.secret(count: 32)
        for (path, store) in stores.sorted(by: { $0.key < $1.key }) {
            guard let sops = store.sops else { continue }
            do throws(SecretsError) {
                let opened = SecretStore(try opener.open(sops))
                for entry in store.secrets where entry.problem == nil { try look(at: entry, of: opened, path, store.file.name, now) }
            } catch {
                unopened[path] = error
            }
        }
    }

    private mutating func look(at entry: SecretEntry, of opened: SecretStore, _ path: String, _ file: String, _ now: Instant) throws(SecretsError) {
        for version in entry.versions where version.refusal(at: now) == nil {
            let value = try opened.stored(entry, version.id)
            do throws(CryptoError) {
                origins[try code(of: value), default: []].insert(Origin(store: path, secret: entry.name))
            } catch {
                throw SecretsError(.system, error.message, help: error.help)
            }
            guard version.id == entry.current, let weakness = WeakSecret.reason(value, name: entry.name) else { continue }
            weak[path, default: []].append(
                SecretFinding(
                    kind: .weak, severity: .warning, message: "secret '\(entry.name)' of \(file) \(weakness)", store: file, secret: entry.name,
                    version: version.id, help: "make a new value: pipectl secrets rotate \(entry.name)"))
        }
    }

    private func code(of value: SensitiveBytes) throws(CryptoError) -> SensitiveBytes {
        try value.withBytes { (bytes) throws(CryptoError) in
            var copy = Array(bytes)
            defer { _ = SensitiveBytes(taking: &copy) }
            return try Hash.sha256.authenticationCode(of: copy, key: key)
        }
    }

    /// Values that one of these stores has in common with another store, or under two names.
    ///
    /// - Parameter names: of all stores, as people know them.
    func shared(by paths: [String], names: [String: String]) -> [SecretFinding] {
        let groups = origins.values.filter { $0.count > 1 && $0.contains { paths.contains($0.store) } }
            .map { $0.sorted { ($0.store, $0.secret) < ($1.store, $1.secret) } }
            .sorted { $0.lexicographicallyPrecedes($1) { ($0.store, $0.secret) < ($1.store, $1.secret) } }
        return groups.map { group in
            let words = group.map { "'\($0.secret)' of \(names[$0.store] ?? $0.store)" }
            let own = group.first { paths.contains($0.store) } ?? group[0]
            return SecretFinding(
                kind: .shared, severity: .warning, message: "\(words.dropLast().joined(separator: ", ")) and \(words[words.count - 1]) have the same value",
                store: names[own.store] ?? own.store, secret: own.secret, help: "who learns one has all of them: give each a value of its own")
        }
    }
}

/// Values that somebody guesses before long.
enum WeakSecret {
    static let leastLength = 8

    /// nil where nothing is known against it.
    static func reason(_ value: SensitiveBytes, name: String) -> String? {
        value.withBytes { bytes in
            if bytes.isEmpty { return "is empty" }
            let length = bytes.count { $0 & 0xC0 != 0x80 }
            if length < leastLength { return "has less than \(leastLength) characters" }
            if plain(bytes).elementsEqual(plain(name.utf8)) { return "is its own name" }
            if wellKnown.contains(where: { lowered(bytes).elementsEqual($0.utf8) }) { return "is one of those that everybody tries first" }
            return nil
        }
    }

    private static let wellKnown = [
        "password", "password1", "password12", "password123", "password1234", "passw0rd", "p@ssw0rd", "p@ssword", "changeme", "changeit", "change-me",
        "change_me", "12345678", "123456789", "1234567890", "0123456789", "11111111", "00000000", "87654321", "abcd1234", "1q2w3e4r", "qwertyuiop",
        "qwerty123", "iloveyou", "letmein1", "welcome1", "welcome123", "administrator", "admin123", "admin1234", "postgres", "mysecretpassword", "topsecret",
        "secret123", "supersecret", "trustno1", "sunshine", "football", "baseball", "superman", "princess", "default1", "test1234", "testtest",
        "example1", "yourpassword", "placeholder", "undefined",
    ]

    private static func lowered(_ bytes: some Sequence<UInt8>) -> some Sequence<UInt8> {
        bytes.lazy.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Without case and what divides words.
    private static func plain(_ bytes: some Sequence<UInt8>) -> some Sequence<UInt8> {
        lowered(bytes).lazy.filter { !"-_. ".utf8.contains($0) }
    }
}
