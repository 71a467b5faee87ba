import Testing

import Support

@Suite struct TextLinesTests {
    @Test(arguments: [
        ("", [""]), ("a", ["a"]), ("a\nb\n", ["a", "b", ""]), ("a\r\nb\r\n\r\n", ["a", "b", "", ""]), ("a\rb", ["a\rb"]),
        ("a\u{2028}b\u{85}c\u{0B}d", ["a\u{2028}b\u{85}c\u{0B}d"]), ("e\n\u{301}", ["e", "\u{301}"]),
    ])
    func linesEndWithLineFeeds(_ text: String, _ lines: [String]) {
        #expect(text.textLines == lines)
    }
}
