internal import Diagnostics
internal import Support

/// A block of lines at the bottom of a terminal that is drawn anew in place. How often is the caller's choice.
package struct LiveView: ~Copyable {
    private let terminal: Terminal
    /// Lines of the block that are on the screen, the cursor being below them.
    private var shown = 0

    package init(_ terminal: Terminal) { self.terminal = terminal }

    /// Draws the block in place of the one before. Lines are cut to the terminal's width, so that none wraps; where
    /// there are more lines than rows, the last ones give way to a count.
    package mutating func update(_ lines: [String]) {
        let size = terminal.size ?? (80, 24)
        var lines = lines
        let room = max(1, size.height - 1)
        if lines.count > room {
            let hidden = lines.count - room + 1
            lines = lines.prefix(room - 1) + ["… \(hidden) more"]
        }
        // Each line is erased behind its text and not before, which would flicker.
        var out = shown > 0 ? "\u{1B}[\(shown)F" : ""
        // Scrubbed before it is cut: the beginning of a secret is not found any more.
        for line in lines { out += Self.cut(SecretScrubber.shared.scrub(line), to: size.width) + "\u{1B}[K\n" }
        if shown > lines.count { out += "\u{1B}[J" }
        shown = lines.count
        write(out)
    }

    /// Writes text that stays, above the block. The block is drawn again by the next update.
    package mutating func write(above text: String) {
        clear()
        write(text.hasSuffix("\n") ? text : text + "\n")
    }

    /// Takes the block away.
    package mutating func clear() {
        guard shown > 0 else { return }
        write("\u{1B}[\(shown)F\u{1B}[J")
        shown = 0
    }

    /// Leaves the block as it is; what is written next comes below it.
    package mutating func finish() { shown = 0 }

    private func write(_ text: String) {
        terminal.write(text)
        terminal.flush()
    }

    /// At most `width` cells; colour sequences count nothing and are kept whole.
    static func cut(_ line: String, to width: Int) -> String {
        var out = ""
        var used = 0
        var isSequence = false
        var hasSequence = false
        let total = line.split(separator: "\u{1B}", omittingEmptySubsequences: false).enumerated().reduce(0) { sum, part in
            let text = part.offset == 0 ? part.element : part.element.drop { $0 != "m" }.dropFirst()
            return sum + DisplayWidth.of(text)
        }
        for character in line {
            if character == "\u{1B}" {
                isSequence = true
                hasSequence = true
            }
            if isSequence {
                out.append(character)
                if character == "m" { isSequence = false }
                continue
            }
            if character.unicodeScalars.contains(where: { $0.value < 0x20 }) { continue }
            let cells = DisplayWidth.of(character)
            if total > width, used + cells > width - 1 {
                out += "…"
                break
            }
            out.append(character)
            used += cells
        }
        return hasSequence && total > width ? out + "\u{1B}[0m" : out
    }
}
