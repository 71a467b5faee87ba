internal import Assets
internal import Support

/// The JSON Schema of asset files as a file of the project, which a line in each asset file names for editors with a YAML
/// language server.
enum EditorSchema {
    static let fileName = "pipectl.schema.json"

    static func text() -> String { AssetSchemas.document(for: nil).text(.pretty) + "\n" }

    /// The comment in an asset file.
    /// - Parameter path: of that file, relative to the project's folder.
    static func line(in path: String) -> String {
        let up = String(repeating: "../", count: path.count { $0 == "/" })
        return "# yaml-language-server: $schema=\(up)\(fileName)\n"
    }
}
