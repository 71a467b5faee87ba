internal import Engine
internal import Diagnostics

extension LineageTree {
    /// How the columns of a step's target are made, and what decides on its rows.
    func details(of step: LineageStep, _ only: String?) -> String {
        var out = "\n" + style.bold(VisibleText.escaped(step.name.text)) + "  "
            + style.dim(VisibleText.escaped("\(step.type), \(step.place.path):\(step.place.start.line)")) + "\n"
        if let unknown = step.unknown { out += "  " + style("not known", .yellow) + ": " + VisibleText.escaped(unknown) + "\n" }
        guard let columns = step.columns else { return out }
        let chosen = columns.filter { only == nil || $0.column.name.lowercased() == only?.lowercased() }
        let width = min(chosen.map { DisplayWidth.of(VisibleText.escaped($0.column.name)) }.max() ?? 0, 40)
        for column in chosen {
            out += "  " + DisplayWidth.padded(VisibleText.escaped(column.column.name), to: width) + "  " + making(column) + "\n"
        }
        let kinds = Influence.indirectKinds.compactMap { kind -> String? in
            let names = step.rows.filter { $0.influence.contains(kind) }.map { VisibleText.escaped($0.column.text) }
            return names.isEmpty ? nil : "  " + DisplayWidth.padded(kind.heading, to: 13) + style.dim(names.joined(separator: ", ")) + "\n"
        }
        if !kinds.isEmpty { out += " rows decided by\n" + kinds.joined() }
        return out
    }

    private func making(_ column: LineageStep.Column) -> String {
        var parts: [String] = []
        for (kind, word) in [(Influence.identity, "="), (.transformation, "transformed from"), (.aggregation, "aggregated from")] {
            let names = column.inputs.filter { $0.influence.contains(kind) }.map { VisibleText.escaped($0.column.text) }
            if !names.isEmpty { parts.append("\(word) \(names.joined(separator: ", "))") }
        }
        if parts.isEmpty { parts.append("of no column") }
        for kind in Influence.indirectKinds {
            let names = column.inputs.filter { $0.influence.contains(kind) }.map { VisibleText.escaped($0.column.text) }
            if !names.isEmpty { parts.append(style.dim("\(kind.heading) \(names.joined(separator: ", "))")) }
        }
        return parts.joined(separator: "; ")
    }

    /// Every table with what it is made of.
    func project() -> String {
        var out = ""
        let steps = selection.steps
        let width = min(steps.map { DisplayWidth.of($0.output.text) }.max() ?? 0, 40)
        for step in steps.sorted(by: { ($0.output, $0.name) < ($1.output, $1.name) }) {
            let inputs = step.inputs.map { VisibleText.escaped($0.text) }.joined(separator: ", ")
            out += DisplayWidth.padded(VisibleText.escaped(step.output.text), to: width) + "  from "
                + (inputs.isEmpty ? "no table" : inputs) + "  " + style.dim(VisibleText.escaped(step.name.text)) + "\n"
        }
        return out
    }
}

extension Influence {
    static let indirectKinds: [Influence] = [.join, .filter, .groupBy, .window, .sort, .conditional]

    /// For people.
    var heading: String {
        switch self {
        case .groupBy: "grouped by"
        case .join: "joined by"
        case .filter: "filtered by"
        case .sort: "sorted by"
        case .window: "window over"
        case .conditional: "chosen by"
        default: name
        }
    }
}
