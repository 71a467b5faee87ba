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
    /// What the project makes of findings, by their code.
    package let ruleLevels: [MapEntry<RuleLevel>]

    /// How a finding counts in a project.
    package enum RuleLevel: String, Sendable, CaseIterable { case off, note, warning, error }

    package struct Folders: Sendable {
        package let pipelines: String
        package let environments: String
        package let templates: String
        package let schemas: String
        /// Its files go into releases as they are.
        package let notebooks: String

        /// Files of CI services, which hold no assets; they lie with the templates, below `ci`.
        package var continuousIntegration: String { FileSystem.join(FileSystem.normalise(templates), "ci") }

        package static let standard = Folders(
            pipelines: "pipelines", environments: "environments", templates: "templates", schemas: "schemas", notebooks: "notebooks")
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
                "Values for all pipelines: pipeline().globalParameters.NAME.", default: []),
            ruleLevels: r.defaulted("validation", validation, "What `validate` makes of its findings.", default: [])
        )
    }

    private static let validation = Codec<[MapEntry<RuleLevel>]>.object("validation", "What `validate` makes of its findings.") { r in
        r.defaulted(
            "rules", Codec<RuleLevel>.enumeration.dictionary(), "Severity by the code of a finding; `off`: it is not told.", default: [])
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
            schemas: folder("schemas", "schemas", "Locked schemas of the sources."),
            notebooks: folder("notebooks", "notebooks", "Notebooks and what they import: released as they are."))
    }

    /// A path inside the project.
    static let relativePath = Codec<String>.text.check { path in
        let normal = FileSystem.normalise(path)
        return path.isEmpty || normal.hasPrefix("/") || normal == ".." || normal.hasPrefix("../")
            ? "\"\(path)\" leaves the project's folder" : nil
    }
}
