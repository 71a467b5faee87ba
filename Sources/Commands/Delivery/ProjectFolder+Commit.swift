internal import AssetLoading
internal import Validation

extension ProjectFolder {
    /// Findings about a commit's files, with what was found before; kept in a layer of their own.
    func validation(of tree: any AssetTree, layer: String) async throws -> ProjectValidation {
        let cache = cache()
        let earlier = cache.validation(recent: layer)
        let validation = try await withEngineSupply { engine in
            try await ProjectValidation.validate(tree, engine: engine, cache: earlier, program: cache.program, keeps: cache.keeps)
        }
        cache.keep(validation.cache, recent: layer)
        return validation
    }
}
