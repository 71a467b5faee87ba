package import Assets
package import Diagnostics
internal import Support

/// A project's files as typed values, with all that was found on the way.
package struct LoadedProject: Sendable {
    package let project: Project?
    package let environments: [AssetFile<Environment>]
    package let pipelines: [AssetFile<Pipeline>]
    package let templates: [AssetFile<Template>]
    package let schemas: [AssetFile<SourceSchema>]
    /// SQL files that pipelines name, by path.
    package let sqlFiles: [String: SQLFile]
    package let usedTemplates: Set<String>
    /// What could not be read: what may refer to it is not judged.
    package let gaps: Gaps
    package let diagnostics: [Diagnostic]

    package func pipeline(named name: String) -> AssetFile<Pipeline>? { pipelines.first { $0.asset.name.value == name } }
    package func environment(named name: String) -> AssetFile<Environment>? {
        environments.first { $0.asset.name.value == name }
    }

    /// The locked schema of a connection. Names of connections are compared as they are written.
    package func schema(of connection: String) -> SourceSchema? {
        schemas.first { $0.asset.connection.value == connection }?.asset
    }

    /// The SQL of a transform, with its template's arguments in place; nil where its file could not be read.
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

/// What of a project could not be read.
package struct Gaps: Sendable {
    /// Names of pipelines, environments and templates in files that could not be read at all.
    package var unreadPipelines: Set<String> = []
    package var unreadEnvironments: Set<String> = []
    package var unreadTemplates: Set<String> = []
    /// Connections whose locked schema could not be read.
    package var unreadSchemas: Set<String> = []
    /// Some environment has errors, so that its connections may be incomplete.
    package var hasBrokenEnvironment = false
    /// By path of the pipeline.
    package var lostActivities: [String: [LostActivity]] = [:]

    /// Activities of that pipeline that could not be read.
    package func lostActivities(of pipeline: Pipeline) -> [LostActivity] { lostActivities[pipeline.range.path] ?? [] }
}

/// An asset with the file it came from.
package struct AssetFile<Asset: Sendable>: Sendable {
    package let path: String
    package let asset: Asset
}

package struct SQLFile: Sendable {
    package let path: String
    package let text: SQLText

    /// Paths in a pipeline are relative to the file that names them.
    static func path(of written: Located<String>) -> String {
        FileSystem.normalise(FileSystem.join(FileSystem.parent(of: written.range.path), written.value))
    }
}
