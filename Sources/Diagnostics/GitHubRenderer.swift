/// Workflow commands of GitHub Actions, which shows them beside the changed lines:
/// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
enum GitHubRenderer {
    static func render(_ report: DiagnosticReport) -> String {
        var out = ""
        for diagnostic in report.diagnostics {
            var properties: [(String, String)] = []
            if let range = diagnostic.range { properties = place(range) }
            properties.append(("title", diagnostic.code.name))
            out += "::\(command(diagnostic.severity)) "
            out += properties.map { "\($0)=\(escapedProperty($1))" }.joined(separator: ",")
            out += "::\(escaped(diagnostic.lines.joined(separator: "\n")))\n"
        }
        if let summary = report.summary { out += summary + "\n" }
        return out
    }

    private static func command(_ severity: Severity) -> String {
        switch severity {
        case .error: "error"
        case .warning: "warning"
        case .note: "notice"
        }
    }

    /// Lines and columns are inclusive; GitHub takes columns only for a place in one line.
    private static func place(_ range: SourceRange) -> [(String, String)] {
        guard !range.isWholeFile else { return [("file", VisibleText.escaped(range.path))] }
        var place = [
            ("file", VisibleText.escaped(range.path)), ("line", String(range.start.line)), ("endLine", String(range.lastLine)),
        ]
        if range.lastLine == range.start.line {
            let last = range.end.line == range.start.line ? max(range.start.column, range.end.column - 1) : nil
            place.append(("col", String(range.start.column)))
            if let last { place.append(("endColumn", String(last))) }
        }
        return place
    }

    static func escaped(_ text: String) -> String { text.replacing(["%": "%25", "\r": "%0D", "\n": "%0A"]) }

    static func escapedProperty(_ text: String) -> String {
        text.replacing(["%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"])
    }
}

extension SourceRange {
    /// The last line that has a character of the range.
    var lastLine: Int { end.line > start.line && end.column == 1 ? end.line - 1 : max(start.line, end.line) }
}

extension String {
    /// Scalars that are in the table replaced by its texts; CRLF are two of them.
    func replacing(_ table: [Unicode.Scalar: String]) -> String {
        guard unicodeScalars.contains(where: { table[$0] != nil }) else { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if let text = table[scalar] { result.append(contentsOf: text.unicodeScalars) } else { result.append(scalar) }
        }
        return String(result)
    }
}
