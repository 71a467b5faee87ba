internal import AssetLoading
internal import Assets
internal import Support

extension ProjectFrame {
    private static let mark = ByteSearch(Array("Environment".utf8))

    /// Of files that may hold an environment; the rest is not parsed.
    static func environments(of tree: GitTree) -> ProjectFrame {
        let files = AssetFiles.read(tree)
        let others = files.files.filter { file in
            guard file.folder != .environment, let bytes = file.bytes else { return file.folder != .environment }
            return bytes.withUnsafeBufferPointer { mark.places(in: $0).isEmpty }
        }
        return FrameLoader.load(files, ParsedFiles.parse(files, except: Set(others.map { ExactText($0.path) })), tree)
    }
}
