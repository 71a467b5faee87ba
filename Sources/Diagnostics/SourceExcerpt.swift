/// One line of a file as cells of a terminal, cut to what fits around a place.
struct SourceExcerpt {
    /// What is shown, tabs expanded and control characters made visible.
    private(set) var text = ""
    /// Cell of each scalar of the part that is shown, and one more for the end.
    private var cells: [Int] = []
    /// Columns (from 1) of the first scalar that is shown, and behind the last.
    private var firstColumn = 1
    private var endColumn = 1

    private static let tabWidth = 4
    /// Bytes of a line that are looked at on either side of the place.
    private static let reach = 2048

    /// - Parameter focus: column and byte offset that must be visible.
    init(line: Range<Int>, of bytes: [UInt8], focus: SourcePosition, width: Int) {
        var window = line
        if line.count > 2 * Self.reach {
            let center = line.contains(focus.offset) ? focus.offset : line.lowerBound
            window = max(line.lowerBound, center - Self.reach)..<min(line.upperBound, center + Self.reach)
            while window.lowerBound > line.lowerBound, bytes[window.lowerBound] & 0xC0 == 0x80 {
                window = window.lowerBound - 1..<window.upperBound
            }
            while window.upperBound < line.upperBound, bytes[window.upperBound] & 0xC0 == 0x80 {
                window = window.lowerBound..<window.upperBound + 1
            }
            firstColumn += bytes[line.lowerBound..<window.lowerBound].count { $0 & 0xC0 != 0x80 }
        }
        let pieces = Self.pieces(of: String(decoding: bytes[window], as: UTF8.self))
        show(
            pieces, around: focus.column - firstColumn, width: width, cutsStart: window.lowerBound > line.lowerBound,
            cutsEnd: window.upperBound < line.upperBound)
    }

    /// A character as it is shown.
    private struct Piece {
        var text: String
        var width: Int
        var scalars: Int
    }

    private static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        let breaks = VisibleText.commandBreaks(in: text)
        var cell = 0
        var number = 0
        for character in text {
            let scalars = character.unicodeScalars
            var piece: Piece
            if character == "\t" {
                let blanks = tabWidth - cell % tabWidth
                piece = Piece(text: String(repeating: " ", count: blanks), width: blanks, scalars: 1)
            } else if scalars.contains(where: VisibleText.needsEscape) {
                let shown = VisibleText.escaped(String(character))
                piece = Piece(text: shown, width: DisplayWidth.of(shown), scalars: scalars.count)
            } else {
                piece = Piece(text: String(character), width: DisplayWidth.of(character), scalars: scalars.count)
            }
            if !breaks.isEmpty, (number..<number + scalars.count).contains(where: breaks.contains) {
                piece.text = " " + piece.text
                piece.width += 1
            }
            cell += piece.width
            number += scalars.count
            pieces.append(piece)
        }
        return pieces
    }

    private mutating func show(_ pieces: [Piece], around focus: Int, width: Int, cutsStart: Bool, cutsEnd: Bool) {
        var first = 0
        var last = pieces.count
        let total = pieces.reduce(0) { $0 + $1.width }
        if cutsStart || cutsEnd || total > width {
            // A third of the room before the place, the rest behind it.
            var place = 0
            var scalars = 0
            while place < pieces.count, scalars + pieces[place].scalars <= focus {
                scalars += pieces[place].scalars
                place += 1
            }
            first = place
            var before = 0
            let room = max(8, width - 2)
            while first > 0, before + pieces[first - 1].width <= room / 3 {
                first -= 1
                before += pieces[first].width
            }
            last = place
            while last < pieces.count, before + pieces[last].width <= room {
                before += pieces[last].width
                last += 1
            }
            while first > 0, before + pieces[first - 1].width <= room {
                first -= 1
                before += pieces[first].width
            }
        }
        firstColumn += pieces[..<first].reduce(0) { $0 + $1.scalars }
        endColumn = firstColumn
        var cell = 0
        if first > 0 || cutsStart {
            text = "…"
            cell = 1
        }
        for piece in pieces[first..<last] {
            text += piece.text
            cells += Array(repeating: cell, count: piece.scalars)
            cell += piece.width
            endColumn += piece.scalars
        }
        cells.append(cell)
        if last < pieces.count || cutsEnd { text += "…" }
    }

    /// Cells from one column to another, at least one wide, inside what is shown.
    func cells(from start: Int, to end: Int) -> Range<Int> {
        func cell(_ column: Int) -> Int { cells[min(max(column - firstColumn, 0), cells.count - 1)] }
        let first = cell(start)
        return first..<max(first + 1, cell(end))
    }

    /// The column behind the last character that is shown.
    var lastColumn: Int { endColumn }
}
