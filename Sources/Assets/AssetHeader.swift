internal import Diagnostics
internal import Support

/// What every asset file starts with.
package enum AssetKind: String, Sendable, CaseIterable {
    case project = "Project"
    case environment = "Environment"
    case pipeline = "Pipeline"
    case template = "Template"

    package static let apiVersion = "pipectl/v1"

    /// `pipeline`, as in messages.
    package var word: String { rawValue.lowercased() }
}

extension ObjectReader {
    /// Reads `apiVersion`, `kind`, `name` and `description`.
    func header(_ kind: AssetKind) -> (name: Located<String>, description: String?) {
        _ = required(
            "apiVersion", .oneOf([AssetKind.apiVersion]), "Version of the file format: \(AssetKind.apiVersion).")
        _ = required("kind", .oneOf([kind.rawValue]), "What the file describes: \(kind.rawValue).")
        let name = required(
            "name", Codec<String>.name.located,
            kind == .project ? "Name of the project." : "Name of the \(kind.word), unique in the project.")
        let description = optional("description", .text, "What it is for, for readers.")
        return (name, description)
    }
}
