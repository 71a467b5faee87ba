internal import Diagnostics
internal import Support

/// What every asset file starts with.
package enum AssetKind: String, Sendable, CaseIterable {
    case project = "Project"
    case environment = "Environment"
    case pipeline = "Pipeline"
    case template = "Template"
    case sourceSchema = "SourceSchema"

    package static let apiVersion = "pipectl/v1"

    /// `pipeline`, as in messages.
    package var word: String { self == .sourceSchema ? "source schema" : rawValue.lowercased() }
    /// `sourceSchema`: name of the kind where it has to be one word.
    package var definitionName: String { (rawValue.first?.lowercased() ?? "") + rawValue.dropFirst() }

    /// What to write after `kind:` in a file of an asset folder.
    package static let choices = "kinds: Pipeline, Environment, Template, SourceSchema"
}

extension ObjectReader {
    /// Reads `apiVersion`, `kind`, `name` and `description`.
    func header(_ kind: AssetKind) -> (name: Located<String>, description: String?) {
        versionAndKind(kind)
        let name = required(
            "name", Codec<Located<String>>.locatedName,
            kind == .project ? "Name of the project." : "Name of the \(kind.word), unique in the project.")
        let description = optional("description", .text, "What it is for, for readers.")
        return (name, description)
    }

    func versionAndKind(_ kind: AssetKind) {
        _ = required(
            "apiVersion", .oneOf([AssetKind.apiVersion]), "Version of the file format: \(AssetKind.apiVersion).")
        _ = required("kind", .oneOf([kind.rawValue]), "What the file describes: \(kind.rawValue).")
    }
}
