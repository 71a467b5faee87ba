package import Engine
package import Support

/// A folder of Delta Lake tables: `<root>/<layer>/<name>/_delta_log`.
package struct Lake: Sendable {
    /// Absolute.
    package let root: String
    /// Who commits, as commits say: `pipectl/0.1.0`.
    package let engineInfo: String
    package let clock: WallClock
    /// Asked only where a checkpoint has to be read or written, so that looking at a small table starts no engine.
    let session: @Sendable () async throws(EngineError) -> any EngineSession

    /// - Parameter session: gives a session that stays its giver's to close; it may be the same one each time.
    package init(
        root: String, engineInfo: String, clock: WallClock = .system,
        session: @escaping @Sendable () async throws(EngineError) -> any EngineSession
    ) {
        self.root = FileSystem.absolute(root)
        self.engineInfo = engineInfo
        self.clock = clock
        self.session = session
    }

    package func table(_ name: LakeTableName) -> DeltaTable { DeltaTable(lake: self, name: name) }

    /// All tables with at least one commit, sorted. A lake whose folder does not exist yet has none.
    package func tables() throws(LakeError) -> [LakeTableName] {
        var names: [LakeTableName] = []
        for layer in try folders(in: root) {
            for folder in try folders(in: FileSystem.join(root, layer)) {
                // A folder whose name is none for a table is not ours.
                guard let name = try? LakeTableName(layer: layer, name: folder) else { continue }
                if try table(name).log.list() != nil { names.append(name) }
            }
        }
        return names.sorted()
    }

    private func folders(in path: String) throws(LakeError) -> [String] {
        do {
            return try FileSystem.list(path).filter {
                $0.kind == .directory || ($0.kind == .symbolicLink && FileSystem.kind(of: FileSystem.join(path, $0.name), followLinks: true) == .directory)
            }.map(\.name)
        } catch {
            if error.isNotFound { return [] }
            throw LakeError(error)
        }
    }
}
