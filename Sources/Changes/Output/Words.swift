internal import Diagnostics
internal import Support

/// Changes in words.
enum Words {
    static let longestValue = 80

    /// `global parameter`
    static func kind(_ kind: String) -> String {
        switch kind {
        case "globalParameter": "global parameter"
        case "sourceSchema": "source schema"
        case "secretStore": "secret store"
        default: kind
        }
    }

    static func count(_ number: Int, _ word: String) -> String {
        if number == 1 { return "1 \(word)" }
        return "\(number) " + (word.hasSuffix("y") ? word.dropLast() + "ies" : word + "s")
    }

    static func value(_ value: JSONValue) -> String { DisplayWidth.truncated(text(value), to: longestValue) }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): VisibleText.escaped(text.isEmpty ? "\"\"" : text)
        case .array(let items) where items.allSatisfy({ $0.asString != nil }): VisibleText.escaped("[" + items.compactMap(\.asString).joined(separator: ", ") + "]")
        default: VisibleText.escaped(value.text())
        }
    }

    /// `BIGINT to VARCHAR`, `removed`.
    static func column(_ change: Change) -> String {
        switch (change.old, change.new) {
        case (let old?, let new?): "\(value(old)) to \(value(new))"
        case (_?, nil): "removed"
        default: "added"
        }
    }

    /// The part of two texts around their first difference.
    static func excerpts(_ old: String, _ new: String) -> (old: String, new: String) {
        let (before, after) = (Array(old), Array(new))
        var start = 0
        while start < before.count, start < after.count, before[start] == after[start] { start += 1 }
        // From the start of a word, with a few words before it.
        var from = max(0, start - 24)
        while from > 0, before[from - 1] != " " { from -= 1 }
        func excerpt(_ text: [Character]) -> String {
            DisplayWidth.truncated((from > 0 ? "… " : "") + VisibleText.escaped(String(text[min(from, text.count)...])), to: longestValue)
        }
        return (excerpt(before), excerpt(after))
    }

    static func mark(_ mark: Change.Mark) -> String {
        switch mark {
        case .breaking: "breaking"
        case .weakened: "weakened"
        case .strengthened: "strengthened"
        case .logic: "logic changed"
        case .template: "by a template"
        case .order: "order of columns"
        case .moved: "moved"
        }
    }

    static func action(_ action: Change.Action) -> String { action == .changed ? "changed" : action.rawValue }
}

extension ProjectChanges {
    /// What people see first: how many of each kind, in order.
    package var counts: [(kind: String, action: Change.Action, count: Int)] {
        var result: [(kind: String, action: Change.Action, count: Int)] = []
        for change in changes {
            if let index = result.firstIndex(where: { $0.kind == change.kind && $0.action == change.action }) {
                result[index].count += 1
            } else {
                result.append((change.kind, change.action, 1))
            }
        }
        return result
    }

    /// Columns of tables that are gone or of another type.
    package var breakingCount: Int { changes.flatMap(\.all).count { $0.kind == "column" && $0.marks.contains(.breaking) } }
    package var weakenedCount: Int { changes.flatMap(\.all).count { $0.kind == "check" && $0.marks.contains(.weakened) } }

    /// `2 pipelines changed, 1 table changed; 1 breaking change; 3 tables downstream`
    package var summary: String {
        guard !isEmpty else { return "no change in meaning" }
        var parts = [counts.map { "\(Words.count($0.count, Words.kind($0.kind))) \(Words.action($0.action))" }.joined(separator: ", ")]
        if breakingCount > 0 { parts.append(Words.count(breakingCount, "breaking change")) }
        if weakenedCount > 0 { parts.append(Words.count(weakenedCount, "check") + " weakened") }
        if let impact {
            let published = impact.published.count
            parts.append(
                Words.count(impact.reached.count - published, "table") + " affected in " + Words.count(impact.pipelines.count, "pipeline")
                    + (published > 0 ? ", \(published) published" : ""))
        }
        return parts.joined(separator: "; ")
    }
}
