import Diagnostics
import Testing

@Suite struct TextRendererTests {
    private func text(
        _ diagnostics: [Diagnostic], files: [String: String], style: TerminalStyle = .plain, width: Int = 80
    ) -> String {
        DiagnosticRenderer(format: .text, style: style, width: width) { path in files[path].map { Array($0.utf8) } }
            .render(DiagnosticReport(diagnostics))
    }

    @Test func wholeFinding() {
        let file = "name: sales\nquerry: a.sql\n"
        let diagnostic = Diagnostic(
            .sample, "unknown key \"querry\"", at: range(of: "querry", in: file), notes: ["keys are checked", "two\nlines"],
            help: "did you mean \"query\"?", asset: "pipeline sales")
        #expect(
            text([diagnostic], files: ["a.yml": file]) == """
                error[unknown-key]: unknown key "querry"
                 --> a.yml:2:1
                  |
                2 | querry: a.sql
                  | ^^^^^^
                  = in: pipeline sales
                  = note: keys are checked
                  = note: two
                          lines
                  = help: did you mean "query"?

                1 error

                """)
    }

    /// Agents of CI services obey commands anywhere in a line; what is underlined stays in its place.
    @Test func commandsOfAgentsAreBroken() {
        let file = "a: ##vso[task.complete]x # ##[error] ## fine\n"
        let diagnostic = Diagnostic(
            .sample, "no ###vso[x] or #\u{AD}#VSO[y]", at: range(of: "x", in: file), notes: ["##[group]\n::error::z"], asset: "pipeline ##vso[b]")
        #expect(
            text([diagnostic], files: ["a.yml": file]) == """
                error[unknown-key]: no ## #vso[x] or #\u{AD} #VSO[y]
                 --> a.yml:1:24
                  |
                1 | a: # #vso[task.complete]x # # #[error] ## fine
                  |                         ^
                  = in: pipeline # #vso[b]
                  = note: # #[group]
                          : :error::z

                1 error

                """)
        #expect(VisibleText.withoutCommands(json: "{\"a\": \"###vso[b] ## c\"}") == "{\"a\": \"##\\u0023vso[b] ## c\"}")
    }

    @Test func labelsInTheSameAndInAnotherFile() {
        let file = "one: 1\ntwo: 2\nthree: 3\nfour: 4\nfive: 5\nsix: 6\n"
        let diagnostic = Diagnostic(
            .mild, "two things", at: range(of: "six", in: file),
            labels: [
                .init(range(of: "one", in: file), "first here"), .init(range(of: "6", in: file), "this value"),
                .init(range(of: "four", in: file), "and here"), .init(range(of: "b", in: "a b\n", path: "b.yml"), "there"),
            ])
        #expect(
            text([diagnostic], files: ["a.yml": file, "b.yml": "a b\n"]) == """
                warning[mild-thing]: two things
                 --> a.yml:6:1
                  |
                1 | one: 1
                  | --- first here
                ...
                4 | four: 4
                  | ---- and here
                5 | five: 5
                6 | six: 6
                  | ^^^
                  |      - this value
                 ::: b.yml:1:3
                  |
                1 | a b
                  |   - there

                1 warning

                """)
    }

    @Test func findingsAreSortedAndCounted() {
        let file = "a\nb\nc\n"
        let shown = text(
            [
                Diagnostic(.mild, "late", at: range(of: "c", in: file)), Diagnostic(.sample, "early", at: range(of: "a", in: file)),
                Diagnostic(.sample, "nowhere"), Diagnostic(.sample, "early", at: range(of: "a", in: file)),
            ], files: [:])
        #expect(
            shown == """
                error[unknown-key]: nowhere

                error[unknown-key]: early
                 --> a.yml:1:1

                warning[mild-thing]: late
                 --> a.yml:3:1

                2 errors, 1 warning

                """)
    }

    @Test func nothingToTell() {
        #expect(text([], files: [:]) == "")
    }

    @Test func aWholeFileHasNoExcerpt() {
        let diagnostic = Diagnostic(.sample, "bad file", at: SourceRange(path: "a.yml"))
        #expect(text([diagnostic], files: ["a.yml": "x\n"]) == "error[unknown-key]: bad file\n --> a.yml\n\n1 error\n")
    }

    /// The line and its underline of a finding at `part`.
    private func excerpt(_ file: String, _ part: String, width: Int = 80) -> [String] {
        let shown = text([Diagnostic(.sample, "m", at: range(of: part, in: file))], files: ["a.yml": file], width: width)
        return shown.split(separator: "\n", omittingEmptySubsequences: false)[3...4].map { String($0.dropFirst(4)) }
    }

    @Test(arguments: [
        ("\tkey: x\n", "x", ["    key: x", "         ^"]),
        ("a\tb\n", "b", ["a   b", "    ^"]),
        ("名前: 値段\n", "値段", ["名前: 値段", "      ^^^^"]),
        ("e\u{301}e\u{301}: x\n", "x", ["e\u{301}e\u{301}: x", "    ^"]),
        ("👩‍🚀: x\n", "x", ["👩‍🚀: x", "    ^"]),
        ("a: \u{1B}[31mx\n", "x", ["a: <U+001B>[31mx", "               ^"]),
        ("a: \u{202E}x\n", "\u{202E}", ["a: <U+202E>x", "   ^^^^^^^^"]),
        ("a: b\r\nc: d\r\n", "b", ["a: b", "   ^"]),
        ("\u{FEFF}a: b\n", "b", ["a: b", "   ^"]),
    ])
    func underlinesStandBelow(file: String, part: String, expected: [String]) {
        #expect(excerpt(file, part) == expected)
    }

    @Test func aLoneCarriageReturnEndsALine() {
        #expect(excerpt("a: b\rc: d\n", "c") == ["c: d", "^"])
    }

    @Test func anEmptyRangeHasOneCaret() {
        let file = "a:\nb: 1\n"
        var place = range(of: ":", in: file)
        place.start = place.end
        let shown = text([Diagnostic(.sample, "m", at: place)], files: ["a.yml": file])
        #expect(shown.contains("1 | a:\n  |   ^\n"))
    }

    @Test func aRangeOverLinesIsUnderlinedToTheEndOfTheFirst() {
        let file = "a: |\n  one\n  two\n"
        #expect(excerpt(file, "one\n  two") == ["  one", "  ^^^"])
    }

    @Test func longLinesAreCutAroundThePlace() {
        let file = String(repeating: "x", count: 300) + "HERE" + String(repeating: "y", count: 300) + "\n"
        let lines = excerpt(file, "HERE", width: 44)
        #expect(lines[0].first == "…" && lines[0].last == "…")
        #expect(lines[0].count <= 40)
        let caret = lines[1].prefix { $0 == " " }.count
        #expect(Array(lines[0])[caret..<caret + 4] == ["H", "E", "R", "E"])
        #expect(lines[1].hasSuffix("^^^^"))
    }

    @Test func hugeLinesAreCutAtOnce() {
        let file = String(repeating: "ü漢", count: 100_000) + "HERE" + String(repeating: "é", count: 100_000)
        let lines = excerpt(file, "HERE", width: 60)
        #expect(lines[0].contains("HERE"))
        let before = lines[0][..<lines[0].firstIndex(of: "H")!]
        #expect(DisplayWidth.of(before) == lines[1].prefix { $0 == " " }.count)
    }

    @Test func cutLinesInNarrowTerminals() {
        let file = "some text that is long: value\n"
        for width in 1...40 { #expect(!excerpt(file, "value", width: width)[1].isEmpty) }
    }

    @Test func controlCharactersInMessagesAreVisible() {
        let diagnostic = Diagnostic(
            .sample, "bad \u{1B}]0;title\u{7}", at: SourceRange(path: "a\u{1B}.yml"), notes: ["n\r\u{9B}"], help: "h\u{8}",
            asset: "a\u{202E}")
        let shown = text([diagnostic], files: [:])
        #expect(shown.unicodeScalars.allSatisfy { $0 == "\n" || !VisibleText.needsEscape($0) })
        #expect(shown.contains("bad <U+001B>]0;title<U+0007>"))
    }

    @Test func colourOnlyWhenAsked() {
        let file = "a: 1\n"
        let diagnostic = Diagnostic(.sample, "m", at: range(of: "a", in: file))
        #expect(!text([diagnostic], files: ["a.yml": file]).contains("\u{1B}"))
        let coloured = text([diagnostic], files: ["a.yml": file], style: .coloured)
        #expect(coloured.contains("\u{1B}[1;31merror[unknown-key]\u{1B}[0m"))
        let stripped = coloured.split(separator: "\u{1B}[", omittingEmptySubsequences: false).enumerated()
            .map { $0 == 0 ? $1 : $1[$1.index(after: $1.firstIndex(of: "m")!)...] }.joined()
        #expect(stripped == text([diagnostic], files: ["a.yml": file]))
    }

    @Test func placesBeyondTheFileAreOnlyNamed() {
        let place = SourceRange(
            path: "a.yml", start: SourcePosition(line: 9, column: 90, offset: 900),
            end: SourcePosition(line: 9, column: 91, offset: 901))
        #expect(text([Diagnostic(.sample, "m", at: place)], files: ["a.yml": "a\n"]).contains("--> a.yml:9:90\n\n"))
        let column = SourceRange(
            path: "a.yml", start: SourcePosition(line: 1, column: 90, offset: 900),
            end: SourcePosition(line: 1, column: 91, offset: 901))
        #expect(text([Diagnostic(.sample, "m", at: column)], files: ["a.yml": "a\n"]).contains("1 | a\n  |  ^\n"))
    }

    @Test func bytesThatAreNoText() {
        let place = SourceRange(
            path: "a.yml", start: SourcePosition(line: 1, column: 4, offset: 3), end: SourcePosition(line: 1, column: 5, offset: 4))
        let shown = DiagnosticRenderer(format: .text) { _ in [0x61, 0x3A, 0x20, 0xFF, 0xFE, 0x0A] }
            .render(DiagnosticReport([Diagnostic(.sample, "m", at: place)]))
        #expect(shown.contains("1 | a: \u{FFFD}\u{FFFD}\n  |    ^\n"))
    }
}
