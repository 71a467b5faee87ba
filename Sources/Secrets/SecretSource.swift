package import Crypto
package import Support
internal import Synchronization

/// The secrets that an environment's references mean: of its own store, and of the stores that stand for vaults. A store is
/// opened when the first secret of it is asked for, and stays as it was until `refresh`.
package final class SecretSource: Sendable {
    private struct Opened {
        let store: SecretStore
        let identity: ContentDigest?
    }

    private let environment: String
    private let main: SecretStoreFile?
    /// By name in lower case.
    private let vaults: [String: SecretStoreFile]
    private let opener: any StoreOpener
    private let clock: WallClock
    private let opened = Mutex<[String: Opened]>([:])
    /// Values of the environment's own store that stand in for those in it.
    private let overrides: [String: SensitiveBytes]

    package init(
        environment: String, main: SecretStoreFile?, vaults: [String: SecretStoreFile], opener: any StoreOpener, clock: WallClock,
        overrides: [String: SensitiveBytes] = [:]
    ) {
        self.environment = environment
        self.main = main
        self.vaults = Dictionary(vaults.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
        self.opener = opener
        self.clock = clock
        self.overrides = overrides
    }

    /// - Parameters:
    ///   - vault: nil for the environment's own store.
    ///   - version: nil for the current one.
    package func value(_ name: String, version: String? = nil, vault: String? = nil) throws(SecretsError) -> SensitiveBytes {
        let file = try file(vault)
        if version == nil, file.path == main?.path, let value = overrides[name] {
            value.withBytes { SecretScrubber.shared.register($0) }
            return value
        }
        let store = try opened.withLock { (opened) throws(SecretsError) in
            if let known = opened[file.path] { return known.store }
            // Before anything is decrypted.
            ProcessHardening.forbidCoreDumps()
            let identity = FileSystem.identity(of: file.path)
            let store = try file.open(with: opener)
            opened[file.path] = Opened(store: store, identity: identity)
            return store
        }
        let value = try store.value(name, version: version, at: clock.now())
        value.withBytes { SecretScrubber.shared.register($0) }
        return value
    }

    /// Forgets stores whose files have changed since they were opened. True where there was one.
    package func refresh() -> Bool {
        opened.withLock { opened in
            let stale = opened.filter { FileSystem.identity(of: $0.key) != $0.value.identity }.keys
            for path in stale { opened[path] = nil }
            return !stale.isEmpty
        }
    }

    /// Whether a rotation is under way in a store that was opened.
    package var isRotating: Bool {
        let paths = opened.withLock { Array($0.keys) }
        let files = vaults.values + (main.map { [$0] } ?? [])
        return files.contains { file in
            guard paths.contains(file.path) else { return false }
            // A store that cannot be read now is told by whoever needs a secret of it.
            guard let written = try? file.read() else { return false }
            return SecretInventory(written).entries.contains { $0.pending != nil }
        }
    }

    private func file(_ vault: String?) throws(SecretsError) -> SecretStoreFile {
        guard let vault else {
            guard let main else {
                throw SecretsError(.invalid, "environment \"\(environment)\" has no store of secrets", help: "name one under `secrets`, and make it: pipectl secrets init --env \(environment)")
            }
            return main
        }
        guard let file = vaults[vault.lowercased()] else {
            throw SecretsError(.invalid, "environment \"\(environment)\" maps no vault '\(vault)' to a store", help: "name it under `vaults`")
        }
        return file
    }
}
