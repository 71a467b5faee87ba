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
    let environmentPaths: [String]
    /// By name.
    let templatePaths: [String: String]
    /// By connection.
    let schemaPaths: [String: String]

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

    private static func decode(_ files: CacheFiles, _ program: ContentDigest) async -> LayeredCache {
        LayeredCache(
            base: files.base.flatMap { ValidationCache($0, program: program) } ?? ValidationCache(),
            recent: files.recent.flatMap { ValidationCache($0, program: program) } ?? ValidationCache())
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

    mutating func run(_ engine: EngineSupply?) async throws(EngineError) -> ProjectValidation {
        let (tree, earlier) = (tree, earlier)
        let known = knownPaths()
        // There will be something to compile.
        if files.files.contains(where: { $0.folder == .pipeline && !known.contains($0.path) }) { await engine?.prepare() }
        let parsed = ParsedFiles.parse(files, except: known)
        let frame = FrameScope(FrameLoader.load(files, parsed, tree))
        let frameDigest = digest(of: frame, parsed)
        let templates = templateDigests(frame)
        let loader = PipelineLoader(tree: tree, frame: frame.frame)
        async let locked = Self.schemaEntries(files, earlier, parsed, known, frame, frameDigest)

        // Pipelines, in the order of the files: known ones whose texts are the same, the others loaded.
        let parsedPipelines = Set(parsed.paths(of: .pipeline))
        let wanted = files.files.filter { parsedPipelines.contains($0.path) || (known.contains($0.path) && earlier.pipeline($0) != nil) }
        let looked = wanted.concurrentMap(chunk: 16) { file -> (kept: ValidationCache.Pipeline?, loaded: LoadedPipeline?) in
            if known.contains(file.path), let pipeline = earlier.pipeline(file),
                Self.isCurrent(pipeline, frame: frameDigest, templates: templates, tree)
            {
                return (pipeline, nil)
            }
            if let engine { Task { await engine.prepare() } }
            return (nil, loader.load(file.path, of: parsed) ?? loader.load(file))
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
            load: { loader.load(unitFiles[$0]) })
        let counts = ProjectValidation.Counts(
            pipelines: units.count { $0.facts.name != nil }, environments: frame.environments.count, templates: frame.frame.templates.count,
            sqlFiles: Set(entries.flatMap { $0.sqlFiles.map(\.path) }).count)
        return ProjectValidation(
            report: report, counts: counts, cache: keeps ? earlier.updated(entries, schemas, compilation, program: program) : nil,
            entries: entries, environmentPaths: frame.environments.map(\.path),
            templatePaths: Dictionary(frame.frame.templates.map { ($0.asset.name.value, $0.path) }, uniquingKeysWith: { first, _ in first }),
            schemaPaths: Dictionary(
                schemas.compactMap { entry in entry.facts.connection.map { ($0.value, entry.file.path) } }, uniquingKeysWith: { first, _ in first }))
    }

    // MARK: What is known

    /// Files whose bytes were seen before, of kinds that need not be looked at again.
    private func knownPaths() -> Set<String> {
        var known: Set<String> = []
        for file in files.files where file.bytes != nil {
            if earlier.pipeline(file) != nil || earlier.schema(file) != nil { known.insert(file.path) }
        }
        return known
    }

    /// Of all that every pipeline is looked at with, but for templates.
    private func digest(of frame: FrameScope, _ parsed: ParsedFiles) -> ContentDigest {
        var builder = ContentDigestBuilder()
        builder.add(program)
        builder.add(hasEngine ? 1 : 0)
        builder.add(TimeZones.installed == nil ? 0 : 1)
        builder.add(files.projectDigest)
        let environments = Set(parsed.paths(of: .environment))
        let unread = Set(parsed.unread.map(\.path))
        for file in files.files where environments.contains(file.path) || unread.contains(file.path) {
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

    private func templateDigests(_ frame: FrameScope) -> [String: ContentDigest] {
        let byPath = Dictionary(files.files.map { ($0.path, $0.digest) }, uniquingKeysWith: { first, _ in first })
        return Dictionary(
            frame.frame.templates.map { ($0.asset.name.value, byPath[$0.path] ?? ContentDigest([])) }, uniquingKeysWith: { first, _ in first })
    }

    private static func isCurrent(
        _ pipeline: ValidationCache.Pipeline, frame: ContentDigest, templates: [String: ContentDigest], _ tree: any AssetTree
    ) -> Bool {
        pipeline.frame == frame && pipeline.templates.allSatisfy { templates[$0.path] == $0.digest }
            && pipeline.sqlFiles.allSatisfy { digest(of: $0.path, tree) == $0.digest }
    }

    /// Of a file's text, or of why there is none.
    private static func digest(of path: String, _ tree: any AssetTree) -> ContentDigest {
        do throws(AssetTreeError) {
            return ContentDigest(try tree.read(path))
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
            templates: pipeline.usedTemplates.sorted().map { .init(path: $0, digest: templates[$0] ?? ContentDigest([])) },
            sqlFiles: pipeline.sqlPaths.map { path in
                .init(path: path, digest: pipeline.sqlFiles[path].map { ContentDigest($0.bytes) } ?? digest(of: path, tree))
            })
    }

    private static func schemaEntries(
        _ files: AssetFiles, _ earlier: LayeredCache, _ parsed: ParsedFiles, _ known: Set<String>, _ frame: FrameScope, _ frameDigest: ContentDigest
    ) async -> [ValidationCache.Schema] {
        let parsedSchemas = Set(parsed.paths(of: .sourceSchema))
        let wanted = files.files.filter { parsedSchemas.contains($0.path) || (known.contains($0.path) && earlier.schema($0) != nil) }
        let kept = wanted.map { file in earlier.schema(file).flatMap { $0.frame == frameDigest ? $0 : nil } }
        let changed = Set(zip(wanted, kept).filter { $0.1 == nil }.map(\.0.path))
        let reparsed =
            changed.isSubset(of: parsedSchemas) ? parsed : ParsedFiles.parse(files, except: Set(files.files.map(\.path)).subtracting(changed))
        let loaded = Dictionary(SchemaLoader.load(reparsed).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        return zip(wanted, kept).compactMap { file, entry in
            entry ?? loaded[file.path].map {
                .init(file: .init(path: file.path, digest: file.digest), frame: frameDigest, facts: SchemaFacts($0, frame))
            }
        }
    }
}
