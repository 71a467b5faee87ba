package import Diagnostics
internal import Support

/// Rows and columns as text: numbers to the right, the rest to the left, aligned by what a terminal shows.
package struct TextTable: Sendable {
    package enum Cell: Sendable, Hashable, ExpressibleByStringLiteral {
        case text(String)
        /// A number as it is to be shown.
        case number(String)
        case null

        package init(stringLiteral value: String) { self = .text(value) }
    }

    package enum Alignment: Sendable {
        /// Right where every value is a number.
        case automatic
        case left, right
    }

    package struct Column: Sendable, ExpressibleByStringLiteral {
        package let title: String
        package let alignment: Alignment

        package init(_ title: String, _ alignment: Alignment = .automatic) {
            self.title = title
            self.alignment = alignment
        }

        package init(stringLiteral value: String) { self.init(value) }
    }

    package let columns: [Column]
    package private(set) var rows: [[Cell]] = []
    /// How a missing value is shown.
    package var nullText = "NULL"

    package init(_ columns: [Column]) { self.columns = columns }

    /// A row has as many cells as there are columns.
    package mutating func append(_ row: [Cell]) {
        precondition(row.count == columns.count, "\(row.count) cells for \(columns.count) columns")
        rows.append(row)
    }

    private static let gap = "  "
    private static let narrowest = 5

    /// The table with a header, a rule below it and a line break at its end.
    ///
    /// - Parameter width: what the lines must fit into; the widest columns are cut, with `…`. nil: nothing is cut.
    package func render(width: Int? = nil, style: TerminalStyle = .plain) -> String {
        guard !columns.isEmpty else { return "" }
        let texts = rows.map { $0.map(text) }
        var widths = columns.indices.map { column in
            max(1, DisplayWidth.of(columns[column].title), texts.map { DisplayWidth.of($0[column]) }.max() ?? 0)
        }
        if let width { shrink(&widths, to: width - Self.gap.count * (columns.count - 1)) }
        let right = columns.indices.map(isRight)

        var out = line(columns.indices.map { ($0, VisibleText.escaped(columns[$0].title)) }, widths, right) { _, text in
            style.bold(text)
        }
        out += style.dim(widths.map { String(repeating: "-", count: $0) }.joined(separator: Self.gap)) + "\n"
        for (cells, row) in zip(texts, rows) {
            out += line(cells.enumerated().map { ($0.offset, $0.element) }, widths, right) { column, text in
                row[column] == .null ? style.dim(text) : text
            }
        }
        return out
    }

    private func text(_ cell: Cell) -> String {
        switch cell {
        // Scrubbed before it is cut: the beginning of a secret is not found any more.
        case .text(let text), .number(let text): VisibleText.escaped(SecretScrubber.shared.scrub(text))
        case .null: nullText
        }
    }

    private func isRight(_ column: Int) -> Bool {
        switch columns[column].alignment {
        case .left: return false
        case .right: return true
        case .automatic:
            var hasNumber = false
            for row in rows {
                switch row[column] {
                case .text: return false
                case .number: hasNumber = true
                case .null: break
                }
            }
            return hasNumber
        }
    }

    private func line(
        _ cells: [(column: Int, text: String)], _ widths: [Int], _ right: [Bool], _ styled: (Int, String) -> String
    ) -> String {
        var out = ""
        for (column, text) in cells {
            if column > 0 { out += Self.gap }
            let cut = DisplayWidth.truncated(text, to: widths[column])
            let blanks = String(repeating: " ", count: max(0, widths[column] - DisplayWidth.of(cut)))
            if right[column] { out += blanks }
            out += styled(column, cut)
            if !right[column], column < cells.count - 1 { out += blanks }
        }
        return out + "\n"
    }

    /// Takes from the widest columns until the sum fits, or all are at their narrowest.
    private func shrink(_ widths: inout [Int], to total: Int) {
        while widths.reduce(0, +) > total {
            let widest = widths.max() ?? 0
            guard widest > Self.narrowest else { return }
            let next = widths.filter { $0 < widest }.max() ?? Self.narrowest
            let among = widths.indices.filter { widths[$0] == widest }
            let excess = widths.reduce(0, +) - total
            let step = max(1, min(widest - max(next, Self.narrowest), (excess + among.count - 1) / among.count))
            for column in among { widths[column] -= step }
        }
    }
}
