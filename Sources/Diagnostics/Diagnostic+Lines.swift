extension Diagnostic {
    /// Message, asset, labels, notes and help, one a line, with nothing in them that would move a cursor.
    var lines: [String] {
        var lines = [message]
        if let asset { lines.append("in: \(asset)") }
        lines += labels.map { "\($0.range.place): \($0.text)" }
        lines += notes.flatMap { note in note.split(separator: "\n").map { "note: \($0)" } }
        if let help { lines += help.split(separator: "\n").map { "help: \($0)" } }
        return lines.map { VisibleText.escaped($0) }
    }
}

extension SourceRange {
    /// `pipelines/sales.yml:3:5`.
    var place: String { isWholeFile ? path : "\(path):\(start.line):\(start.column)" }
}
