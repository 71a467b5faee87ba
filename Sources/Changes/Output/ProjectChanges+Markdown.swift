internal import Diagnostics
internal import Support

extension ProjectChanges {
    /// For a pull request: a table first, the rest to be opened.
    package var markdown: String {
        var lines = ["### " + Self.escaped(summary.prefix(1).uppercased() + summary.dropFirst())]
        guard !isEmpty else { return lines[0] + "\n" }
        lines += ["", "| | What | Change | |", "|---|---|---|---|"]
        for change in changes {
            let marks = Set(change.all.flatMap(\.marks)).intersection([.breaking, .weakened, .logic]).sorted().map(Words.mark).joined(separator: ", ")
            let name = Words.kind(change.kind) + (change.kind == "project" ? "" : " " + Self.code(change.name))
            let former = change.formerName.map { " (before " + Self.code($0) + ")" } ?? ""
            lines.append("| \(Self.sign(change)) | \(name)\(former) | \(Self.inside(change)) | \(marks) |")
        }
        for change in changes where !change.parts.isEmpty && change.action != .removed {
            lines += ["", "<details><summary>\(Self.escaped(Words.kind(change.kind))) \(Self.escaped(change.name))</summary>", ""]
            lines += Self.list(change.parts, depth: 0)
            lines += ["", "</details>"]
        }
        if let impact { lines += Self.impact(impact) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func impact(_ impact: Impact) -> [String] {
        var lines: [String] = []
        if !impact.breaks.isEmpty {
            lines += ["", "**Breaking**", ""]
            for broken in impact.breaks {
                let hit = broken.readers.map(code) + (broken.published.map { ["readers of " + code($0)] } ?? [])
                lines.append("- \(code(broken.name)): \(escaped(broken.words))" + (hit.isEmpty ? "" : "; hits " + hit.joined(separator: ", ")))
            }
        }
        if !impact.reached.isEmpty {
            lines += ["", "<details><summary>\(Words.count(impact.reached.count, "table")) affected</summary>", "", "| Table | Columns | By |", "|---|---|---|"]
            for table in impact.reached {
                let columns = table.columns.map { $0.map(code).joined(separator: ", ") } ?? "all"
                lines.append("| \(code(table.name)) | \(columns) | \(table.through.map(code).joined(separator: ", ")) |")
            }
            lines += ["", "</details>"]
        }
        if !impact.gaps.isEmpty { lines += [""] + impact.gaps.map { "> " + escaped($0) } }
        return lines
    }

    private static func list(_ changes: [Change], depth: Int) -> [String] {
        let indent = String(repeating: "  ", count: depth)
        return changes.flatMap { change -> [String] in
            var line = indent + "- "
            if change.kind == "field" {
                line += code(change.name) + values(change)
            } else {
                line += "\(sign(change)) \(Words.kind(change.kind)) \(code(change.name))" + values(change)
                if let former = change.formerName { line += ", before " + code(former) }
                if let words = change.words, change.kind != "check" { line += " (" + escaped(words) + ")" }
            }
            let marks = change.marks.filter { $0 != .template }.sorted().map(Words.mark)
            if !marks.isEmpty { line += " **" + marks.joined(separator: ", ") + "**" }
            return [line] + list(change.parts, depth: depth + 1)
        }
    }

    private static func values(_ change: Change) -> String {
        if change.marks.contains(.logic), let old = change.old?.asString, let new = change.new?.asString {
            let excerpts = Words.excerpts(old, new)
            return ": \(code(excerpts.old)) → \(code(excerpts.new))"
        }
        switch (change.old, change.new) {
        case (let old?, let new?): return ": \(code(Words.value(old))) → \(code(Words.value(new)))"
        case (let old?, nil): return ": \(code(Words.value(old))) → none"
        case (nil, let new?): return ": \(code(Words.value(new)))"
        case (nil, nil): return ""
        }
    }

    /// How many parts of each kind.
    private static func inside(_ change: Change) -> String {
        var counts: [(word: String, action: Change.Action, count: Int)] = []
        for part in change.parts {
            let word = part.kind == "field" ? "field" : Words.kind(part.kind)
            let action: Change.Action = part.kind == "field" ? .changed : part.action
            if let index = counts.firstIndex(where: { $0.word == word && $0.action == action }) { counts[index].count += 1 } else { counts.append((word, action, 1)) }
        }
        if change.action == .added || change.action == .removed || counts.isEmpty { return Words.action(change.action) }
        return counts.map { "\(Words.count($0.count, $0.word)) \(Words.action($0.action))" }.joined(separator: ", ")
    }

    private static func sign(_ change: Change) -> String {
        switch change.action {
        case .added: "➕"
        case .removed: "➖"
        case .renamed: "➡️"
        case .changed: "✏️"
        }
    }

    private static func code(_ text: String) -> String { Markdown.code(VisibleText.escaped(text)) }
    private static func escaped(_ text: String) -> String { Markdown.escaped(VisibleText.escaped(text)) }
}
