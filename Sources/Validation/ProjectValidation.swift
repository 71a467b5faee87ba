package import AssetLoading
internal import Assets
internal import Diagnostics
package import Engine
package import Support

/// Validation of the files of a project, with what an earlier one found about files that have not changed.
package struct ProjectValidation: Sendable {
    package let report: Validator.Report
    package let counts: Counts
    /// To be kept for the next time; nil where nothing is new.
    package let cache: CacheFiles?
    let entries: [ValidationCache.Pipeline]
    /// Of environments and their stores of secrets.
    let environmentPaths: Set<String>
    /// Where environments and locked schemas are looked for.
    let frameFolders: [String]
    /// By name.
    let templatePaths: [String: String]
    /// By connection.
    let schemaPaths: [String: String]
    /// Of pipelines with their SQL, templates and locked schemas: of what they consist.
    package let assetPaths: [String]
    /// All that was read: freed with this value, or with the process, and not while somebody waits for the answer.
    let everything: [any Sendable]

    package struct Counts: Sendable {
        package let pipelines: Int
        package let environments: Int
        package let templates: Int
        package let sqlFiles: Int
    }

    /// - Parameters:
    ///   - engine: nil leaves out what needs SQL.
    ///   - cache: what earlier validations gave to be kept; anything else is as good as none.
    ///   - program: tells one build of the program from another.
    ///   - keeps: whether there shall be something to keep.
    package static func validate(
        _ tree: some AssetTree, engine: EngineSupply?, cache: CacheFiles, program: ContentDigest, keeps: Bool
    ) async throws(EngineError) -> ProjectValidation {
        async let decoded = Self.decode(cache, program)
        let files = AssetFiles.read(tree)
        var validation = Incremental(tree: tree, files: files, earlier: await decoded, hasEngine: engine != nil, program: program, keeps: keeps)
        return try await validation.run(engine)
    }

    /// A layer of a cache that several validations use.
    package struct Layer: Sendable {
        fileprivate let cache: ValidationCache

        package init(_ bytes: [UInt8]?, program: ContentDigest) async { cache = await ProjectValidation.decode(bytes, program) }
    }

    /// What a validation knows, without its findings, with the larger layer of the cache given.
    package static func look(
        at tree: some AssetTree, engine: EngineSupply?, base: Layer, recent: [UInt8]?, program: ContentDigest, keeps: Bool
    ) async throws(EngineError) -> ProjectValidation {
        let files = AssetFiles.read(tree)
        let earlier = LayeredCache(base: base.cache, recent: await decode(recent, program))
        var validation = Incremental(
            tree: tree, files: files, earlier: earlier, hasEngine: engine != nil, program: program, keeps: keeps, wantsFindings: false)
        return try await validation.run(engine)
    }

    private static func decode(_ files: CacheFiles, _ program: ContentDigest) async -> LayeredCache {
        async let base = decode(files.base, program)
        let recent = await decode(files.recent, program)
        return LayeredCache(base: await base, recent: recent)
    }

    fileprivate static func decode(_ bytes: [UInt8]?, _ program: ContentDigest) async -> ValidationCache {
        guard let bytes else { return ValidationCache() }
        return await ValidationCache.decoded(bytes, program: program) ?? ValidationCache()
    }
}

/// The steps of one validation.
private struct Incremental {
    let tree: any AssetTree
    let files: AssetFiles
    let earlier: LayeredCache
    let hasEngine: Bool
    let program: ContentDigest
    let keeps: Bool
    var wantsFindings = true

    mutating func run(_ engine: EngineSupply?) async throws(EngineError) -> ProjectValidation {
        let (tree, earlier) = (tree, earlier)
        let known = knownPaths()
        if let engine, seemsToHaveSQL(beyond: known) { await engine.prepare() }
        let parsed = ParsedFiles.parse(files, except: known)
        let frame = FrameScope(FrameLoader.load(files, parsed, tree))
        let frameDigest = digest(of: frame, parsed)
        let templates = templateDigests(frame)
        let loader = PipelineLoader(tree: tree, frame: frame.frame)
        async let locked = Self.schemaEntries(files, earlier, parsed, known, frame, frameDigest)

        // Pipelines, in the order of the files: known ones whose texts are the same, the others loaded.
        let parsedPipelines = Set(parsed.paths(of: .pipeline).map(ExactText.init))
        let wanted = files.files.filter { parsedPipelines.contains(ExactText($0.path)) || (known.contains(ExactText($0.path)) && earlier.hasPipeline($0)) }
        let looked = wanted.concurrentMap(chunk: 16) { file -> (kept: ValidationCache.Pipeline?, loaded: LoadedPipeline?) in
            if known.contains(ExactText(file.path)),
                let pipeline = earlier.pipelines(file).first(where: { Self.isCurrent($0, frame: frameDigest, templates: templates, tree) })
            {
                return (pipeline, nil)
            }
            let loaded = loader.load(file.path, of: parsed) ?? loader.load(file)
            if let engine, loaded?.sqlPaths.isEmpty == false { Task { await engine.prepare() } }
            return (nil, loaded)
        }
        let fresh = zip(wanted, looked).compactMap { file, look in look.loaded.map { (file: file, pipeline: $0) } }
        let dependencies = fresh.map { ($0.file, $0.pipeline) }.concurrentMap(chunk: 16) { file, pipeline in
            Self.dependencies(of: pipeline, file, frame: frameDigest, templates: templates, tree)
        }
        let made = try await ValidationUnit.make(fresh.map(\.pipeline), keys: dependencies.map(\.key), frame, engine: engine)
        var next = 0
        var units: [ValidationUnit] = []
        var entries: [ValidationCache.Pipeline] = []
        for look in looked {
            if let kept = look.kept {
                units.append(ValidationUnit(key: kept.key, facts: kept.facts, diagnostics: kept.diagnostics))
                entries.append(kept)
            } else if look.loaded != nil {
                units.append(made[next])
                entries.append(dependencies[next].entry(made[next]))
                next += 1
            }
        }
        let schemas = await locked

        let unitFiles = zip(wanted, looked).filter { $0.1.kept != nil || $0.1.loaded != nil }.map(\.0)
        let (report, compilation) = try await Validator.finish(
            units, schemas: schemas.map(\.facts), frame, engine: engine, earlier: { earlier.outcome($0) },
            load: { loader.load(unitFiles[$0]) }, findings: wantsFindings)
        let counts = ProjectValidation.Counts(
            pipelines: units.count { $0.facts.name != nil }, environments: frame.environments.count, templates: frame.frame.templates.count,
            sqlFiles: Set(entries.flatMap { $0.sqlFiles.map(\.path) }).count)
        let folders = frame.project?.folders ?? .standard
        return ProjectValidation(
            report: report, counts: counts, cache: keeps ? earlier.updated(entries, schemas, compilation, program: program) : nil,
            entries: entries, environmentPaths: Set(frame.environments.map(\.path) + frame.frame.secretStores.values.map(\.path)),
            frameFolders: [folders.environments, folders.schemas],
            templatePaths: Dictionary(frame.frame.templates.map { ($0.asset.name.value, $0.path) }, uniquingKeysWith: { first, _ in first }),
            schemaPaths: Dictionary(
                schemas.compactMap { entry in entry.facts.connection.map { ($0.value, entry.file.path) } }, uniquingKeysWith: { first, _ in first }),
            assetPaths: entries.flatMap { [$0.file.path] + $0.sqlFiles.map(\.path) } + frame.frame.templates.map(\.path) + schemas.map(\.file.path),
            everything: [units, files, parsed, earlier])
    }

    // MARK: What is known

    /// Files whose bytes were seen before, of kinds that need not be looked at again.
    private func knownPaths() -> Set<ExactText> {
        var known: Set<ExactText> = []
        for file in files.files where file.isReadable {
            if earlier.knows(file) { known.insert(ExactText(file.path)) }
        }
        return known
    }

    private static let queryKey = ByteSearch(Array("query".utf8))

    /// Whether a file that is not known looks as if something in it had to be compiled.
    private func seemsToHaveSQL(beyond known: Set<ExactText>) -> Bool {
        files.files.contains { file in
            guard file.folder == .pipeline || file.folder == .template, !known.contains(ExactText(file.path)), let bytes = file.bytes else { return false }
            return bytes.withUnsafeBufferPointer { !Self.queryKey.places(in: $0).isEmpty }
        }
    }

    /// Of all that every pipeline is looked at with, but for templates.
    private func digest(of frame: FrameScope, _ parsed: ParsedFiles) -> ContentDigest {
        var builder = ContentDigestBuilder()
        builder.add(program)
        builder.add(hasEngine ? 1 : 0)
        builder.add(TimeZones.installed == nil ? 0 : 1)
        builder.add(files.projectDigest)
        let environments = Set(parsed.paths(of: .environment).map(ExactText.init))
        let unread = Set(parsed.unread.map { ExactText($0.path) })
        for file in files.files where environments.contains(ExactText(file.path)) || unread.contains(ExactText(file.path)) {
            builder.add(file.path)
            builder.add(file.digest)
        }
        // Names alone: values of secrets change without anything that is looked at.
        for (path, store) in frame.frame.secretStores.sorted(by: { $0.key < $1.key }) {
            builder.add(path)
            builder.add(store.names == nil ? 0 : 1)
            for name in (store.names ?? []).sorted() { builder.add(name) }
        }
        for name in Set(frame.frame.templates.map(\.asset.name.value)).union(frame.frame.gaps.unreadTemplates).sorted() { builder.add(name) }
        return builder.digest
    }

    /// By name. Findings name the file, so where it lies is part of it.
    private func templateDigests(_ frame: FrameScope) -> [String: ContentDigest] {
        let byPath = Dictionary(files.files.map { (ExactText($0.path), $0.digest) }, uniquingKeysWith: { first, _ in first })
        return Dictionary(
            frame.frame.templates.map { template in
                var builder = ContentDigestBuilder()
                builder.add(template.path)
                builder.add(byPath[ExactText(template.path)] ?? ContentDigest([]))
                return (template.asset.name.value, builder.digest)
            }, uniquingKeysWith: { first, _ in first })
    }

    private static func isCurrent(
        _ pipeline: ValidationCache.Pipeline, frame: ContentDigest, templates: [String: ContentDigest], _ tree: any AssetTree
    ) -> Bool {
        pipeline.frame == frame && pipeline.templates.allSatisfy { (templates[$0.path] ?? ContentDigest([])) == $0.digest }
            && pipeline.sqlFiles.allSatisfy { digest(of: $0.path, tree) == $0.digest }
    }

    /// Of a file's text, or of why there is none.
    private static func digest(of path: String, _ tree: any AssetTree) -> ContentDigest {
        do throws(AssetTreeError) {
            return try tree.digest(of: path)
        } catch {
            return ContentDigest(high: 0, low: ContentDigest(Array("\(error)".utf8)).low)
        }
    }

    private struct Dependencies: Sendable {
        let file: ValidationCache.Dependency
        let frame: ContentDigest
        let templates: [ValidationCache.Dependency]
        let sqlFiles: [ValidationCache.Dependency]

        var key: ContentDigest {
            var builder = ContentDigestBuilder()
            builder.add(frame)
            for dependency in [file] + templates + sqlFiles {
                builder.add(dependency.path)
                builder.add(dependency.digest)
            }
            return builder.digest
        }

        func entry(_ unit: ValidationUnit) -> ValidationCache.Pipeline {
            .init(
                file: file, frame: frame, templates: templates, sqlFiles: sqlFiles, key: key, facts: unit.facts, diagnostics: unit.diagnostics)
        }
    }

    private static func dependencies(
        of pipeline: LoadedPipeline, _ file: AssetFiles.File, frame: ContentDigest, templates: [String: ContentDigest], _ tree: any AssetTree
    ) -> Dependencies {
        Dependencies(
            file: .init(path: file.path, digest: file.digest), frame: frame,
            templates: pipeline.namedTemplates.sorted().map { .init(path: $0, digest: templates[$0] ?? ContentDigest([])) },
            sqlFiles: pipeline.sqlPaths.map { path in
                .init(path: path, digest: pipeline.sqlFiles[path].map { ContentDigest($0.bytes) } ?? digest(of: path, tree))
            })
    }

    private static func schemaEntries(
        _ files: AssetFiles, _ earlier: LayeredCache, _ parsed: ParsedFiles, _ known: Set<ExactText>, _ frame: FrameScope, _ frameDigest: ContentDigest
    ) async -> [ValidationCache.Schema] {
        let parsedSchemas = Set(parsed.paths(of: .sourceSchema).map(ExactText.init))
        let wanted = files.files.filter { parsedSchemas.contains(ExactText($0.path)) || (known.contains(ExactText($0.path)) && !earlier.schemas($0).isEmpty) }
        let kept = wanted.map { file in earlier.schemas(file).first { $0.frame == frameDigest } }
        let changed = Set(zip(wanted, kept).filter { $0.1 == nil }.map { ExactText($0.0.path) })
        let reparsed =
            changed.isSubset(of: parsedSchemas) ? parsed : ParsedFiles.parse(files, except: Set(files.files.map { ExactText($0.path) }).subtracting(changed))
        let loaded = Dictionary(SchemaLoader.load(reparsed).map { (ExactText($0.path), $0) }, uniquingKeysWith: { first, _ in first })
        return zip(wanted, kept).compactMap { file, entry in
            entry ?? loaded[ExactText(file.path)].map {
                .init(file: .init(path: file.path, digest: file.digest), frame: frameDigest, facts: SchemaFacts($0, frame))
            }
        }
    }
}
