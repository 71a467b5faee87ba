package import Assets
package import Diagnostics
internal import Support

/// A project's files as typed values, with all that was found on the way.
package struct LoadedProject: Sendable {
    package let frame: ProjectFrame
    /// In order of their paths, those that could not be read too.
    package let files: [LoadedPipeline]
    package let schemas: [LoadedSchema]
    package let diagnostics: [Diagnostic]
    package let pipelines: [AssetFile<Pipeline>]

    package init(frame: ProjectFrame, files: [LoadedPipeline], schemas: [LoadedSchema]) {
        self.frame = frame
        self.files = files
        self.schemas = schemas
        pipelines = files.compactMap { file in file.pipeline.map { AssetFile(path: file.path, asset: $0) } }
        diagnostics = (frame.diagnostics + files.flatMap(\.diagnostics) + schemas.flatMap(\.diagnostics)).inOrder()
    }

    package var project: Project? { frame.project }
    package var environments: [AssetFile<Environment>] { frame.environments }
    package var templates: [AssetFile<Template>] { frame.templates }

    package func pipeline(named name: String) -> AssetFile<Pipeline>? { pipelines.first { $0.asset.name.value == name } }
    package func environment(named name: String) -> AssetFile<Environment>? { frame.environment(named: name) }

    /// The locked schema of a connection. Names of connections are compared as they are written.
    package func schema(of connection: String) -> SourceSchema? {
        schemas.lazy.compactMap(\.schema).first { $0.connection.value == connection }
    }

    /// The file that this pipeline of the project came from.
    package func file(of pipeline: Pipeline) -> LoadedPipeline? { files.first { $0.path == pipeline.range.path } }

    /// The SQL of a transform of that pipeline; see `LoadedPipeline.sql(of:)`.
    package func sql(of source: SQLSource, in pipeline: Pipeline) -> SQLText? { file(of: pipeline)?.sql(of: source) }

    /// SQL files that pipelines name.
    package var sqlFileCount: Int { Set(files.flatMap { $0.sqlFiles.keys }).count }
}

/// What all pipelines of a project share: the project file, environments, templates.
package struct ProjectFrame: Sendable {
    package let project: Project?
    package let environments: [AssetFile<Environment>]
    package let templates: [AssetFile<Template>]
    /// By path, as environments name it.
    package let secretStores: [String: SecretStoreNames]
    /// Project file, environments and templates as they were read.
    package let sources: [SourceFile]
    /// What could not be read: what may refer to it is not judged.
    package let gaps: Gaps
    package let diagnostics: [Diagnostic]

    package init(
        project: Project?, environments: [AssetFile<Environment>], templates: [AssetFile<Template>],
        secretStores: [String: SecretStoreNames] = [:], sources: [SourceFile] = [], gaps: Gaps, diagnostics: [Diagnostic]
    ) {
        self.project = project
        self.environments = environments
        self.templates = templates
        self.secretStores = secretStores
        self.sources = sources
        self.gaps = gaps
        self.diagnostics = diagnostics
    }

    /// Names in an environment's store of secrets; nil where it has none, or that could not be read.
    package func secretNames(of environment: Environment, vault: String? = nil) -> Set<String>? {
        let store = vault.map { environment.store(ofVault: $0) } ?? environment.secretStore
        return store.flatMap { secretStores[$0.value]?.names }
    }

    package func environment(named name: String) -> AssetFile<Environment>? {
        environments.first { $0.asset.name.value == name }
    }

    /// The first template of each name.
    package var templatesByName: [String: Template] {
        Dictionary(templates.map { ($0.asset.name.value, $0.asset) }, uniquingKeysWith: { first, _ in first })
    }
}

/// What of the frame could not be read.
package struct Gaps: Sendable {
    /// Names of environments and templates in files that could not be read at all.
    package var unreadEnvironments: Set<String> = []
    package var unreadTemplates: Set<String> = []
    /// Connections whose locked schema could not be read.
    package var unreadSchemas: Set<String> = []
    /// Files below the folder of pipelines that could not be read as anything: each may be a pipeline of that name.
    package var unreadPipelines: Set<String> = []
    /// Some environment has errors, so that its connections may be incomplete.
    package var hasBrokenEnvironment = false

    package init() {}
}

/// One pipeline file, with the SQL files it names.
package struct LoadedPipeline: Sendable {
    package let path: String
    /// nil where it could not be read.
    package let pipeline: Pipeline?
    /// What the file calls it, or where it does not say, what the file is called.
    package let name: String
    /// SQL files by path.
    package let sqlFiles: [String: SQLFile]
    package let usedTemplates: Set<String>
    /// Those too that do not exist or do not take the arguments.
    package let namedTemplates: Set<String>
    /// Activities that could not be read.
    package let lostActivities: [LostActivity]
    package let diagnostics: [Diagnostic]
    /// The file as it was read.
    package let bytes: [UInt8]
    /// SQL files it names, those too that could not be read; sorted.
    package let sqlPaths: [String]

    /// The SQL of a transform of this pipeline, with its template's arguments in place; nil where its file could not be read.
    package func sql(of source: SQLSource) -> SQLText? {
        switch source {
        case .inline(let text): text
        case .file(let path, let arguments, _):
            sqlFiles[SQLFile.path(of: path)].map { file in
                arguments.map { file.text.substituting($0) } ?? file.text
            }
        }
    }
}

/// One file with the locked schema of a connection.
package struct LoadedSchema: Sendable {
    package let path: String
    /// nil where it could not be read.
    package let schema: SourceSchema?
    /// Connection it says it is about, or what the file is called.
    package let name: String
    package let diagnostics: [Diagnostic]
}

/// A file as it was read.
package struct SourceFile: Sendable {
    package let path: String
    package let bytes: [UInt8]
}

/// An asset with the file it came from.
package struct AssetFile<Asset: Sendable>: Sendable {
    package let path: String
    package let asset: Asset

    package init(path: String, asset: Asset) {
        self.path = path
        self.asset = asset
    }
}

package struct SQLFile: Sendable {
    package let path: String
    package let text: SQLText
    /// The file as it was read.
    package let bytes: [UInt8]

    /// Paths in a pipeline are relative to the file that names them.
    package static func path(of written: Located<String>) -> String {
        FileSystem.normalise(FileSystem.join(FileSystem.parent(of: written.range.path), written.value))
    }
}
