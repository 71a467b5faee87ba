/// Findings as a person reads them: the message, the place, the line of source with the place underlined.
struct TextDiagnosticRenderer {
    /// Notes beyond these are counted: hundreds of one kind would hide what is wrong.
    static let notesOfOneCode = 20

    let style: TerminalStyle
    let width: Int
    private var files: SourceFiles
    private var out = ""

    init(style: TerminalStyle, width: Int, source: @escaping (String) -> [UInt8]?) {
        self.style = style
        self.width = width
        files = SourceFiles(source)
    }

    mutating func render(_ report: DiagnosticReport) -> String {
        out = ""
        var notes: [String: Int] = [:]
        for diagnostic in report.diagnostics {
            if diagnostic.severity == .note {
                notes[diagnostic.code.name, default: 0] += 1
                if notes[diagnostic.code.name, default: 0] > Self.notesOfOneCode { continue }
            }
            write(diagnostic)
            out += "\n"
        }
        let more = notes.filter { $0.value > Self.notesOfOneCode }.sorted { $0.key < $1.key }
        for (code, count) in more {
            out += style("note[\(code)]", .bold, .cyan) + style.bold(": and \(count - Self.notesOfOneCode) more of these") + "\n"
        }
        if !more.isEmpty {
            writeRemark("help", "--output json shows all of them, and pipectl.yml can turn their rule off", 0)
            out += "\n"
        }
        if let summary = report.summary { out += style.bold(summary) + "\n" }
        return out
    }

    /// One finding without the empty line behind it.
    mutating func render(_ diagnostic: Diagnostic) -> String {
        out = ""
        write(diagnostic)
        return out
    }

    private mutating func write(_ diagnostic: Diagnostic) {
        let colour = colour(of: diagnostic.severity)
        out += style("\(diagnostic.severity.rawValue)[\(diagnostic.code.name)]", .bold, colour)
        out += style.bold(": " + VisibleText.escaped(diagnostic.message)) + "\n"

        let gutter = gutterWidth(diagnostic)
        if let range = diagnostic.range {
            writePlace(range, arrow: "-->", gutter)
            var marks = [Mark(range: range, text: "", isPrimary: true)]
            if range.isWholeFile { marks = [] }
            marks += diagnostic.labels.filter { $0.range.path == range.path }.map { Mark($0) }
            writeSource(marks, of: range.path, gutter, colour)
        }
        for (path, labels) in otherFiles(diagnostic) {
            writePlace(labels[0].range, arrow: ":::", gutter)
            writeSource(labels.map { Mark($0) }, of: path, gutter, colour)
        }
        if let asset = diagnostic.asset { writeRemark("in", asset, gutter) }
        for note in diagnostic.notes { writeRemark("note", note, gutter) }
        if let help = diagnostic.help { writeRemark("help", help, gutter) }
    }

    /// Labels in files other than the finding's, by file, in the order in which they were given.
    private func otherFiles(_ diagnostic: Diagnostic) -> [(path: String, labels: [Diagnostic.Label])] {
        var result: [(path: String, labels: [Diagnostic.Label])] = []
        for label in diagnostic.labels where label.range.path != diagnostic.range?.path {
            if let known = result.firstIndex(where: { $0.path == label.range.path }) {
                result[known].labels.append(label)
            } else {
                result.append((label.range.path, [label]))
            }
        }
        return result
    }

    private func colour(of severity: Severity) -> TerminalStyle.Attribute {
        switch severity {
        case .error: .red
        case .warning: .yellow
        case .note: .cyan
        }
    }

    /// Digits of the highest line number that is shown.
    private func gutterWidth(_ diagnostic: Diagnostic) -> Int {
        let lines = ([diagnostic.range].compactMap { $0 } + diagnostic.labels.map(\.range)).map(\.start.line)
        return String(lines.max() ?? 1).utf8.count
    }

    private mutating func writePlace(_ range: SourceRange, arrow: String, _ gutter: Int) {
        out += String(repeating: " ", count: gutter) + style(arrow, .bold, .blue) + " " + VisibleText.escaped(range.path)
        if !range.isWholeFile { out += ":\(range.start.line):\(range.start.column)" }
        out += "\n"
    }

    /// `= note: text`, with further lines of the text under the first one.
    private mutating func writeRemark(_ kind: String, _ text: String, _ gutter: Int) {
        let margin = String(repeating: " ", count: gutter + 1)
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if number == 0 {
                out += margin + style("=", .bold, .blue) + " " + style.bold(kind + ":") + " "
            } else {
                out += margin + String(repeating: " ", count: kind.utf8.count + 4)
            }
            out += VisibleText.escaped(line) + "\n"
        }
    }
}

// MARK: Source

extension TextDiagnosticRenderer {
    /// A place to underline.
    private struct Mark {
        var range: SourceRange
        var text: String
        var isPrimary: Bool

        init(range: SourceRange, text: String, isPrimary: Bool) {
            self.range = range
            self.text = text
            self.isPrimary = isPrimary
        }

        init(_ label: Diagnostic.Label) { self.init(range: label.range, text: label.text, isPrimary: false) }
    }

    private mutating func writeSource(
        _ marks: [Mark], of path: String, _ gutter: Int, _ colour: TerminalStyle.Attribute
    ) {
        guard !marks.isEmpty, let file = files[path] else { return }
        let byLine = Dictionary(grouping: marks.filter { $0.range.start.line <= file.lines.count }, by: \.range.start.line)
        guard !byLine.isEmpty else { return }
        writeGutter("", gutter)
        out += "\n"
        var last: Int?
        for (line, marks) in byLine.sorted(by: { $0.key < $1.key }) {
            if let last, line == last + 2 {
                _ = writeLine(line - 1, of: file, focus: nil, gutter)
            } else if let last, line > last + 1 {
                out += style("...", .bold, .blue) + "\n"
            }
            let primary = marks.first(where: \.isPrimary) ?? marks[0]
            let excerpt = writeLine(line, of: file, focus: primary.range.start, gutter)
            for mark in marks.sorted(by: { ($0.isPrimary ? 0 : 1, $0.range.start.column) < ($1.isPrimary ? 0 : 1, $1.range.start.column) }) {
                underline(mark, in: excerpt, gutter, colour)
            }
            last = line
        }
    }

    private mutating func writeGutter(_ number: String, _ gutter: Int) {
        out += style(String(repeating: " ", count: gutter - number.utf8.count) + number + " |", .bold, .blue)
    }

    private mutating func writeLine(
        _ line: Int, of file: SourceFiles.File, focus: SourcePosition?, _ gutter: Int
    ) -> SourceExcerpt {
        let content = file.lines.content(ofLine: line - 1, in: file.bytes)
        let excerpt = SourceExcerpt(
            line: content, of: file.bytes,
            focus: focus ?? SourcePosition(line: line, column: 1, offset: content.lowerBound),
            width: max(20, width - gutter - 3))
        writeGutter(String(line), gutter)
        out += excerpt.text.isEmpty ? "\n" : " \(excerpt.text)\n"
        return excerpt
    }

    /// `^^^^` below the finding's own place, `---- text` below a label; of a range over lines, the first line.
    private mutating func underline(
        _ mark: Mark, in excerpt: SourceExcerpt, _ gutter: Int, _ colour: TerminalStyle.Attribute
    ) {
        let range = mark.range
        let end = range.end.line > range.start.line ? excerpt.lastColumn : range.end.column
        let cells = excerpt.cells(from: range.start.column, to: end)
        writeGutter("", gutter)
        let line = String(repeating: mark.isPrimary ? "^" : "-", count: cells.count)
        let text = mark.text.isEmpty ? "" : " " + VisibleText.escaped(mark.text)
        let marked = mark.isPrimary ? style(line + text, .bold, colour) : style(line + text, .bold, .blue)
        out += String(repeating: " ", count: cells.lowerBound + 1) + marked + "\n"
    }
}

extension SourceRange {
    /// Made with a path alone: no place in the file is meant.
    package var isWholeFile: Bool { start == .start && end == .start }
}
