internal import Diagnostics
internal import Support
internal import YAML

/// The members of a mapping, found by key without making texts of the keys that are not asked for.
struct MappingMembers {
    private enum Content {
        case node(YAMLNode)
        case object(JSONObject, SourceRange)
    }

    private let content: Content

    init(_ node: YAMLNode) { content = .node(node) }
    init(_ object: JSONObject, at range: SourceRange) { content = .object(object, range) }

    /// The value under a key.
    subscript(key: String) -> DecodingInput? {
        switch content {
        case .node(let node): node[key].map { .node($0) }
        case .object(let object, let range): object[key].map { .constant($0, range) }
        }
    }

    /// Keys with their places, in the order of the file.
    var keys: [(text: String, range: SourceRange)] {
        switch content {
        case .node(let node): node.pairs.compactMap { pair in pair.key.text.map { ($0, pair.key.range) } }
        case .object(let object, let range): object.members.map { ($0.key, range) }
        }
    }

    /// Whether every key is one of these; those that are not make it worth to look closer.
    func areAll(in known: [String]) -> Bool {
        switch content {
        case .node(let node): node.hasOnlyKeys(known)
        case .object(let object, _): object.members.allSatisfy { known.contains($0.key) }
        }
    }
}
