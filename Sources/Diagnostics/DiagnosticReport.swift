/// Findings in the order in which they are shown, and how many of each severity there are.
package struct DiagnosticReport: Sendable {
    package let diagnostics: [Diagnostic]
    /// Findings that somebody decided to live with, and why. They are not in `diagnostics`.
    package let waived: [(diagnostic: Diagnostic, reason: String)]
    package let errors: Int
    package let warnings: Int
    package let notes: Int

    package init(_ diagnostics: some Sequence<Diagnostic>, waived: [(diagnostic: Diagnostic, reason: String)] = []) {
        self.diagnostics = diagnostics.inOrder()
        self.waived = waived.sorted { $0.diagnostic.isShown(before: $1.diagnostic) }
        errors = self.diagnostics.count { $0.severity == .error }
        warnings = self.diagnostics.count { $0.severity == .warning }
        notes = self.diagnostics.count { $0.severity == .note }
    }

    /// `2 errors, 1 warning, 1 waived`; nil where there is nothing.
    package var summary: String? {
        var parts = [(errors, "error"), (warnings, "warning"), (notes, "note")].filter { $0.0 > 0 }
            .map { "\($0) \($1)\($0 == 1 ? "" : "s")" }
        if !waived.isEmpty { parts.append("\(waived.count) waived") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
