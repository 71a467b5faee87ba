package import Support

/// Takes credentials out of what is shown, by the rules that findings about them go by.
package enum CredentialMask {
    package static let mark = "(written in clear)"

    /// A text with every credential in it masked.
    package static func masked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        let found = CredentialScanner.scan(bytes, isYAML: true)
        guard !found.isEmpty else { return text }
        for credential in found.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) { bytes.replaceSubrange(credential.range, with: mark.utf8) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A value under a name: all of it where the name is that of a secret and it is no reference to one.
    package static func masked(_ value: JSONValue, named name: String) -> JSONValue {
        switch value {
        case .string(let text): .string(isSecret(text, named: name) ? mark : masked(text))
        case .integer, .double: isSecretName(name) ? .string(mark) : value
        case .array(let items): .array(items.map { masked($0, named: name) })
        case .object(let object): .object(JSONObject(object.members.map { ($0.key, masked($0.value, named: $0.key)) }))
        case .null, .bool: value
        }
    }

    private static func isSecret(_ text: String, named name: String) -> Bool {
        guard isSecretName(name), !text.isEmpty else { return false }
        // What is put together from other values names them.
        return !text.contains("${{") && !CredentialText.standsForSecret(text)
    }

    private static func isSecretName(_ name: String) -> Bool {
        // Of `connections.erp.password` the last part.
        var last = String(name.split(separator: ".").last ?? "")
        return last.withUTF8 { CredentialText.secrecy(ofKey: $0[...]) != nil }
    }
}
