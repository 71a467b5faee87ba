/// Whether and how text is coloured (ECMA-48 SGR); decided once, by whoever knows where the text goes.
package struct TerminalStyle: Sendable, Hashable {
    package enum Attribute: Int, Sendable {
        case bold = 1
        case dim = 2
        case italic = 3
        case underline = 4
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case magenta = 35
        case cyan = 36
    }

    package let isColoured: Bool

    package init(isColoured: Bool) { self.isColoured = isColoured }

    package static let plain = TerminalStyle(isColoured: false)
    package static let coloured = TerminalStyle(isColoured: true)

    /// The text with the attributes on, and everything off behind it.
    package func callAsFunction(_ text: String, _ attributes: Attribute...) -> String {
        guard isColoured, !text.isEmpty, !attributes.isEmpty else { return text }
        return "\u{1B}[" + attributes.map { String($0.rawValue) }.joined(separator: ";") + "m" + text + "\u{1B}[0m"
    }

    package func bold(_ text: String) -> String { self(text, .bold) }
    package func dim(_ text: String) -> String { self(text, .dim) }
}
