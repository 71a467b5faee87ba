internal import AssetLoading
internal import Support
internal import Validation

extension ProjectFolder {
    /// Findings about a commit's files, with what was found before; kept in a layer of their own.
    func validation(of tree: any AssetTree, layer: String) async throws -> ProjectValidation {
        let program = identity
        let path = FileSystem.join(cacheFolder, layer)
        var cache = CacheFiles()
        let keeps = program != nil && hasPlainCacheFolder
        if keeps {
            cache.base = try? FileSystem.read(basePath, limit: 256 << 20)
            cache.recent = try? FileSystem.read(path, limit: 256 << 20)
        }
        let earlier = cache
        let validation = try await withEngineSupply { engine in
            try await ProjectValidation.validate(tree, engine: engine, cache: earlier, program: program ?? ContentDigest([]), keeps: keeps)
        }
        // Where it cannot be written the next one does the work again.
        if let new = validation.cache?.recent ?? validation.cache?.base {
            try? FileSystem.createDirectory(cacheFolder)
            try? FileSystem.replace(path, with: new)
        }
        return validation
    }
}
