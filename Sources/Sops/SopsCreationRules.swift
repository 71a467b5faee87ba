package import Diagnostics
internal import YAML

/// For whom a new file is encrypted, and which of its values: the rules of `.sops.yaml` (getsops/sops, config/config.go).
package struct SopsCreationRules: Sendable {
    package struct Rule: Sendable, Hashable {
        /// nil matches every path.
        package let pathPattern: String?
        package let recipients: [String]
        package let selection: SopsSelection
        package let macOnlyEncrypted: Bool
    }

    package let rules: [Rule]

    /// The first rule that matches a path relative to the folder of `.sops.yaml`.
    package func rule(for path: String) -> Rule? {
        rules.first { rule in rule.pathPattern.map { KeyPattern($0)?.matches(path) ?? false } ?? true }
    }

    package static func read(_ bytes: [UInt8], path: String) -> (rules: SopsCreationRules?, diagnostics: [Diagnostic]) {
        let (document, diagnostics) = YAMLDocument.parse(bytes, path: path)
        guard let document, !diagnostics.hasErrors else { return (nil, diagnostics) }
        do throws(SopsRefusal) {
            var rules: [Rule] = []
            for item in document.root["creation_rules"]?.items ?? [] { rules.append(try rule(item)) }
            return (SopsCreationRules(rules: rules), diagnostics)
        } catch {
            return (nil, diagnostics + [error.diagnostic])
        }
    }

    private static func rule(_ node: YAMLNode) throws(SopsRefusal) -> Rule {
        guard node.kind == .mapping else { throw SopsRefusal(.sopsRule, "a creation rule is a mapping", node.range) }
        var (pattern, selection): (String?, SopsSelection?)
        var recipients: [String] = []
        var macOnlyEncrypted = false
        for (key, value) in node.pairs {
            let name = key.text ?? ""
            switch name {
            case "path_regex":
                guard let text = value.text, KeyPattern(text) != nil else {
                    throw SopsRefusal(.sopsRule, "path_regex is not a regular expression", value.range)
                }
                pattern = text.isEmpty ? nil : text
            case "age": recipients += try names(value)
            case "key_groups":
                guard value.count == 1, let group = value.items.first, group.hasOnlyKeys(["age"]), let age = group["age"] else {
                    throw SopsRefusal(.sopsRule, "key_groups is supported with one group of age recipients", value.range)
                }
                recipients += try names(age)
            case "mac_only_encrypted":
                guard let flag = value.bool else { throw SopsRefusal(.sopsRule, "\(name) is not true or false", value.range) }
                macOnlyEncrypted = flag
            case "shamir_threshold" where value.integer.map { $0 <= 1 } ?? false: break
            default:
                guard let text = value.text, let rule = SopsSelection(key: name, value: text) else {
                    throw SopsRefusal(.sopsRule, "a creation rule with \(name) cannot be used here", key.range)
                }
                guard selection == nil, rule.isValid else {
                    throw SopsRefusal(.sopsRule, "a creation rule has one valid rule on what is encrypted", key.range)
                }
                selection = rule
            }
        }
        guard !recipients.isEmpty else { throw SopsRefusal(.sopsRule, "a creation rule needs an age recipient", node.range) }
        var seen = Set<String>()
        return Rule(
            pathPattern: pattern, recipients: recipients.filter { seen.insert($0).inserted }, selection: selection ?? .standard,
            macOnlyEncrypted: macOnlyEncrypted)
    }

    /// A list, or one text with commas.
    private static func names(_ node: YAMLNode) throws(SopsRefusal) -> [String] {
        let texts = node.kind == .sequence ? node.items.map(\.string) : [node.string]
        var result: [String] = []
        for text in texts {
            guard let text else { throw SopsRefusal(.sopsRule, "age is a list of recipients", node.range) }
            result += text.split { $0 == "," || $0.isWhitespace }.map(String.init)
        }
        return result
    }
}
