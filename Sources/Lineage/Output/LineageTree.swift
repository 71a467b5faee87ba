internal import Engine
package import Diagnostics

/// A selection as text: what a table or column comes from and goes to, as trees, and how its columns are made.
package struct LineageTree {
    let selection: LineageSelection
    let style: TerminalStyle
    private var lines: [Line] = []
    /// What was shown with all that is behind it.
    private var shown: Set<String> = []

    private struct Line {
        let branches: String
        let name: String
        let notes: [String]
        var isHead = false
    }

    package init(_ selection: LineageSelection, style: TerminalStyle = .plain) {
        self.selection = selection
        self.style = style
    }

    package static func render(_ selection: LineageSelection, style: TerminalStyle = .plain) -> String {
        var tree = LineageTree(selection, style: style)
        return tree.text()
    }

    private mutating func text() -> String {
        guard let focus = selection.focus else { return project() }
        var out = style.bold(VisibleText.escaped(focus.text))
        if let name = focus.column, let type = selection.lineage.columns(of: focus.dataset)?.first(where: { $0.name == name })?.type {
            out += "  " + style.dim(type.sql)
        }
        out += "\n"
        for direction in [Lineage.Direction.up, .down] where selection.directions.contains(direction) {
            lines = []
            shown = []
            if let column = focus.column {
                children(of: DatasetColumn(focus.dataset, column), direction, "")
            } else {
                children(of: focus.dataset, direction, "")
            }
            let title = direction == .up ? "comes from" : "goes to"
            out += "\n" + title + (lines.isEmpty ? "  " + style.dim(nothing(focus, direction)) + "\n" : "\n" + flush())
        }
        if selection.directions.contains(.up) {
            for step in selection.lineage.writers(of: focus.dataset) { out += details(of: step, focus.column) }
        }
        return out
    }

    private func nothing(_ focus: LineageSelection.Focus, _ direction: Lineage.Direction) -> String {
        let lineage = selection.lineage
        if direction == .down { return "nothing in this project" }
        let writers = lineage.writers(of: focus.dataset)
        if writers.isEmpty { return "outside of this project" }
        if focus.column != nil, writers.contains(where: { $0.columns == nil }) { return "not known, see below" }
        return focus.column == nil ? "no table" : "no column"
    }

    // MARK: Trees

    private static func how(_ influence: Influence) -> String {
        influence.single.map { $0 == .identity ? "same value" : $0 == .transformation ? "transformed" : "aggregated" }.joined(separator: ", ")
    }

    private static func place(_ step: LineageStep) -> String {
        "\(step.place.path):\(step.place.start.line)"
    }

    private mutating func children(of dataset: Dataset, _ direction: Lineage.Direction, _ branches: String) {
        var entries: [(Dataset, LineageStep)] = []
        if direction == .up {
            for step in selection.lineage.writers(of: dataset) { entries += step.inputs.map { ($0, step) } }
        } else {
            entries = selection.lineage.readers(of: dataset).map { ($0.output, $0) }
        }
        for (index, entry) in entries.enumerated() {
            let isLast = index == entries.count - 1
            add(entry.0.text, key: entry.0.text, [entry.1.name.text, Self.place(entry.1)], isLast, branches) { tree, branches in
                tree.children(of: entry.0, direction, branches)
            } hasMore: { tree in
                !(direction == .up ? tree.selection.lineage.writers(of: entry.0).flatMap(\.inputs).isEmpty : tree.selection.lineage.readers(of: entry.0).isEmpty)
            }
        }
    }

    private mutating func children(of column: DatasetColumn, _ direction: Lineage.Direction, _ branches: String) {
        struct Entry {
            let column: DatasetColumn?
            let dataset: Dataset
            let notes: [String]
        }
        let lineage = selection.lineage
        let links = direction == .up ? lineage.origins(of: column) : lineage.uses(of: column)
        var entries = links.map { link in
            Entry(column: link.column, dataset: link.column.dataset, notes: [Self.how(link.influence), link.step.name.text, Self.place(link.step)])
        }
        let blind = (direction == .up ? lineage.writers(of: column.dataset) : lineage.readers(of: column.dataset)).filter { $0.columns == nil }
        for step in blind {
            for dataset in direction == .up ? step.inputs : [step.output] {
                entries.append(Entry(column: nil, dataset: dataset, notes: ["column not known", step.name.text, Self.place(step)]))
            }
        }
        for (index, entry) in entries.enumerated() {
            let isLast = index == entries.count - 1
            let name = entry.column?.text ?? entry.dataset.text
            add(name, key: name, entry.notes, isLast, branches) { tree, branches in
                if let column = entry.column {
                    tree.children(of: column, direction, branches)
                } else {
                    tree.children(of: entry.dataset, direction, branches)
                }
            } hasMore: { tree in
                let lineage = tree.selection.lineage
                guard let column = entry.column else { return !lineage.positions(around: entry.dataset, direction).isEmpty }
                return !(direction == .up ? lineage.origins(of: column) : lineage.uses(of: column)).isEmpty
            }
        }
    }

    private mutating func add(
        _ name: String, key: String, _ notes: [String], _ isLast: Bool, _ branches: String,
        _ inner: (inout LineageTree, String) -> Void, hasMore: (LineageTree) -> Bool
    ) {
        let isRepeated = !shown.insert(key).inserted && hasMore(self)
        lines.append(
            Line(
                branches: branches + (isLast ? "└─ " : "├─ "), name: VisibleText.escaped(name),
                notes: notes.map { VisibleText.escaped($0) } + (isRepeated ? ["(see above)"] : [])))
        if !isRepeated, lines.count < Self.limit { inner(&self, branches + (isLast ? "   " : "│  ")) }
    }

    private static let limit = 10_000

    private mutating func flush() -> String {
        let width = min(lines.map { DisplayWidth.of($0.branches + $0.name) }.max() ?? 0, 60)
        let notes = lines.map(\.notes)
        let columns = notes.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in notes.compactMap { $0.count > column + 1 ? DisplayWidth.of($0[column]) : nil }.max() ?? 0 }
        var out = ""
        for line in lines {
            out += style.dim(line.branches) + line.name
            let gap = String(repeating: " ", count: max(0, width - DisplayWidth.of(line.branches + line.name)))
            let text = line.notes.enumerated().map { $0 + 1 < line.notes.count ? DisplayWidth.padded($1, to: widths[$0]) : $1 }.joined(separator: "  ")
            out += gap + "  " + style.dim(text) + "\n"
        }
        lines = []
        return out
    }
}
