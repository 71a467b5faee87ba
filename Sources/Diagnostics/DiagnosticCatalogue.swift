package import Support

/// All codes that the program knows, for `pipectl explain`.
package struct DiagnosticCatalogue: Sendable {
    /// By name; each name once.
    package let codes: [DiagnosticCode]

    package init(_ codes: some Sequence<DiagnosticCode>) {
        var seen = Set<String>()
        self.codes = codes.filter { seen.insert($0.name).inserted }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    package func code(named name: String) -> DiagnosticCode? { codes.first { $0.name == name } }

    /// The code whose name is nearest, for "did you mean".
    package func suggestion(for name: String) -> String? { Suggestion.nearest(to: name, in: codes.map(\.name)) }

    /// One line per code: name, severity, summary.
    package func list(style: TerminalStyle = .plain) -> String {
        let width = codes.map { DisplayWidth.of($0.name) }.max() ?? 0
        return codes.map { code in
            style.bold(DisplayWidth.padded(code.name, to: width)) + "  "
                + DisplayWidth.padded(code.severity.rawValue, to: 7) + "  \(code.summary)\n"
        }.joined()
    }

    package var json: JSONValue { .array(codes.map(\.json)) }
}

extension DiagnosticCode {
    /// What it is, why, an example and its mending, as text with a line break at its end.
    package func explained(style: TerminalStyle = .plain, width: Int = 80) -> String {
        var text = style.bold(name) + " (\(severity.rawValue)\(isAdvice ? "; a project may set its severity, a line may waive it" : ""))\n"
        text += DisplayWidth.wrapped(summary, to: width).joined(separator: "\n") + "\n\n"
        text += DisplayWidth.wrapped(explanation, to: width).joined(separator: "\n") + "\n"
        for (title, block) in [("Example", example), ("Mended", fix)] where !block.isEmpty {
            text += "\n" + style.bold(title) + "\n"
            var lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            while lines.last?.isEmpty == true { lines.removeLast() }
            text += lines.map { $0.isEmpty ? "\n" : "    \($0)\n" }.joined()
        }
        return text
    }

    package var json: JSONValue {
        [
            "code": .string(name), "severity": .string(severity.rawValue), "summary": .string(summary),
            "explanation": .string(explanation), "example": .string(example), "fix": .string(fix),
            "isAdvice": .bool(isAdvice),
        ]
    }
}
