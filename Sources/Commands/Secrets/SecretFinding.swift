internal import Diagnostics
internal import Support
internal import Validation

/// Something that `secrets check` tells of a secret or a store. Never holds a value.
struct SecretFinding: Sendable {
    /// In the order in which they are shown.
    enum Kind: String, Sendable, CaseIterable {
        case missing, damaged, refused, pending, unbound, expiring, shared, weak, computed, unused

        var title: String {
            switch self {
            case .refused: "not given out"
            case .pending: "rotation not finished"
            case .unbound: "text not bound"
            case .computed: "names that are computed"
            default: rawValue
            }
        }
    }

    let kind: Kind
    let severity: Severity
    let message: String
    var store: String?
    var secret: String?
    var version: String?
    var help: String?
    /// Who asks for it.
    var uses: [SecretUse] = []

    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "severity": .string(severity.rawValue), "message": .string(message),
            "store": store.map { .string($0) } ?? .null, "secret": secret.map { .string($0) } ?? .null, "version": version.map { .string($0) } ?? .null,
            "help": help.map { .string($0) } ?? .null, "uses": .array(uses.map(\.json)),
        ]
    }
}

/// What was found of one environment.
struct SecretReport: Sendable {
    let environment: String
    /// As the environment names them.
    let stores: [String]
    let secrets: Int
    let uses: Int
    var findings: [SecretFinding]
    /// What could not be looked at, and why: it is not known to be fine.
    var leftOut: [String]

    func fails(strict: Bool) -> Bool { findings.contains { $0.severity == .error || strict && $0.severity == .warning } }

    var json: JSONValue {
        [
            "environment": .string(environment), "stores": .array(stores.map { .string($0) }), "secrets": .integer(Int64(secrets)),
            "uses": .integer(Int64(uses)), "findings": .array(findings.map(\.json)), "leftOut": .array(leftOut.map { .string($0) }),
        ]
    }

    func text(_ style: TerminalStyle) -> String {
        var text = ""
        for kind in SecretFinding.Kind.allCases {
            let found = findings.filter { $0.kind == kind }
            guard !found.isEmpty else { continue }
            text += "  \(style.bold(kind.title))\n"
            for finding in found { text += Self.text(finding, style) }
        }
        let number = [Severity.error, .warning, .note].compactMap { severity -> String? in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : Self.count(count, severity.rawValue)
        }
        var line = "\(style.bold(VisibleText.escaped(environment))): "
        if stores.isEmpty, uses == 0 {
            line += "no store of secrets, and nothing asks for one"
        } else {
            line += "\(Self.count(secrets, "secret")) in \(stores.isEmpty ? "no store" : VisibleText.escaped(stores.joined(separator: ", "))), \(Self.count(uses, "use")): "
            line += number.isEmpty ? "nothing to tell" : number.joined(separator: ", ")
        }
        for part in leftOut { line += "\n  \(style("left out", .yellow)): \(VisibleText.escaped(part))" }
        return line + "\n" + text
    }

    private static func text(_ finding: SecretFinding, _ style: TerminalStyle) -> String {
        let colour: TerminalStyle.Attribute = finding.severity == .error ? .red : finding.severity == .warning ? .yellow : .blue
        var text = "    \(style(finding.severity.rawValue, .bold, colour)): \(VisibleText.escaped(finding.message))\n"
        for use in finding.uses {
            text += "      \(place(use.range)) \(VisibleText.escaped(use.user.text))" + (use.call.map { ", from \(place($0))" } ?? "") + "\n"
        }
        if let help = finding.help { text += "      \(style.bold("help")): \(VisibleText.escaped(help))\n" }
        return text
    }

    private static func place(_ range: SourceRange) -> String { VisibleText.escaped("\(range.path):\(range.start.line):\(range.start.column)") }

    private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
}
