package import AssetLoading
internal import Assets
internal import Diagnostics
package import Engine
package import Support

/// Validation of the files of a project, with what an earlier one found about files that have not changed.
package struct ProjectValidation: Sendable {
    package let report: Validator.Report
    package let counts: Counts
    /// To be kept for the next time; nil where nothing in it is new.
    package let cache: [UInt8]?
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
    ///   - cache: what an earlier validation gave to be kept; anything else is as good as none.
    ///   - program: tells one build of the program from another.
    package static func validate(
        _ tree: some AssetTree, engine: EngineSupply?, cache: [UInt8]?, program: ContentDigest
    ) async throws(EngineError) -> ProjectValidation {
        async let decoded = Self.decode(cache)
        let files = AssetFiles.read(tree)
        let earlier = await decoded
        var validation = Incremental(tree: tree, files: files, earlier: earlier ?? ValidationCache(), hasEngine: engine != nil, program: program)
        return try await validation.run(engine)
    }

    private static func decode(_ bytes: [UInt8]?) async -> ValidationCache? {
        guard let bytes else { return nil }
        do throws(BinaryError) {
            var reader = try BinaryReader(bytes)
            return try ValidationCache(from: &reader)
        } catch {
            // Written by another build, or damaged: everything is looked at again.
            return nil
        }
    }
}

/// The steps of one validation.
private struct Incremental {
    let tree: any AssetTree
    let files: AssetFiles
    let earlier: ValidationCache
    let hasEngine: Bool
    let program: ContentDigest

    mutating func run(_ engine: EngineSupply?) async throws(EngineError) -> ProjectValidation {
        let known = knownPaths()
        let parsed = ParsedFiles.parse(files, except: known)
        let frame = FrameScope(FrameLoader.load(files, parsed))
        let frameDigest = digest(of: frame, parsed)
        let templates = templateDigests(frame)
        let loader = PipelineLoader(tree: tree, frame: frame.frame)

        // Pipelines, in the order of the files: known ones whose texts are the same, the others loaded.
        let pipelinePaths = Set(parsed.paths(of: .pipeline)).union(known.intersection(earlier.pipelines.keys))
        let wanted = files.files.filter { pipelinePaths.contains($0.path) }
        let tree = tree
        let earlier = earlier
        let looked = wanted.concurrentMap(chunk: 16) { file -> (kept: ValidationCache.Pipeline?, loaded: LoadedPipeline?) in
            if known.contains(file.path), let pipeline = earlier.pipelines[file.path],
                Self.isCurrent(pipeline, frame: frameDigest, templates: templates, tree)
            {
                return (pipeline, nil)
            }
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
        let schemas = schemaEntries(parsed, known, frame, frameDigest)

        let unitFiles = zip(wanted, looked).filter { $0.1.kept != nil || $0.1.loaded != nil }.map(\.0)
        let (report, compilation) = try await Validator.finish(
            units, schemas: schemas.map(\.facts), frame, engine: engine, earlier: earlier.outcomes,
            load: { loader.load(unitFiles[$0]) })
        let counts = ProjectValidation.Counts(
            pipelines: units.count { $0.facts.name != nil }, environments: frame.environments.count, templates: frame.frame.templates.count,
            sqlFiles: Set(entries.flatMap { $0.sqlFiles.map(\.path) }).count)
        return ProjectValidation(
            report: report, counts: counts, cache: Self.encoded(entries, schemas, compilation, isNew: { isNew(fresh.count, entries, schemas, $0) }),
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
            if earlier.pipelines[file.path]?.file.digest == file.digest || earlier.schemas[file.path]?.file.digest == file.digest { known.insert(file.path) }
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

    private func schemaEntries(
        _ parsed: ParsedFiles, _ known: Set<String>, _ frame: FrameScope, _ frameDigest: ContentDigest
    ) -> [ValidationCache.Schema] {
        let kept = earlier.schemas.filter { known.contains($0.key) && $0.value.frame == frameDigest }
        let paths = Set(parsed.paths(of: .sourceSchema)).union(known.intersection(earlier.schemas.keys))
        let wanted = files.files.filter { paths.contains($0.path) }
        let changed = Set(wanted.map(\.path)).subtracting(kept.keys)
        let reparsed = changed.isSubset(of: Set(parsed.paths(of: .sourceSchema))) ? parsed : ParsedFiles.parse(files, except: Set(files.files.map(\.path)).subtracting(changed))
        let loaded = Dictionary(SchemaLoader.load(reparsed).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        return wanted.compactMap { file in
            if let entry = kept[file.path] { return entry }
            return loaded[file.path].map {
                .init(file: .init(path: file.path, digest: file.digest), frame: frameDigest, facts: SchemaFacts($0, frame))
            }
        }
    }

    // MARK: What is kept

    private func isNew(
        _ fresh: Int, _ pipelines: [ValidationCache.Pipeline], _ schemas: [ValidationCache.Schema], _ outcomes: [ContentDigest: StepOutcome]
    ) -> Bool {
        fresh > 0 || pipelines.count != earlier.pipelines.count || schemas.count != earlier.schemas.count
            || schemas.contains { earlier.schemas[$0.file.path]?.frame != $0.frame || earlier.schemas[$0.file.path]?.file.digest != $0.file.digest }
            || outcomes.keys.contains { earlier.outcomes[$0] == nil }
    }

    private static func encoded(
        _ pipelines: [ValidationCache.Pipeline], _ schemas: [ValidationCache.Schema], _ compilation: SQLCompilation?,
        isNew: ([ContentDigest: StepOutcome]) -> Bool
    ) -> [UInt8]? {
        var cache = ValidationCache()
        if let compilation {
            for (key, outcome) in zip(compilation.keys, compilation.outcomes) { if let key { cache.outcomes[key] = outcome } }
        }
        guard isNew(cache.outcomes) else { return nil }
        for pipeline in pipelines { cache.pipelines[pipeline.file.path] = pipeline }
        for schema in schemas { cache.schemas[schema.file.path] = schema }
        var writer = BinaryWriter()
        writer.write(cache)
        return writer.finish()
    }
}
