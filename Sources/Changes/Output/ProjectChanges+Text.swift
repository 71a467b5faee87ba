package import Diagnostics
internal import Support

extension ProjectChanges {
    /// For people at a terminal.
    package func text(style: TerminalStyle) -> String {
        guard !isEmpty else { return summary + "\n" }
        var writer = ChangeWriter(style: style)
        for change in changes { writer.write(asset: change) }
        if let impact { writer.write(impact) }
        writer.lines.append(style.bold(summary))
        return writer.lines.joined(separator: "\n") + "\n"
    }
}

private struct ChangeWriter {
    let style: TerminalStyle
    var lines: [String] = []

    mutating func write(asset change: Change) {
        let path = change.path.flatMap { ["notebook", "file"].contains(change.kind) ? nil : " " + style.dim("(" + VisibleText.escaped($0) + ")") } ?? ""
        lines.append(sign(change.action) + " " + style.bold(title(change)) + path + notes(change))
        // What is in something new or gone is in its file.
        for part in change.parts where !(part.kind == "field" && (change.action == .added || change.action == .removed)) { write(part, depth: 1) }
        lines.append("")
    }

    private mutating func write(_ change: Change, depth: Int) {
        let indent = String(repeating: "    ", count: depth)
        if change.kind == "field" { return write(field: change, indent) }
        // A few values fit beside the name.
        let isShort = change.parts.count == 1 && change.parts[0].kind == "field" && !change.parts[0].marks.contains(.logic)
        if change.kind == "column" || change.parts.isEmpty || isShort {
            let value = change.kind == "column" && change.parts.isEmpty ? change : isShort ? change.parts[0] : nil
            let text = value.flatMap { values($0, named: isShort && change.action == .changed) }
            lines.append(indent + sign(change.action) + " " + title(change) + (text.map { ": " + $0 } ?? "") + notes(change))
            return
        }
        lines.append(indent + sign(change.action) + " " + title(change) + notes(change))
        for part in change.parts { write(part, depth: depth + 1) }
    }

    private mutating func write(field: Change, _ indent: String) {
        if field.marks.contains(.logic), let old = field.old?.asString, let new = field.new?.asString {
            let note = field.columns.map { $0.isEmpty ? "" : " of " + VisibleText.escaped($0.sorted().joined(separator: ", ")) } ?? ""
            let excerpts = Words.excerpts(old, new)
            lines.append(indent + VisibleText.escaped(field.name) + ": " + style("logic changed", .yellow) + note)
            lines.append(indent + "    " + style("- " + excerpts.old, .red))
            lines.append(indent + "    " + style("+ " + excerpts.new, .green))
            return
        }
        if field.name == Meaning.unreadableField {
            let words = field.new.map { "cannot be read: " + Words.value($0) } ?? "could not be read before: " + (field.old.map(Words.value) ?? "")
            return lines.append(indent + style(words, .red))
        }
        lines.append(indent + (values(field, named: true) ?? VisibleText.escaped(field.name)) + notes(field))
    }

    private func values(_ change: Change, named: Bool) -> String? {
        let name = named ? VisibleText.escaped(change.name) + ": " : ""
        switch (change.old, change.new) {
        case (let old?, let new?): return name + style(Words.value(old), .red) + " → " + style(Words.value(new), .green)
        case (let old?, nil): return name + style(Words.value(old), .red) + (named ? " → (none)" : "")
        case (nil, let new?): return name + (named ? "(none) → " : "") + style(Words.value(new), .green)
        case (nil, nil): return nil
        }
    }

    private func title(_ change: Change) -> String {
        var text = Words.kind(change.kind) + " " + VisibleText.escaped(change.name)
        if change.kind == "project" { text = "project" }
        if let former = change.formerName { text += ", before " + VisibleText.escaped(former) }
        let tellsItself = change.kind == "check" || change.action == .changed && ["pipeline", "notebook"].contains(change.kind)
        if let words = change.words, !tellsItself { text += " " + style.dim("(" + VisibleText.escaped(words) + ")") }
        return text
    }

    private func notes(_ change: Change) -> String {
        change.marks.filter { $0 != .template && $0 != .logic && !($0 == .strengthened && change.action == .added) }.sorted().map {
            "  " + style(Words.mark($0), $0 == .breaking ? .red : $0 == .weakened ? .yellow : .dim)
        }.joined()
    }

    private func sign(_ action: Change.Action) -> String {
        switch action {
        case .added: style("+", .green)
        case .removed: style("-", .red)
        case .renamed: style(">", .cyan)
        case .changed: style("~", .yellow)
        }
    }

    // MARK: Impact

    mutating func write(_ impact: Impact) {
        if !impact.breaks.isEmpty {
            lines.append(style("breaking", .bold, .red))
            for broken in impact.breaks {
                lines.append("    \(VisibleText.escaped(broken.name)): \(broken.words)")
                for reader in broken.readers { lines.append("        read by " + VisibleText.escaped(reader)) }
                if let published = broken.published { lines.append("        published as " + VisibleText.escaped(published)) }
            }
            lines.append("")
        }
        if !impact.reached.isEmpty {
            lines.append(style.bold("affected"))
            for table in impact.reached {
                let columns = table.columns.map { " " + style.dim("(" + VisibleText.escaped($0.joined(separator: ", ")) + ")") } ?? ""
                lines.append("    " + VisibleText.escaped(table.name) + columns + style.dim(" by " + VisibleText.escaped(table.through.joined(separator: ", "))))
            }
            lines.append("")
        }
        for gap in impact.gaps { lines.append(style.dim("note: " + VisibleText.escaped(gap))) }
        if !impact.gaps.isEmpty { lines.append("") }
    }
}
