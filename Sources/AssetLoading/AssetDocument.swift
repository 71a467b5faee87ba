internal import Assets
internal import Diagnostics
internal import Support
internal import YAML

/// A YAML file that says what kind of asset it holds.
struct AssetDocument: Sendable {
    let path: String
    let kind: AssetKind
    let root: YAMLNode
    let bytes: [UInt8]
    /// Where YAML itself is wrong: what cannot be read there needs no second finding.
    let faults: Set<SourcePosition>

    var name: String? { root[kind == .sourceSchema ? "connection" : "name"]?.text }

    static func parse(_ bytes: [UInt8], path: String) -> (root: YAMLNode?, diagnostics: [Diagnostic]) {
        let parsed = YAMLDocument.parse(bytes, path: path)
        return (parsed.document?.root, parsed.diagnostics)
    }

    /// The document is nil where the file holds no asset that can be told.
    static func read(_ bytes: [UInt8], path: String) -> (document: AssetDocument?, diagnostics: [Diagnostic]) {
        let parsed = parse(bytes, path: path)
        guard let root = parsed.root else { return (nil, parsed.diagnostics) }
        switch kind(of: root, path: path) {
        case .failure(let refusal): return (nil, parsed.diagnostics + [refusal.diagnostic])
        case .success(let kind):
            let faults = Set(parsed.diagnostics.compactMap(\.range?.start))
            return (AssetDocument(path: path, kind: kind, root: root, bytes: bytes, faults: faults), parsed.diagnostics)
        }
    }

    private static func kind(of root: YAMLNode, path: String) -> Result<AssetKind, FileReader.Refusal> {
        func refuse(_ message: String, at range: SourceRange, help: String?) -> Result<AssetKind, FileReader.Refusal> {
            .failure(.init(diagnostic: Diagnostic(.notAnAsset, message, at: range, help: help)))
        }
        guard root.kind == .mapping else {
            let isEmpty = root.kind == .null
            return refuse(
                isEmpty ? "this file is empty" : "this file holds no asset: it is not a mapping", at: root.range,
                help: isEmpty ? "describe an asset in it, or remove it" : nil)
        }
        guard let node = root["kind"] else {
            return refuse(
                "this file does not say what it is: \"kind\" is missing", at: SourceRange(path: path),
                help: "start it with \"apiVersion: \(AssetKind.apiVersion)\" and \"kind: Pipeline\" (or Environment, Template, SourceSchema)")
        }
        guard let word = node.text else { return refuse("\"kind\" must be text", at: node.range, help: AssetKind.choices) }
        guard let kind = AssetKind(rawValue: word), kind != .project else {
            return refuse(
                "\"\(word)\" is no kind of asset", at: node.range,
                help: Suggestion.nearest(to: word, in: AssetKind.allCases.map(\.rawValue)).map { "did you mean \"\($0)\"?" } ?? AssetKind.choices)
        }
        return .success(kind)
    }
}
