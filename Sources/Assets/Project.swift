internal import Diagnostics
package import Support

/// `pipectl.yml`: what belongs to the project as a whole.
package struct Project: Sendable {
    package static let fileName = "pipectl.yml"

    package let name: Located<String>
    package let description: String?
    package let defaultEnvironment: Located<String>?
    /// Layers of the lake, raw first.
    package let layers: [Located<String>]
    package let folders: Folders
    /// Read as `pipeline().globalParameters.x`.
    package let globalParameters: [MapEntry<JSONValue>]

    package struct Folders: Sendable {
        package let pipelines: String
        package let environments: String
        package let templates: String
        package let schemas: String

        package static let standard = Folders(
            pipelines: "pipelines", environments: "environments", templates: "templates", schemas: "schemas")
    }

    package static let codec = Codec<Project>.object("project", "The project file of a pipectl repository.") { r in
        let header = r.header(.project)
        return Project(
            name: header.name,
            description: header.description,
            defaultEnvironment: r.optional(
                "defaultEnvironment", Codec<Located<String>>.locatedName, "Environment used where a command names none."),
            layers: r.defaulted(
                "layers", Codec<String>.name.located.list(), "Layers of the lake, raw first.", default: standardLayers,
                shown: ["bronze", "silver", "gold"]),
            folders: r.defaulted("folders", folders, "Where the assets are, relative to this file.", default: .standard),
            globalParameters: r.defaulted(
                "globalParameters", Codec<JSONValue>.constant.dictionary(),
                "Values for all pipelines: pipeline().globalParameters.NAME.", default: [])
        )
    }

    private static let standardLayers = ["bronze", "silver", "gold"].map { Located($0, at: .init(path: Project.fileName)) }

    private static let folders = Codec<Folders>.object("folders", "Folders of the project.") { r in
        func folder(_ key: String, _ value: String, _ documentation: String) -> String {
            r.defaulted(key, relativePath, documentation, default: value, shown: .string(value))
        }
        return Folders(
            pipelines: folder("pipelines", "pipelines", "Pipelines and their SQL."),
            environments: folder("environments", "environments", "Environments."),
            templates: folder("templates", "templates", "Templates of activities."),
            schemas: folder("schemas", "schemas", "Locked schemas of the sources."))
    }

    /// A path inside the project.
    static let relativePath = Codec<String>.text.check { path in
        let normal = FileSystem.normalise(path)
        return path.isEmpty || normal.hasPrefix("/") || normal == ".." || normal.hasPrefix("../")
            ? "\"\(path)\" leaves the project's folder" : nil
    }
}
