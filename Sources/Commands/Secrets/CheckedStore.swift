internal import AssetLoading
internal import Assets
internal import Secrets
internal import Sops
internal import Support

/// A store as `secrets check` knows it without a key.
struct CheckedStore: Sendable {
    let file: SecretStoreFile
    /// nil where it cannot be read; `problem` says why.
    let sops: SopsFile?
    let inventory: SecretInventory?
    let problem: SecretsError?
    /// Values that the file keeps in clear: they are no secrets.
    private let clear: Set<[String]>

    init(_ file: SecretStoreFile) {
        self.file = file
        do throws(SecretsError) {
            let sops = try file.read()
            self.sops = sops
            inventory = SecretInventory(sops)
            problem = nil
            clear = Set(sops.writtenValues.filter { !$0.isEncrypted }.map(\.keys))
        } catch {
            (sops, inventory, problem, clear) = (nil, nil, error, [])
        }
    }

    /// Those whose values are encrypted.
    var secrets: [SecretEntry] { inventory?.entries.filter { !clear.contains($0.keys(of: $0.current)) } ?? [] }

    /// All stores that environments of the project name, by their path from its folder.
    static func all(of workspace: Workspace) -> [String: CheckedStore] {
        var stores: [String: CheckedStore] = [:]
        for written in workspace.project.environments.flatMap(\.asset.stores) {
            let path = FileSystem.normalise(written.value)
            if stores[path] == nil { stores[path] = CheckedStore(workspace.store(written)) }
        }
        return stores
    }
}

extension Environment {
    /// Paths of its stores from the project's folder, each once.
    var storePaths: [String] {
        var seen: Set<String> = []
        return stores.map { FileSystem.normalise($0.value) }.filter { seen.insert($0).inserted }
    }
}

extension SecretEntry {
    /// Who asks for it is no file of the project.
    var isExternal: Bool { tags.contains { $0.name == "external" && $0.value == "true" } }
}
