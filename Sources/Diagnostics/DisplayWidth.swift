/// How many cells of a terminal text takes, by Unicode's east Asian width and emoji presentation.
package enum DisplayWidth {
    /// Of text without control characters; those count nothing.
    package static func of(_ text: some StringProtocol) -> Int {
        var width = 0
        var isASCII = true
        for byte in text.utf8 {
            if byte >= 0x80 { isASCII = false; break }
            if byte >= 0x20, byte != 0x7F { width += 1 }
        }
        return isASCII ? width : text.reduce(0) { $0 + of($1) }
    }

    /// Of one character: an emoji or a wide character takes 2 whatever is joined to it, others the sum of their scalars.
    package static func of(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            if scalar == "\u{FE0F}" { return 2 }
            width += of(scalar)
            if width == 2, isWide(scalar) { return 2 }
        }
        return width
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x20...0x7E: return 1
        case 0...0x1F, 0x7F...0x9F: return 0
        case 0xA0...0x2FF: return scalar == "\u{AD}" ? 0 : 1
        case 0x1160...0x11FF: return 0  // vowels and finals of a Hangul syllable
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        return isWide(scalar) ? 2 : 1
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x1100: false
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1D300...0x1D37F, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }

    /// The longest beginning of the text that fits, with `…` as its end where something was cut off.
    package static func truncated(_ text: String, to width: Int) -> String {
        guard of(text) > width else { return text }
        guard width > 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let next = of(character)
            if used + next > width - 1 { break }
            result.append(character)
            used += next
        }
        return result + "…"
    }

    /// The text with blanks behind it, or in front of it, up to the width.
    package static func padded(_ text: String, to width: Int, alignedRight: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - of(text)))
        return alignedRight ? blanks + text : text + blanks
    }

    /// Lines of at most `width` cells, broken between words. Line breaks in the text stay; a longer word stands alone.
    package static func wrapped(_ text: String, to width: Int) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
            var lines: [String] = []
            var line = String(paragraph.prefix { $0 == " " })
            var isStart = true
            for word in paragraph.split(separator: " ") {
                if !isStart, of(line) + 1 + of(word) > width {
                    lines.append(line)
                    line = String(word)
                } else {
                    line += (isStart ? "" : " ") + word
                }
                isStart = false
            }
            return lines + [line]
        }
    }
}
