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

extension ValidationCache: BinaryCodable {
    init(from reader: inout BinaryReader) throws(BinaryError) {
        for pipeline: Pipeline in try reader.array() { pipelines[ExactText(pipeline.file.path)] = pipeline }
        for schema: Schema in try reader.array() { schemas[ExactText(schema.file.path)] = schema }
        let count = try reader.integer()
        guard count >= 0 else { throw BinaryError() }
        outcomes.reserveCapacity(min(count, 1 << 20))
        for _ in 0..<count {
            let key = try reader.digest()
            outcomes[key] = try StepOutcome(from: &reader)
        }
    }

    func write(to writer: inout BinaryWriter) {
        writer.write(pipelines.values.sorted { ExactText($0.file.path) < ExactText($1.file.path) })
        writer.write(schemas.values.sorted { ExactText($0.file.path) < ExactText($1.file.path) })
        writer.write(outcomes.count)
        for (key, outcome) in outcomes {
            writer.write(key)
            writer.write(outcome)
        }
    }
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
