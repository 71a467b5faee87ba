internal import AssetLoading
internal import Diagnostics
internal import Support

extension Meaning {
    /// Tells the content of a file from others.
    static let contentField = "content"

    /// A notebook, or another file beside them.
    static func notebook(_ bytes: [UInt8], _ path: String) -> Meaning {
        let place = SourceRange(path: path)
        let content = JSONValue.string(digest(of: bytes))
        do throws(NotebookFile.Unreadable) {
            guard let notebook = try NotebookFile.read(bytes, path: path) else {
                return Meaning(.file, path, fields: [contentField: content], place: place)
            }
            return Meaning(.notebook, path, fields: ["language": .string(notebook.language)], cells: notebook.cells, place: place)
        } catch {
            return Meaning(.notebook, path, fields: [unreadableField: .string(error.reason), contentField: content], place: place)
        }
    }

    /// A file whose content is not known: that it is another has been told by git.
    static func unreadable(_ kind: Kind, _ path: String, _ error: AssetTreeError) -> Meaning {
        let reason =
            switch error {
            case .tooLarge(_, let limit): "it is larger than \(limit >> 20) MB"
            case .unreadable(_, let reason): reason
            case .outsideProject: "it lies outside of the project"
            case .notFound: "there is no such file"
            }
        return Meaning(kind, path, fields: [unreadableField: .string(reason)], place: SourceRange(path: path))
    }

    private static func digest(of bytes: [UInt8]) -> String {
        let digest = ContentDigest(bytes)
        return String((String(repeating: "0", count: 16) + String(digest.high, radix: 16)).suffix(16))
    }
}
