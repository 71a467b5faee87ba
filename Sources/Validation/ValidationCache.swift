internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Support

/// What earlier validations found, by the content it was found in. Deleting it changes no answer.
struct ValidationCache: Sendable {
    /// Digest of a text on disk, and where it is.
    struct Dependency: Sendable {
        let path: String
        let digest: ContentDigest
    }

    struct Pipeline: Sendable {
        let file: Dependency
        /// Of project file, environments and the program.
        let frame: ContentDigest
        /// Name and digest of each template it uses.
        let templates: [Dependency]
        let sqlFiles: [Dependency]
        let key: ContentDigest
        let facts: PipelineFacts
        let diagnostics: [Diagnostic]
    }

    struct Schema: Sendable {
        let file: Dependency
        let frame: ContentDigest
        let facts: SchemaFacts
    }

    /// By path.
    var pipelines: [ExactText: Pipeline] = [:]
    var schemas: [ExactText: Schema] = [:]
    /// What compiling a step gave, by its key.
    var outcomes: [ContentDigest: StepOutcome] = [:]

    init() {}
}

// MARK: As bytes

extension ValidationCache {
    /// nil where the bytes are damaged, or were written by another build.
    static func decoded(_ bytes: [UInt8], program: ContentDigest) async -> ValidationCache? {
        guard let (assets, steps) = try? sections(bytes, program: program) else { return nil }
        async let outcomes = Self.outcomes(steps)
        var cache = Self.assets(assets)
        guard let known = await outcomes else { return nil }
        cache?.outcomes = known
        return cache
    }

    private static func sections(_ bytes: [UInt8], program: ContentDigest) throws(BinaryError) -> (assets: BinaryReader, steps: BinaryReader) {
        var reader = try BinaryReader(bytes)
        guard try reader.digest() == program else { throw BinaryError() }
        return (try reader.section(), try reader.section())
    }

    private static func assets(_ reader: BinaryReader) -> ValidationCache? {
        var reader = reader
        var cache = ValidationCache()
        do throws(BinaryError) {
            for pipeline: Pipeline in try reader.array() { cache.pipelines[ExactText(pipeline.file.path)] = pipeline }
            for schema: Schema in try reader.array() { cache.schemas[ExactText(schema.file.path)] = schema }
            return cache
        } catch {
            return nil
        }
    }

    private static func outcomes(_ reader: BinaryReader) async -> [ContentDigest: StepOutcome]? {
        var reader = reader
        var outcomes: [ContentDigest: StepOutcome] = [:]
        do throws(BinaryError) {
            let count = try reader.integer()
            guard count >= 0 else { return nil }
            outcomes.reserveCapacity(min(count, 1 << 20))
            for _ in 0..<count {
                let key = try reader.digest()
                outcomes[key] = try StepOutcome(from: &reader)
            }
            return outcomes
        } catch {
            return nil
        }
    }

    func encoded(program: ContentDigest) -> [UInt8] {
        var writer = BinaryWriter()
        writer.write(program)
        writer.writeSection { writer in
            writer.write(pipelines.values.sorted { ExactText($0.file.path) < ExactText($1.file.path) })
            writer.write(schemas.values.sorted { ExactText($0.file.path) < ExactText($1.file.path) })
        }
        writer.writeSection { writer in
            writer.write(outcomes.count)
            for (key, outcome) in outcomes {
                writer.write(key)
                writer.write(outcome)
            }
        }
        writer.write(pipelines.values.contains { $0.facts.steps.contains(where: \.isTransform) })
        return writer.finish()
    }

    /// Whether pipelines of what was kept have SQL, by a look at one byte: a hint, no proof.
    static func seemsToHaveSQL(_ bytes: [UInt8]) -> Bool { bytes.count > 16 && bytes[bytes.count - 17] == 1 }
}

extension ValidationCache.Dependency: BinaryCodable {
    init(from reader: inout BinaryReader) throws(BinaryError) {
        path = try reader.text()
        digest = try reader.digest()
    }

    func write(to writer: inout BinaryWriter) {
        writer.write(path)
        writer.write(digest)
    }
}

extension ValidationCache.Pipeline: BinaryCodable {
    init(from reader: inout BinaryReader) throws(BinaryError) {
        file = try reader.value()
        frame = try reader.digest()
        templates = try reader.array()
        sqlFiles = try reader.array()
        key = try reader.digest()
        facts = try reader.value()
        diagnostics = try reader.array()
    }

    func write(to writer: inout BinaryWriter) {
        writer.write(file)
        writer.write(frame)
        writer.write(templates)
        writer.write(sqlFiles)
        writer.write(key)
        writer.write(facts)
        writer.write(diagnostics)
    }
}

extension ValidationCache.Schema: BinaryCodable {
    init(from reader: inout BinaryReader) throws(BinaryError) {
        file = try reader.value()
        frame = try reader.digest()
        facts = try reader.value()
    }

    func write(to writer: inout BinaryWriter) {
        writer.write(file)
        writer.write(frame)
        writer.write(facts)
    }
}
