/// A summary for a pull request or a job's page: a table for each file, the places in the source folded away.
struct MarkdownRenderer {
    private var text: TextDiagnosticRenderer

    /// GitHub takes 65,536 characters in a comment.
    private static let sizeLimit = 60_000
    private static let findingLimit = 100
    private static let messageLimit = 400
    private static let excerptLimit = 3000
    /// What a file costs besides its findings.
    private static let frameSize = 200

    init(source: @escaping (String) -> [UInt8]?) {
        text = TextDiagnosticRenderer(style: .plain, width: 100, source: source)
    }

    /// A finding as it will stand in its file's table and below it.
    private struct Entry {
        var path: String?
        var row: String
        var excerpt: String
        var size: Int { row.utf8.count + excerpt.utf8.count + 1 }
    }

    mutating func render(_ report: DiagnosticReport) -> String {
        var out = "### pipectl validate: \(heading(report))\n"
        let entries = chosen(report.diagnostics)
        var rest = entries[...]
        while let first = rest.first {
            let file = rest.prefix { $0.path == first.path }
            rest = rest.dropFirst(file.count)
            out += "\n#### \(first.path.map { Markdown.code(VisibleText.escaped($0)) } ?? "Project")\n\n"
            out += "| | Line | Code | Finding |\n|---|---|---|---|\n"
            out += file.map(\.row).joined()
            out += "\n<details><summary>Source</summary>\n\n"
            out += Markdown.fenced(file.map(\.excerpt).joined(separator: "\n"))
            out += "\n</details>\n"
        }
        let left = report.diagnostics.count - entries.count
        if left > 0 { out += "\nand \(left) more\n" }
        if !report.waived.isEmpty { out += "\n\(report.waived.count) waived\n" }
        return out
    }

    private func heading(_ report: DiagnosticReport) -> String {
        DiagnosticReport(report.diagnostics).summary ?? "no findings"
    }

    /// As many as fit, errors before warnings before notes, in the order of the report.
    private mutating func chosen(_ diagnostics: [Diagnostic]) -> [Entry] {
        var chosen: [(index: Int, entry: Entry)] = []
        var paths = Set<String?>()
        var size = 0
        let bySeverity = Severity.allCases.flatMap { severity in diagnostics.indices.filter { diagnostics[$0].severity == severity } }
        for index in bySeverity.prefix(Self.findingLimit) {
            let entry = entry(diagnostics[index])
            size += entry.size
            if paths.insert(entry.path).inserted { size += Self.frameSize + 2 * (entry.path?.utf8.count ?? 0) }
            if size > Self.sizeLimit { break }
            chosen.append((index, entry))
        }
        return chosen.sorted { $0.index < $1.index }.map(\.entry)
    }

    private mutating func entry(_ diagnostic: Diagnostic) -> Entry {
        let severity = diagnostic.severity == .note ? "note" : "**\(diagnostic.severity.rawValue)**"
        let line = diagnostic.range.flatMap { $0.isWholeFile ? nil : String($0.start.line) } ?? ""
        var message = Self.cell(diagnostic.message)
        if let help = diagnostic.help { message += "<br>" + Self.cell(help, Markdown.prose) }
        return Entry(
            path: diagnostic.range?.path,
            row: "| \(severity) | \(line) | \(Markdown.code(diagnostic.code.name)) | \(message) |\n",
            excerpt: Self.cut(text.render(diagnostic)))
    }

    private static func cell(_ text: String, _ markdown: (String) -> String = Markdown.escaped) -> String {
        let shown = text.unicodeScalars.count > messageLimit
            ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(messageLimit))) + "…" : text
        return markdown(VisibleText.escaped(shown))
    }

    /// Whole lines, or a part of the first.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > excerptLimit else { return text }
        var result = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if result.utf8.count + line.utf8.count > excerptLimit {
                return result + String(String.UnicodeScalarView(line.unicodeScalars.prefix(messageLimit))) + "…\n"
            }
            result += line + "\n"
        }
        return result
    }
}
