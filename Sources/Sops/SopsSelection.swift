/// Which values of a file are encrypted: at most one of these rules is in force (getsops/sops, `shouldBeEncrypted`).
package enum SopsSelection: Sendable, Hashable {
    case unencryptedSuffix(String)
    case encryptedSuffix(String)
    case unencryptedRegex(String)
    case encryptedRegex(String)

    package static let standard = SopsSelection.unencryptedSuffix("_unencrypted")

    static func isKey(_ key: String) -> Bool { SopsSelection(key: key, value: "") != nil }

    package init?(key: String, value: String) {
        switch key {
        case "unencrypted_suffix": self = .unencryptedSuffix(value)
        case "encrypted_suffix": self = .encryptedSuffix(value)
        case "unencrypted_regex": self = .unencryptedRegex(value)
        case "encrypted_regex": self = .encryptedRegex(value)
        default: return nil
        }
    }

    package var key: String {
        switch self {
        case .unencryptedSuffix: "unencrypted_suffix"
        case .encryptedSuffix: "encrypted_suffix"
        case .unencryptedRegex: "unencrypted_regex"
        case .encryptedRegex: "encrypted_regex"
        }
    }

    package var value: String {
        switch self {
        case .unencryptedSuffix(let v), .encryptedSuffix(let v), .unencryptedRegex(let v), .encryptedRegex(let v): v
        }
    }

    /// Whether the rule can be read: a regular expression may be wrong.
    package var isValid: Bool {
        switch self {
        case .unencryptedSuffix, .encryptedSuffix: true
        case .unencryptedRegex(let pattern), .encryptedRegex(let pattern): KeyPattern(pattern) != nil
        }
    }

    /// Decides for the paths of one file, each key of which counts.
    func matcher() -> (_ path: [String]) -> Bool {
        switch self {
        case .unencryptedSuffix(let suffix): { path in !path.contains { $0.ends(with: suffix) } }
        case .encryptedSuffix(let suffix): { path in path.contains { $0.ends(with: suffix) } }
        case .unencryptedRegex(let text):
            { [pattern = KeyPattern(text)] path in !path.contains { pattern?.matches($0) ?? false } }
        case .encryptedRegex(let text):
            { [pattern = KeyPattern(text)] path in path.contains { pattern?.matches($0) ?? true } }
        }
    }
}

extension String {
    /// As bytes.
    func ends(with suffix: String) -> Bool { utf8.count >= suffix.utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
}

/// A regular expression that is searched anywhere in a text.
struct KeyPattern {
    private let regex: Regex<AnyRegexOutput>

    init?(_ pattern: String) {
        guard let regex = try? Regex(pattern) else { return nil }
        self.regex = regex.matchingSemantics(.unicodeScalar)
    }

    func matches(_ text: String) -> Bool {
        // No match and a failure of the engine are both nil; patterns made from text have no steps that fail.
        (try? regex.firstMatch(in: text)) != nil
    }
}
