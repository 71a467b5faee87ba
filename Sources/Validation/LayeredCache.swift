internal import AssetLoading
internal import Support

/// The files in which validations keep what they found: most of it, and what came since, so that a small change writes
/// little. Either can be deleted at any time.
package struct CacheFiles: Sendable {
    package var base: [UInt8]?
    package var recent: [UInt8]?

    /// Whether the project had SQL to compile when they were written, as far as a glance tells.
    package var seemToHaveSQL: Bool { base.map(ValidationCache.seemsToHaveSQL) ?? false }

    package init(base: [UInt8]? = nil, recent: [UInt8]? = nil) {
        self.base = base
        self.recent = recent
    }
}

/// What earlier validations found, newest first. Everything is found by its content, so it does not matter how old a layer is.
struct LayeredCache: Sendable {
    let base: ValidationCache
    let recent: ValidationCache

    /// Of these bytes; what else it depends on may have been different, and in each layer another.
    func pipelines(_ file: AssetFiles.File) -> [ValidationCache.Pipeline] {
        [recent, base].compactMap { $0.pipelines[ExactText(file.path)] }.filter { $0.file.digest == file.digest }
    }

    func schemas(_ file: AssetFiles.File) -> [ValidationCache.Schema] {
        [recent, base].compactMap { $0.schemas[ExactText(file.path)] }.filter { $0.file.digest == file.digest }
    }

    /// Whether there is something of these bytes.
    func knows(_ file: AssetFiles.File) -> Bool {
        let path = ExactText(file.path)
        func knows(_ layer: ValidationCache) -> Bool {
            layer.pipelines[path]?.file.digest == file.digest || layer.schemas[path]?.file.digest == file.digest
        }
        return knows(base) || knows(recent)
    }

    func hasPipeline(_ file: AssetFiles.File) -> Bool {
        let path = ExactText(file.path)
        return base.pipelines[path]?.file.digest == file.digest || recent.pipelines[path]?.file.digest == file.digest
    }

    func outcome(_ key: ContentDigest) -> StepOutcome? { recent.outcomes[key] ?? base.outcomes[key] }

    /// What has to be written so that the next validation finds all of this; nil where nothing is new.
    func updated(
        _ pipelines: [ValidationCache.Pipeline], _ schemas: [ValidationCache.Schema], _ compilation: SQLCompilation?, program: ContentDigest
    ) -> CacheFiles? {
        var missing = ValidationCache()
        var isNew = false
        for entry in pipelines where base.pipelines[ExactText(entry.file.path)]?.key != entry.key {
            missing.pipelines[ExactText(entry.file.path)] = entry
            isNew = isNew || recent.pipelines[ExactText(entry.file.path)]?.key != entry.key
        }
        for entry in schemas where !(base.schemas[ExactText(entry.file.path)].map { $0.isSame(as: entry) } ?? false) {
            missing.schemas[ExactText(entry.file.path)] = entry
            isNew = isNew || !(recent.schemas[ExactText(entry.file.path)].map { $0.isSame(as: entry) } ?? false)
        }
        let keys = compilation?.keys ?? []
        for (index, key) in keys.enumerated() {
            guard let key, base.outcomes[key] == nil else { continue }
            missing.outcomes[key] = compilation?.outcomes[index]
            isNew = isNew || recent.outcomes[key] == nil
        }
        guard isNew else { return nil }
        if missing.pipelines.count + missing.outcomes.count <= 32 + (pipelines.count + keys.count) / 16 {
            return CacheFiles(recent: missing.encoded(program: program))
        }
        var whole = ValidationCache()
        for entry in pipelines { whole.pipelines[ExactText(entry.file.path)] = entry }
        for entry in schemas { whole.schemas[ExactText(entry.file.path)] = entry }
        for (key, outcome) in zip(keys, compilation?.outcomes ?? []) { if let key { whole.outcomes[key] = outcome } }
        return CacheFiles(base: whole.encoded(program: program))
    }
}

extension ValidationCache.Schema {
    fileprivate func isSame(as other: Self) -> Bool { file.digest == other.file.digest && frame == other.frame }
}
