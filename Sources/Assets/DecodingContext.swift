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
    /// Names of the templates that are being expanded, outermost first.
    var expanding: [String] = []

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
        guard case .node(let node) = input, node.kind == .scalar, let text = node.text, text.contains("${{") else {
            return input
        }
        let (parsed, found) = DynamicText.parse(text, path: node.range.path, position: { node.position(ofByte: $0) })
        found.forEach(report)
        var dynamic = parsed
        if let arguments { dynamic = dynamic.substituting(parameters: arguments) }
        if let constant = dynamic.constant { return .constant(constant, node.range) }
        return .dynamic(dynamic, node)
    }
}
