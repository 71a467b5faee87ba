/// GitHub Flavored Markdown (https://github.github.com/gfm/) for text that must be shown as it is.
package enum Markdown {
    /// Text for a line or the cell of a table. Names of people and numbers of issues do not become links to them.
    package static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "@", "#":
                result.append(scalar)
                result.append(contentsOf: "<!-- -->".unicodeScalars)
            case "\\", "`", "*", "_", "[", "]", "|", "~", "$":
                result.append("\\")
                result.append(scalar)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Prose in which code stands between backticks.
    static func prose(_ text: String) -> String {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
        guard parts.count % 2 == 1 else { return escaped(text) }
        return parts.enumerated().map { $0 % 2 == 0 ? escaped($1) : code($1) }.joined()
    }

    /// A code span, also in a table's cell.
    package static func code(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 != UInt8(ascii: "`") && $0 != UInt8(ascii: "|") && $0 != UInt8(ascii: "\\") }
        if isPlain, !text.isEmpty, text.utf8.first != UInt8(ascii: " "), text.utf8.last != UInt8(ascii: " ") { return "`\(text)`" }
        // Neither a backslash nor a longer fence escapes everything inside a cell: characters by number do.
        let shown = text.unicodeScalars.map { scalar in
            scalar.isASCII && !scalar.properties.isAlphabetic && !("0"..."9").contains(scalar) && scalar != " "
                ? "&#\(scalar.value);" : String(scalar)
        }.joined()
        return "<code>\(shown)</code>"
    }

    /// A block with a fence longer than any in the text.
    static func fenced(_ text: String) -> String {
        var longest = 2
        var run = 0
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        return fence + "text\n" + text + (text.utf8.last == UInt8(ascii: "\n") ? "" : "\n") + fence + "\n"
    }
}
