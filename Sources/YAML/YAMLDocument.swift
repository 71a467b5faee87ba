package import Diagnostics

/// One YAML file in memory: node records, the indices of their children and the text of their scalars, each in one
/// block. Immutable; nodes refer into it.
package final class YAMLDocument: Sendable {
    package let path: String
    let source: SourceText
    let records: ContiguousArray<NodeRecord>
    /// Record indices: items of a sequence, or key and value in turn.
    let children: ContiguousArray<UInt32>
    /// Resolved text of all scalars, UTF-8.
    let text: ContiguousArray<UInt8>
    private let rootIndex: Int

    init(
        path: String, source: SourceText, records: ContiguousArray<NodeRecord>, children: ContiguousArray<UInt32>,
        text: ContiguousArray<UInt8>, root: Int
    ) {
        self.path = path
        self.source = source
        self.records = records
        self.children = children
        self.text = text
        self.rootIndex = root
    }

    /// A null node where the file is empty.
    package var root: YAMLNode { YAMLNode(document: self, index: rootIndex) }

    /// The content of the file, as it was read.
    package var bytes: [UInt8] { source.bytes }

    /// Line and column of a byte of the file.
    package func position(ofFileOffset offset: Int) -> SourcePosition { source.position(ofOffset: offset) }
}

struct NodeRecord: Sendable {
    /// Scalars of the content before the node's first and behind its last character.
    var start: UInt32
    var end: UInt32
    /// Where in `children` or `text` its content is, and how much.
    var first: UInt32
    var count: UInt32
    var kind: YAMLKind
    var style: YAMLScalarStyle
    var tag: CoreTag
}

extension YAMLDocument {
    /// Reads one file. The document is nil where it cannot be read as YAML at all; findings that leave the rest
    /// readable (a duplicate key, an unknown anchor) come with the document.
    package static func parse(
        _ bytes: [UInt8], path: String, limits: YAMLLimits = .standard
    ) -> (document: YAMLDocument?, diagnostics: [Diagnostic]) {
        guard bytes.count <= limits.fileBytes, bytes.count < Int(UInt32.max) else {
            let diagnostic = Diagnostic(
                .yamlTooLarge, "this file has \(bytes.count) bytes; the limit is \(limits.fileBytes)",
                at: SourceRange(path: path))
            return (nil, [diagnostic])
        }
        let source: SourceText
        do {
            source = try SourceText(bytes)
        } catch {
            return (nil, [error.diagnostic(path: path)])
        }
        var builder = DocumentBuilder(path: path, source: source, limits: limits)
        let document = builder.build()
        return (document, builder.diagnostics)
    }
}

extension SourceText.Flaw {
    func diagnostic(path: String) -> Diagnostic {
        var end = position
        end.column += 1
        end.offset += 1
        let range = SourceRange(path: path, start: position, end: end)
        switch kind {
        case .utf16:
            return Diagnostic(
                .yamlEncoding, "this file is UTF-16 text", at: SourceRange(path: path), help: "save it as UTF-8")
        case .invalidUTF8:
            return Diagnostic(
                .yamlEncoding, "this file is not UTF-8 text", at: range,
                help: "save it as UTF-8; an editor may have used a Windows code page")
        case .control(0):
            return Diagnostic(.yamlBinary, "this is not a text file: it has a NUL byte", at: range)
        case .control(let byte):
            let hex = String(byte, radix: 16, uppercase: true)
            return Diagnostic(
                .yamlBinary, "this is not a text file: it has the control character U+00\(hex.count < 2 ? "0" : "")\(hex)",
                at: range, help: "write it as an escape in double quotes: \"\\x\(hex.count < 2 ? "0" : "")\(hex)\"")
        }
    }
}
