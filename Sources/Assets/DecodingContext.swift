package import Diagnostics
package import Expressions
internal import Support
internal import YAML

/// Collects what decoding finds, and knows the template call it happens in.
package final class DecodingContext {
    package private(set) var diagnostics: [Diagnostic] = []
    /// `pipeline sales`: put on every diagnostic made here.
    package var asset: String?
    /// Arguments of the template call whose body is decoded, by parameter name.
    package var arguments: [String: Substitution]?
    /// Where that call stands.
    package var call: SourceRange?
    package private(set) var errorCount = 0
    /// Templates that may be used, by name.
    package var templates: [String: Template]
    package var usedTemplates: Set<String> = []
    /// Templates that were to be used, those too that do not exist or do not take the arguments.
    package var namedTemplates: Set<String> = []
    /// Names of the templates that are being expanded, outermost first.
    var expanding: [String] = []
    /// How much the templates in this pipeline stand for.
    var expansion = ExpansionSize()
    /// Templates that exist and could not be read.
    package var unreadTemplates: Set<String> = []
    /// Activities that could not be read.
    package private(set) var lostActivities: [LostActivity] = []
    /// Values that hold an argument of the template that is decoded.
    private(set) var substitutedRanges: Set<SourceRange> = []

    package init(asset: String? = nil, templates: [String: Template] = [:]) {
        self.asset = asset
        self.templates = templates
    }

    package func report(_ diagnostic: Diagnostic) {
        var diagnostic = diagnostic
        if diagnostic.asset == nil { diagnostic.asset = asset }
        if let call, diagnostic.range?.path != call.path || diagnostic.range != call {
            if !diagnostic.labels.contains(where: { $0.range == call }) {
                diagnostic.labels.append(.init(call, "in this use of the template"))
            }
        }
        if diagnostic.severity == .error { errorCount += 1 }
        diagnostics.append(diagnostic)
    }

    package func report(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange?, labels: [Diagnostic.Label] = [],
        notes: [String] = [], help: String? = nil
    ) {
        report(Diagnostic(code, message, at: range, labels: labels, notes: notes, help: help))
    }

    /// The input behind a node: itself, or what a template's arguments make of its text.
    func resolve(_ input: DecodingInput) -> DecodingInput {
        guard case .node(let node) = input, node.kind == .scalar, node.mayHoldExpression, let text = node.text else {
            return foreignSecret(input) ?? input
        }
        let (parsed, found) = DynamicText.parse(text, path: node.range.path, position: node.positions())
        found.forEach(report)
        var dynamic = parsed
        if let arguments {
            dynamic = dynamic.substituting(parameters: arguments)
            substitutedRanges.insert(node.range)
        }
        if let constant = dynamic.constant { return .constant(constant, node.range) }
        return .dynamic(dynamic, node)
    }

    /// What a reference in the form of Azure or Databricks stands for; nil where the input is none.
    private func foreignSecret(_ input: DecodingInput) -> DecodingInput? {
        guard case .node(let node) = input, node.kind == .scalar, node.mayHoldForeignReference, let text = node.text else { return nil }
        do {
            return try ForeignSecretReference.parse(text).map { .dynamic($0.text(at: node.range), node) }
        } catch {
            report(error.diagnostic(at: node.range))
            return nil
        }
    }

    func forgetFindings(at ranges: Set<SourceRange>) {
        diagnostics.removeAll { $0.range.map(ranges.contains) ?? false }
    }

    /// Notes an activity that could not be read, as far as its keys tell what it was to be.
    func lose(_ members: MappingMembers?, isTemplate: Bool) {
        func text(_ key: String) -> String? {
            switch members?[key].map({ resolve(silently: $0) }) {
            case .node(let node)?: node.text
            case .constant(let value, _)?: value.asString
            default: nil
            }
        }
        let writes: LostActivity.Writes =
            switch text("type") {
            case "wait", "fail", "setVariable", "appendVariable", "lookup", "publish", "pipeline", "delete": .nothing
            case "forEach", "if": .unknown
            default: isTemplate ? .unknown : text("into").map { .table($0) } ?? .unknown
            }
        lostActivities.append(LostActivity(name: isTemplate ? nil : text("name"), writes: writes))
    }

    /// As `resolve`, for an input whose findings were reported before.
    private func resolve(silently input: DecodingInput) -> DecodingInput {
        let (before, count) = (diagnostics, errorCount)
        defer { (diagnostics, errorCount) = (before, count) }
        return resolve(input)
    }
}

/// What is still known of an activity that could not be read, so that what refers to it is not called unknown.
package struct LostActivity: Sendable {
    package enum Writes: Sendable {
        case nothing
        /// As it was written.
        case table(String)
        case unknown
    }

    package let name: String?
    package let writes: Writes
}
