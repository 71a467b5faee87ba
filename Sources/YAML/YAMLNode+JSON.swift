package import Support

extension YAMLNode {
    /// The node and everything below as JSON. Keys are the text that is written; a whole number that does not fit
    /// 64 bits becomes a double.
    package var json: JSONValue {
        switch kind {
        case .null: return .null
        case .sequence: return .array(items.map(\.json))
        case .mapping: return .object(JSONObject(pairs.map { ($0.key.text ?? "", $0.value.json) }))
        case .scalar:
            switch resolved {
            case .bool(let value): return .bool(value)
            case .integer(let value): return .integer(value)
            case .double(let value): return .double(value)
            case .string: return .string(text ?? "")
            case .null, nil: return .null
            }
        }
    }
}
