internal import AssetLoading
internal import Changes
internal import Git
internal import Support
internal import Validation

/// Two versions of a project, and the files that differ between them.
struct ProjectVersions: Sendable {
    let base: any AssetTree
    let head: any AssetTree
    let changed: Set<String>
    /// The newer one is what stands in the folder, not a commit.
    let isWorking: Bool
    var listed: ListedProject?

    /// - Parameter range: `BASE`: that commit and the working tree; `BASE..HEAD`: two commits; with three dots from where
    ///   their histories parted. What is left out is `HEAD`.
    static func find(_ range: String?, in folder: ProjectFolder) throws -> ProjectVersions {
        let repository = try GitRepository.open(at: folder.root)
        let path = try repository.path(of: folder.root)
        let (base, head) = try commits(range ?? "HEAD", repository)
        let old = GitTree(try repository.files(of: base, in: path))
        guard let head else {
            let head = RememberedTree(folder.tree)
            var paths = ChangedPaths(try repository.workingChanges(since: base, in: folder.root))
            try paths.follow(linksOf: old, from: old, to: head)
            return ProjectVersions(
                base: OverlaidTree(over: head, of: old, paths: paths.all, present: paths.old), head: head, changed: paths.all, isWorking: true)
        }
        let new = GitTree(try repository.files(of: head, in: path))
        let listed = folder.listed(new)
        var paths = ChangedPaths(try old.files.changes(to: new.files))
        try paths.follow(linksOf: listed.isPlain ? nil : new, from: old, to: new)
        return of(listed: listed, old, paths)
    }

    /// Two releases, the newer one of files that lie in a commit with others: these are the same for both.
    static func between(_ old: GitTree, _ new: GitTree, over listed: ListedProject) throws -> ProjectVersions {
        of(listed: listed, old, ChangedPaths(try old.files.changes(to: new.files)))
    }

    private static func of(listed: ListedProject, _ old: GitTree, _ paths: ChangedPaths) -> ProjectVersions {
        ProjectVersions(
            base: OverlaidTree(over: listed.tree, of: old, paths: paths.all, present: paths.old), head: listed.tree, changed: paths.all, isWorking: false,
            listed: listed)
    }

    private static func commits(_ range: String, _ repository: borrowing GitRepository) throws -> (base: GitObjectID, head: GitObjectID?) {
        func named(_ text: Substring) throws -> GitObjectID {
            // Without a commit yet that is what to tell.
            text.isEmpty || text == "HEAD" ? try repository.head() : try repository.commit(named: String(text))
        }
        guard let dots = range.firstIndex(of: "."), range[dots...].hasPrefix("..") else { return (try named(range[...]), nil) }
        let hasThree = range[dots...].hasPrefix("...")
        let (first, second) = (try named(range[..<dots]), try named(range[dots...].dropFirst(hasThree ? 3 : 2)))
        return (hasThree ? try repository.mergeBase(of: first, and: second) : first, second)
    }
}

extension ProjectFolder {
    /// What validation knows of two versions, with what it found before: what is not in the folder has a layer of its own in the cache.
    func snapshots(of versions: ProjectVersions) async throws -> (base: ProjectSnapshot, head: ProjectSnapshot) {
        let cache = cache()
        let known = await ProjectValidation.Layer(cache.read(CacheFolder.base), program: cache.program)
        async let base = snapshot(of: versions.base, layer: "diff-base", known, cache)
        let head = try await snapshot(of: versions.head, layer: versions.isWorking ? CacheFolder.recent : "diff-head", known, cache)
        return (try await base, head)
    }

    private func snapshot(
        of tree: any AssetTree, layer: String, _ known: ProjectValidation.Layer, _ cache: CacheFolder
    ) async throws -> ProjectSnapshot {
        let recent = cache.read(layer)
        let validation = try await withEngineSupply { engine in
            try await ProjectValidation.look(at: tree, engine: engine, base: known, recent: recent, program: cache.program, keeps: cache.keeps)
        }
        cache.keep(validation.cache, recent: layer)
        // The program ends: to take apart what a large project gave takes as long as to compare it.
        _ = Unmanaged.passRetained(Kept(validation))
        return validation.snapshot
    }

    private final class Kept {
        private let validation: ProjectValidation
        init(_ validation: ProjectValidation) { self.validation = validation }
    }
}
