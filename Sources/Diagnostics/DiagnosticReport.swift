/// Findings in the order in which they are shown, and how many of each severity there are.
package struct DiagnosticReport: Sendable {
    package let diagnostics: [Diagnostic]
    package let errors: Int
    package let warnings: Int
    package let notes: Int

    package init(_ diagnostics: some Sequence<Diagnostic>) {
        self.diagnostics = diagnostics.inOrder()
        errors = self.diagnostics.count { $0.severity == .error }
        warnings = self.diagnostics.count { $0.severity == .warning }
        notes = self.diagnostics.count { $0.severity == .note }
    }

    /// The same findings with other words; they keep their order.
    func mapping(_ change: (Diagnostic) -> Diagnostic) -> DiagnosticReport {
        DiagnosticReport(inOrder: diagnostics.map(change), like: self)
    }

    private init(inOrder diagnostics: [Diagnostic], like other: DiagnosticReport) {
        self.diagnostics = diagnostics
        (errors, warnings, notes) = (other.errors, other.warnings, other.notes)
    }

    /// `2 errors, 1 warning`; nil where there is nothing.
    package var summary: String? {
        let parts = [(errors, "error"), (warnings, "warning"), (notes, "note")].filter { $0.0 > 0 }
        return parts.isEmpty ? nil : parts.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
    }
}
