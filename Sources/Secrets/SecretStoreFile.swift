package import Sops
package import Support

/// Opens the data key of a store, with whatever identities there are.
package protocol StoreOpener: Sendable {
    func open(_ file: SopsFile) throws(SecretsError) -> OpenedSopsFile
}

/// The file of a store: read, and written in one step under a lock.
package struct SecretStoreFile: Sendable, Hashable {
    /// Absolute.
    package let path: String
    /// As people know it: `secrets/prod.yml`.
    package let name: String

    /// What it holds, where it is one of a state in git and no file.
    private let content: [UInt8]?

    package init(path: String, name: String) {
        self.path = path
        self.name = name
        content = nil
    }

    /// A store to be read only.
    package init(path: String, name: String, content: [UInt8]) {
        self.path = path
        self.name = name
        self.content = content
    }

    /// More is no store of passwords.
    private static let limit = 32 << 20

    private var missing: SecretsError { SecretsError(.notFound, "there is no store \(name)", help: "make it: pipectl secrets init") }

    package var exists: Bool { FileSystem.exists(path) }

    /// The file, nothing decrypted.
    package func read() throws(SecretsError) -> SopsFile {
        guard let format = SopsFormat(path: path) else {
            throw SecretsError(.invalid, "\(name) is neither YAML nor JSON", help: "a store's name ends with .yml, .yaml or .json; other formats of SOPS are not read")
        }
        let bytes = if let content { content } else { try fileBytes() }
        let (file, diagnostics) = SopsFile.read(bytes, path: name, format: format)
        guard let file else {
            throw SecretsError(.damaged, "\(name) cannot be read", diagnostics: diagnostics)
        }
        return file
    }

    private func fileBytes() throws(SecretsError) -> [UInt8] {
        switch FileSystem.kind(of: path, followLinks: true) {
        case .file: break
        case nil: throw missing
        default: throw SecretsError(.damaged, "\(name) is not a file")
        }
        do throws(SystemError) {
            return try FileSystem.read(path, limit: Self.limit)
        } catch {
            if error.isTooLarge { throw SecretsError(.damaged, "\(name) is larger than \(Self.limit >> 20) MB: no store of secrets is") }
            throw SecretsError(.system, error.description)
        }
    }

    package func open(with opener: some StoreOpener) throws(SecretsError) -> SecretStore {
        SecretStore(try opener.open(try read()))
    }

    /// Changes the store: opened, changed and written while nobody else writes in its folder.
    ///
    /// - Returns: the store as it is afterwards, and whether that is another than before.
    package func update(
        with opener: some StoreOpener, timeout: Duration = .seconds(10), _ change: (SecretStore) throws(SecretsError) -> SecretStore
    ) throws(SecretsError) -> (store: SecretStore, isChanged: Bool) {
        try locked(timeout) { () throws(SecretsError) in
            let old = try open(with: opener)
            let new = try change(old)
            guard new.opened.file.bytes != old.opened.file.bytes else { return (old, false) }
            try write(new.opened)
            return (new, true)
        }
    }

    /// Writes a new store; refused where there is a file.
    package func create(_ opened: OpenedSopsFile) throws(SecretsError) {
        do throws(SystemError) {
            try FileSystem.createDirectory(FileSystem.parent(of: path))
            try FileSystem.createExclusively(opened.file.bytes, at: path, mode: 0o600)
        } catch {
            if error.alreadyExists { throw SecretsError(.invalid, "\(name) exists already", help: "add to it: pipectl secrets set NAME") }
            throw SecretsError(.system, error.description)
        }
    }

    /// Replaces the file, through links to it, while nobody else writes in its folder. `read` sees the old one or the new one.
    package func write(_ opened: OpenedSopsFile) throws(SecretsError) {
        do throws(SystemError) {
            let target = try FileSystem.realPath(path)
            removeRemains(of: target)
            try FileSystem.writeAtomically(opened.file.bytes, to: target, mode: 0o600)
        } catch {
            throw SecretsError(.system, error.description)
        }
    }

    package func locked<Value>(_ timeout: Duration = .seconds(10), _ body: () throws(SecretsError) -> Value) throws(SecretsError) -> Value {
        let lock = try lock(timeout)
        defer { withExtendedLifetime(lock) {} }
        return try body()
    }

    /// Keeps other writers out until it goes.
    package func lock(_ timeout: Duration = .seconds(10)) throws(SecretsError) -> DirectoryLock {
        guard exists else { throw missing }
        let lock: DirectoryLock?
        do throws(SystemError) {
            lock = try DirectoryLock.acquire(FileSystem.parent(of: try FileSystem.realPath(path)), timeout: timeout)
        } catch {
            throw SecretsError(.system, error.description)
        }
        guard let lock else {
            throw SecretsError(.busy, "\(name) is being written by somebody else", help: "nothing was changed; try again")
        }
        return lock
    }

    /// What a writer that was killed left beside the file. It is encrypted, and in the way.
    private func removeRemains(of target: String) {
        let (folder, last) = (FileSystem.parent(of: target), FileSystem.lastComponent(of: target))
        // What cannot be removed now is removed another time.
        for entry in (try? FileSystem.list(folder)) ?? [] where entry.name.hasPrefix(".\(last).") && entry.name.hasSuffix(".tmp") {
            try? FileSystem.removeFile(FileSystem.join(folder, entry.name))
        }
    }
}
