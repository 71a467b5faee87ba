import Diagnostics
import Support
import Testing

@Suite struct JSONRendererTests {
    @Test func allMembers() throws {
        let file = "a: 1\nb: 2\n"
        let diagnostic = Diagnostic(
            .sample, "m \"x\"", at: range(of: "b", in: file), labels: [.init(range(of: "a", in: file), "there")],
            notes: ["n"], help: "h", asset: "pipeline x")
        let text = DiagnosticRenderer(format: .json) { _ in nil }.render(DiagnosticReport([diagnostic]))
        let expected: JSONValue = [
            "diagnostics": [
                [
                    "asset": "pipeline x", "code": "unknown-key", "severity": "error", "message": "m \"x\"", "path": "a.yml",
                    "start": ["line": 2, "column": 1, "offset": 5], "end": ["line": 2, "column": 2, "offset": 6],
                    "labels": [
                        [
                            "path": "a.yml", "message": "there", "start": ["line": 1, "column": 1, "offset": 0],
                            "end": ["line": 1, "column": 2, "offset": 1],
                        ]
                    ],
                    "notes": ["n"], "help": "h",
                ]
            ],
            "summary": ["errors": 1, "warnings": 0, "notes": 0, "waived": 0], "waived": [],
        ]
        #expect(try JSONValue(parsing: text) == expected)
        #expect(text == expected.text(.pretty) + "\n")
    }

    @Test func nothingIsNull() throws {
        let json = DiagnosticReport([Diagnostic(.mild, "m")]).json
        let first = try #require(json["diagnostics"]?.asArray?.first)
        #expect(first["path"] == .null && first["start"] == .null && first["help"] == .null && first["asset"] == .null)
        #expect(json["summary"] == ["errors": 0, "warnings": 1, "notes": 0, "waived": 0])
        #expect(DiagnosticReport([]).json["diagnostics"] == [])
    }
}

@Suite struct CatalogueTests {
    private let catalogue = DiagnosticCatalogue([.sample, .mild, .sample])

    @Test func codesAreSortedAndFound() {
        #expect(catalogue.codes.map(\.name) == ["mild-thing", "unknown-key"])
        #expect(catalogue.code(named: "unknown-key") == .sample)
        #expect(catalogue.code(named: "nope") == nil)
        #expect(catalogue.suggestion(for: "unknwon-key") == "unknown-key")
        #expect(catalogue.suggestion(for: "something else") == nil)
    }

    @Test func explanation() {
        #expect(
            DiagnosticCode.sample.explained() == """
                unknown-key (error)
                a key is not known

                Keys are checked.
                All of them.

                Example
                    a: 1

                Mended
                    b: 1

                """)
        #expect(DiagnosticCode.mild.explained() == "mild-thing (warning)\nmild\n\nMild.\n")
    }

    @Test func list() {
        #expect(
            catalogue.list() == """
                mild-thing   warning  mild
                unknown-key  error    a key is not known

                """)
    }
}

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("größe", 5), ("漢字", 4), ("한글", 4), ("ｱ", 1), ("Ａ", 2), ("e\u{301}", 1), ("😀", 2), ("👩‍👩‍👧", 2),
        ("🇩🇪", 2), ("❤️", 2), ("✓", 1), ("…", 1), ("\u{200B}", 0), ("→", 1), ("、", 2), ("\u{1B}", 0), ("नमस्ते", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("👍🏽", 2),
    ] as [(String, Int)])
    func cells(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test func truncation() {
        #expect(DisplayWidth.truncated("abcdef", to: 6) == "abcdef")
        #expect(DisplayWidth.truncated("abcdef", to: 4) == "abc…")
        #expect(DisplayWidth.truncated("漢字漢字", to: 6) == "漢字…")
        #expect(DisplayWidth.truncated("abc", to: 1) == "…")
        #expect(DisplayWidth.truncated("abc", to: 0) == "")
    }

    @Test func padding() {
        #expect(DisplayWidth.padded("漢", to: 4) == "漢  ")
        #expect(DisplayWidth.padded("1", to: 3, alignedRight: true) == "  1")
        #expect(DisplayWidth.padded("long", to: 2) == "long")
    }

    @Test func wrapping() {
        #expect(DisplayWidth.wrapped("one two three", to: 7) == ["one two", "three"])
        #expect(DisplayWidth.wrapped("a\n\nb", to: 7) == ["a", "", "b"])
        #expect(DisplayWidth.wrapped("unbreakable word", to: 3) == ["unbreakable", "word"])
        #expect(DisplayWidth.wrapped("", to: 3) == [""])
    }
}

@Suite struct LineTableTests {
    @Test(arguments: [
        ("", 0, "1:1"), ("a\nb", 2, "2:1"), ("a\r\nb", 3, "2:1"), ("a\rb", 2, "2:1"), ("ü\n漢x", 6, "2:2"), ("a\n", 2, "2:1"),
        ("\u{FEFF}a", 3, "1:1"), ("\u{FEFF}a", 0, "1:1"), ("ab", 99, "1:3"),
    ] as [(String, Int, String)])
    func positions(text: String, offset: Int, expected: String) {
        let bytes = Array(text.utf8)
        let position = LineTable(bytes).position(ofOffset: offset, in: bytes)
        #expect("\(position.line):\(position.column)" == expected)
    }

    /// Places far inside a line are not counted from its start; the answer is the same.
    @Test func positionsInVeryLongLines() {
        let text = "\u{FEFF}first\n" + String(repeating: "aü漢👩", count: 3000) + "\nlast"
        let bytes = Array(text.utf8)
        let lines = LineTable(bytes)
        for offset in stride(from: 9, through: 9 + 30_000, by: 7) {
            let expected = bytes[9..<offset].count { $0 & 0xC0 != 0x80 } + 1
            #expect(lines.position(ofOffset: offset, in: bytes) == SourcePosition(line: 2, column: expected, offset: offset))
        }
        #expect(lines.position(ofOffset: bytes.count, in: bytes) == SourcePosition(line: 3, column: 5, offset: bytes.count))
    }

    @Test func contents() {
        let bytes = Array("a\r\n\nb\rc".utf8)
        let lines = LineTable(bytes)
        #expect((0..<lines.count).map { String(decoding: bytes[lines.content(ofLine: $0, in: bytes)], as: UTF8.self) } == ["a", "", "b", "c"])
    }
}
