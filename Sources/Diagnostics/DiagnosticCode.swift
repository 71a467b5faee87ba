/// A stable, kebab-case name for one kind of finding, with what `pipectl explain` says about it.
///
/// Codes are declared as static members in an extension beside the rule that raises them, and listed in
/// that module's `DiagnosticCode.all<Module>` array, from which the command line makes its catalogue.
package struct DiagnosticCode: Sendable, Hashable {
    package let name: String
    package let severity: Severity
    /// One line: what is wrong.
    package let summary: String
    /// Why it matters and how to mend it, a few sentences.
    package let explanation: String
    /// A small text that raises it, and the same text mended.
    package let example: String
    package let fix: String
    /// It is advice: a project may set its severity, and a line may waive it. What is not advice is a fact, and stays an error.
    package let isAdvice: Bool

    package init(
        _ name: String, _ severity: Severity = .error, isAdvice: Bool = false, summary: String, explanation: String, example: String = "",
        fix: String = ""
    ) {
        self.name = name
        self.severity = severity
        self.summary = summary
        self.explanation = explanation
        self.example = example
        self.fix = fix
        self.isAdvice = isAdvice
    }

    package static func == (a: Self, b: Self) -> Bool { a.name == b.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
