package import Diagnostics
package import Support

/// What stands between `${{` and `}}`: one expression of Azure Data Factory's language.
package struct Expression: Sendable {
    package var range: SourceRange { root.range }
    /// Where the argument that took a parameter's place was written, if this whole expression is one.
    package var expandedFrom: SourceRange? { root.expandedFrom }

    let root: ExpressionNode

    /// The value, where the expression is a literal or a constant took its place.
    package var constant: JSONValue? { root.constant }

    /// Name of the parameter that is all of the expression: `params.x`, `pipeline().parameters.x`.
    package var directParameterName: String? {
        guard let (base, name, _) = root.memberName, base.collection == .parameters else { return nil }
        return name
    }

    /// The secret that is all of the expression: `secret('x')`, `vaultSecret('v', 'x')`.
    package var directSecret: SecretReference? {
        guard case .call(let name, _, let arguments) = root.kind else { return nil }
        let texts = arguments.map { $0.constant?.asString }
        guard !texts.contains(nil) else { return nil }
        let words = texts.compactMap { $0 }
        switch (name.lowercased(), words.count) {
        case ("secret", 1...2): return SecretReference(name: words[0], version: words.count > 1 ? words[1] : nil)
        case ("vaultsecret", 2...3): return SecretReference(vault: words[0], name: words[1], version: words.count > 2 ? words[2] : nil)
        default: return nil
        }
    }

    /// False where it did not parse, which was reported then.
    package var isValid: Bool { !root.isInvalid }
}

/// Bounds on what one expression may be, so that hostile text can neither exhaust the stack nor the processor.
enum ExpressionLimits {
    static let depth = 128
    static let nodes = 10_000
    /// Bytes of a text, or elements of an array, that a function may make.
    static let textLength = 64 << 20
    static let rangeLength: Int64 = 100_000
}

struct ExpressionNode: Sendable {
    indirect enum Kind: Sendable {
        case literal(JSONValue)
        case call(name: String, nameRange: SourceRange, arguments: [ExpressionNode])
        /// The bare name `params`.
        case parameters
        case member(ExpressionNode, name: String, nameRange: SourceRange, isSafe: Bool)
        case index(ExpressionNode, ExpressionNode, isSafe: Bool)
        /// A template's argument in the place of a parameter; its nodes have ranges of their own.
        case expanded(DynamicText)
        /// Text that is no expression.
        case invalid
    }

    let kind: Kind
    let range: SourceRange
    let expandedFrom: SourceRange?
    /// Nodes in it, itself included; stays at the limit's double once past it.
    let size: Int
    let depth: Int

    init(_ kind: Kind, at range: SourceRange, expandedFrom: SourceRange? = nil) {
        self.kind = kind
        self.range = range
        self.expandedFrom = expandedFrom
        let children: [ExpressionNode] =
            switch kind {
            case .literal, .parameters, .invalid: []
            case .call(_, _, let arguments): arguments
            case .member(let base, _, _, _): [base]
            case .index(let base, let index, _): [base, index]
            case .expanded(let text): text.expressions.map(\.root)
            }
        size = min(children.reduce(1) { $0 + $1.size }, ExpressionLimits.nodes * 2)
        depth = (children.map(\.depth).max() ?? 0) + 1
    }

    var isTooLarge: Bool { depth > ExpressionLimits.depth || size > ExpressionLimits.nodes }

    var constant: JSONValue? { if case .literal(let value) = kind { value } else { nil } }
    /// The text that its value begins with.
    var knownStart: String? {
        switch kind {
        case .literal(let value): value.asString
        case .call(let name, _, let arguments): name.lowercased() == "concat" ? arguments.first?.knownStart : nil
        case .expanded(let text): text.knownStart
        case .parameters, .member, .index, .invalid: nil
        }
    }

    var isInvalid: Bool { if case .invalid = kind { true } else { false } }

    /// Name of the member that is reached, where it is known: `.name` or `['name']`.
    var memberName: (base: ExpressionNode, name: String, range: SourceRange)? {
        switch kind {
        case .member(let base, let name, let range, _): (base, name, range)
        case .index(let base, let index, _): index.constant?.asString.map { (base, $0, index.range) }
        default: nil
        }
    }

    func isCall(to function: String) -> Bool {
        if case .call(let name, _, _) = kind { name.lowercased() == function } else { false }
    }

    /// The collection of named values this node stands for, if it is one.
    var collection: NamedCollection? {
        if case .parameters = kind { return .parameters }
        guard let (base, name, _) = memberName else { return nil }
        switch name.lowercased() {
        case "parameters": return base.isCall(to: "pipeline") ? .parameters : nil
        case "globalparameters": return base.isCall(to: "pipeline") ? .globalParameters : nil
        case "variables": return base.isCall(to: "environment") ? .environmentValues : nil
        default: return nil
        }
    }
}

/// What can only be reached by name: `pipeline().parameters.x`.
enum NamedCollection {
    case parameters, globalParameters, environmentValues
}

/// The objects that functions without arguments stand for, with their members. One list serves check and evaluation.
package enum RootObject: String, Sendable, CaseIterable {
    case pipeline, trigger, environment, run

    package var members: [(name: String, type: ExpressionType)] {
        switch self {
        case .pipeline:
            [
                ("parameters", .object), ("globalParameters", .object), ("Pipeline", .string), ("RunId", .string),
                ("TriggerTime", .string), ("TriggerType", .string), ("GroupId", .string),
            ]
        case .trigger: [("startTime", .string), ("scheduledTime", .string)]
        case .environment: [("name", .string), ("variables", .object)]
        case .run: [("id", .string), ("startedAt", .string)]
        }
    }

    /// Members of what `activity('x')` stands for.
    static let activityMembers: [(name: String, type: ExpressionType)] = [
        ("output", .any), ("status", .string), ("error", .object),
    ]
}
