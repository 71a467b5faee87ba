internal import Diagnostics

/// Widths of text in a sans-serif face, near enough to leave room for it: whoever shows the drawing chooses the face.
enum TextMeasure {
    /// Points, at a font size in points.
    static func width(_ text: String, size: Double, bold: Bool = false) -> Double {
        let units = text.reduce(0.0) { $0 + width($1) }
        return units * size * (bold ? 1.08 : 1.0)
    }

    /// Lines that are no wider, where their words allow it.
    static func wrapped(_ text: String, size: Double, to limit: Double) -> [String] {
        var lines: [String] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            if let last = lines.last, width(last + " " + word, size: size) <= limit {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// In units of the font size, after Helvetica and its wider relatives.
    private static func width(_ character: Character) -> Double {
        switch character {
        case "i", "j", "l", ".", ",", ":", ";", "|", "'", "!", "I": 0.28
        case "f", "t", "r", "(", ")", "[", "]", " ", "/", "-", "\"": 0.36
        case "m", "w", "M", "W", "@", "%": 0.9
        case "A"..."Z": 0.7
        case "→": 1.0
        default: character.isASCII ? 0.58 : DisplayWidth.of(character) > 1 ? 1.05 : 0.65
        }
    }
}
