internal import Diagnostics
internal import Support

/// One thing of the world that a deployment counts upon, looked at.
struct LiveCheck: Sendable {
    enum Outcome: Sendable, Equatable {
        case passed
        case failed(String)
        case notChecked(String)

        var word: String {
            switch self {
            case .passed: "passed"
            case .failed: "failed"
            case .notChecked: "not checked"
            }
        }

        var reason: String? {
            switch self {
            case .passed: nil
            case .failed(let reason), .notChecked(let reason): reason
            }
        }
    }

    enum Kind: String, Sendable { case connection, secrets, warehouse, root }

    let kind: Kind
    let name: String
    let outcome: Outcome
    /// What was seen, or what to do.
    var details: [String] = []

    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "name": .string(name), "outcome": .string(outcome.word), "reason": outcome.reason.map { .string($0) } ?? .null,
            "details": .array(details.map { .string($0) }),
        ]
    }

    func text(_ style: TerminalStyle) -> String {
        let colour: TerminalStyle.Attribute =
            switch outcome {
            case .passed: .green
            case .failed: .red
            case .notChecked: .yellow
            }
        let reason = outcome.reason.map { ": \(VisibleText.escaped($0))" } ?? ""
        let title = name == kind.rawValue ? name : "\(kind.rawValue) \(VisibleText.escaped(name))"
        var text = "  \(style(outcome.word, colour)) \(title)\(reason)\n"
        for detail in details { text += "    \(VisibleText.escaped(detail))\n" }
        return text
    }
}
