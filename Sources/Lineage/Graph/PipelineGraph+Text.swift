package import Diagnostics
package import Support
internal import Validation

extension PipelineGraph {
    /// Activities by the stage in which they can run at the earliest.
    package func text(style: TerminalStyle = .plain) -> String {
        VisibleText.escaped(pipeline).isEmpty ? "" : style.bold(VisibleText.escaped(pipeline)) + "\n" + Self.text(list, indent: "", style)
    }

    private static func text(_ list: List, indent: String, _ style: TerminalStyle) -> String {
        var out = ""
        let stages = Dictionary(grouping: list.order, by: { list.levels[$0] })
        let names = list.steps.map { VisibleText.escaped($0.name) }
        let width = min(names.map { DisplayWidth.of($0) }.max() ?? 0, 40)
        let typeWidth = list.steps.map(\.type.count).max() ?? 0
        for stage in stages.keys.sorted() {
            let steps = (stages[stage] ?? []).sorted()
            let number = String(stage + 1)
            for (position, index) in steps.enumerated() {
                let isLast = position == steps.count - 1
                let head = position == 0 ? number : String(repeating: " ", count: number.utf8.count)
                let branch = steps.count == 1 ? "── " : position == 0 ? "┬─ " : isLast ? "└─ " : "├─ "
                let step = list.steps[index]
                let after = predecessors(of: index, in: list)
                out += indent + style.dim(head + " " + branch) + DisplayWidth.padded(names[index], to: width) + "  "
                    + DisplayWidth.padded(step.type, to: typeWidth)
                let flow = flow(step)
                if !flow.isEmpty { out += "  " + VisibleText.escaped(flow) }
                if !after.isEmpty { out += "  " + style.dim(VisibleText.escaped(after)) }
                out = out.trimmingBlanks + "\n"
                let gutter = String(repeating: " ", count: number.utf8.count + 1) + (isLast || steps.count == 1 ? "   " : "│  ")
                for inner in step.lists {
                    var deeper = indent + style.dim(gutter)
                    if let title = inner.title {
                        out += deeper + title + "\n"
                        deeper += "  "
                    }
                    out += text(inner.list, indent: deeper, style)
                }
            }
        }
        return out
    }

    private static func flow(_ step: Step) -> String {
        guard step.lists.isEmpty else { return "" }
        let (reads, writes) = (step.reads.joined(separator: ", "), step.writes.joined(separator: ", "))
        switch (step.type, reads.isEmpty, writes.isEmpty) {
        case ("pipeline", _, false): return writes
        case (_, false, false): return "\(reads) → \(writes)"
        case (_, true, false): return "→ \(writes)"
        default: return reads
        }
    }

    /// `after orders (silver.orders), check (failed)`
    private static func predecessors(of index: Int, in list: List) -> String {
        var reasons: [(before: Int, labels: [String])] = []
        for edge in list.edges where edge.after == index {
            if let known = reasons.firstIndex(where: { $0.before == edge.before }) {
                reasons[known].labels.append(edge.reason.label)
            } else {
                reasons.append((edge.before, [edge.reason.label]))
            }
        }
        guard !reasons.isEmpty else { return "" }
        return "after " + reasons.map { "\(list.steps[$0.before].name) (\($0.labels.joined(separator: ", ")))" }.joined(separator: ", ")
    }

    package var json: JSONValue { ["pipeline": .string(pipeline), "activities": Self.json(list), "edges": Self.edges(list)] }

    private static func json(_ list: List) -> JSONValue {
        .array(
            list.steps.enumerated().map { index, step in
                var object: JSONObject = [
                    "name": .string(step.name), "type": .string(step.type), "stage": .integer(Int64(list.levels[index] + 1)),
                    "reads": .array(step.reads.map { .string($0) }), "writes": .array(step.writes.map { .string($0) }),
                    "path": .string(step.path), "line": .integer(Int64(step.line)),
                ]
                if !step.lists.isEmpty {
                    object["lists"] = .array(
                        step.lists.map { inner in
                            [
                                "branch": inner.title.map { .string($0) } ?? .null, "activities": json(inner.list), "edges": edges(inner.list),
                            ]
                        })
                }
                return .object(object)
            })
    }

    private static func edges(_ list: List) -> JSONValue {
        .array(
            list.edges.map { edge in
                [
                    "from": .string(list.steps[edge.before].name), "to": .string(list.steps[edge.after].name),
                    "reason": .string(edge.reason.kind), "label": .string(edge.reason.label),
                ]
            })
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        var bytes = Array(utf8)
        while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
