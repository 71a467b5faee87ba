internal import AssetLoading
internal import Support

/// The files in which validations keep what they found: most of it, and what came since, so that a small change writes
/// little. Either can be deleted at any time.
package struct CacheFiles: Sendable {
    package var base: [UInt8]?
    package var recent: [UInt8]?

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

    func hasPipeline(_ file: AssetFiles.File) -> Bool { !pipelines(file).isEmpty }
    func hasSchema(_ file: AssetFiles.File) -> Bool { !schemas(file).isEmpty }

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
        var outcomes: [ContentDigest: StepOutcome] = [:]
        if let compilation {
            for (key, outcome) in zip(compilation.keys, compilation.outcomes) { if let key { outcomes[key] = outcome } }
        }
        for (key, outcome) in outcomes where base.outcomes[key] == nil {
            missing.outcomes[key] = outcome
            isNew = isNew || recent.outcomes[key] == nil
        }
        guard isNew else { return nil }
        if missing.pipelines.count + missing.outcomes.count <= 32 + (pipelines.count + outcomes.count) / 16 {
            return CacheFiles(recent: missing.encoded(program: program))
        }
        var whole = ValidationCache()
        for entry in pipelines { whole.pipelines[ExactText(entry.file.path)] = entry }
        for entry in schemas { whole.schemas[ExactText(entry.file.path)] = entry }
        whole.outcomes = outcomes
        return CacheFiles(base: whole.encoded(program: program))
    }
}

extension ValidationCache {
    /// nil where the bytes are damaged, or were written by another build.
    init?(_ bytes: [UInt8], program: ContentDigest) {
        do throws(BinaryError) {
            var reader = try BinaryReader(bytes)
            guard try reader.digest() == program else { return nil }
            try self.init(from: &reader)
        } catch {
            return nil
        }
    }

    func encoded(program: ContentDigest) -> [UInt8] {
        var writer = BinaryWriter()
        writer.write(program)
        writer.write(self)
        return writer.finish()
    }
}

extension ValidationCache.Schema {
    fileprivate func isSame(as other: Self) -> Bool { file.digest == other.file.digest && frame == other.frame }
}
