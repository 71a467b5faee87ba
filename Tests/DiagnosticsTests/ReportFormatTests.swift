import Diagnostics
import Support
import Testing

/// Everything that some format gives a meaning to.
private let hostile = "a\u{1B}[31m\r\n::error::x%0A,;]|`b` <i>\"&' ##vso[c] @d #1 $e$ \\ ]]> é 😀\u{202E}\u{FFFF}"
private let hostileShown =
    "a<U+001B>[31m<U+000D><U+000A>::error::x%0A,;]|`b` <i>\"&' # #vso[c] @d #1 $e$ \\ ]]> é 😀<U+202E><U+FFFF>"

private func render(
    _ report: DiagnosticReport, as format: ReportFormat, files: [String: String] = [:], folder: String = "",
    failsOnWarnings: Bool = false
) -> String {
    var renderer = DiagnosticRenderer(format: format) { path in files[path].map { Array($0.utf8) } }
    renderer.folder = folder
    renderer.failsOnWarnings = failsOnWarnings
    renderer.toolVersion = "1.2.3"
    return renderer.render(report)
}

private func place(_ line: Int, _ column: Int, to end: (Int, Int), in path: String = "a.yml") -> SourceRange {
    SourceRange(
        path: path, start: SourcePosition(line: line, column: column, offset: 0),
        end: SourcePosition(line: end.0, column: end.1, offset: 0))
}

@Suite struct ReportFormatTests {
    @Test(arguments: [
        (.text, ""), (.github, ""), (.azure, ""), (.gitlab, "[]\n"), (.markdown, "### pipectl validate: no findings\n"),
        (
            .junit,
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="pipectl validate" tests="1" failures="0" errors="0">
              <testsuite name="pipectl validate" tests="1" failures="0" errors="0">
                <testcase classname="pipectl validate" name="the project is valid"/>
              </testsuite>
            </testsuites>

            """
        ),
    ] as [(ReportFormat, String)])
    func nothingToTell(format: ReportFormat, expected: String) {
        #expect(render(DiagnosticReport([]), as: format) == expected)
    }

    @Test func onlyWaived() throws {
        let report = DiagnosticReport([], waived: [(Diagnostic(.mild, "m"), "known\nsince May")])
        #expect(render(report, as: .text) == "1 waived\n")
        #expect(render(report, as: .markdown) == "### pipectl validate: no findings\n\n1 waived\n")
        #expect(render(report, as: .gitlab) == "[]\n")
        #expect(render(report, as: .junit) == render(DiagnosticReport([]), as: .junit))
        let json = try JSONValue(parsing: render(report, as: .json))
        #expect(json["diagnostics"] == [] && json["summary"]?["waived"] == 1 && json["summary"]?["warnings"] == 0)
        #expect(json["waived"]?.asArray?.first?["reason"] == "known\nsince May")
        let run = try JSONValue(parsing: render(report, as: .sarif))["runs"]?.asArray?.first
        let result = try #require(run?["results"]?.asArray?.first)
        #expect(result["suppressions"] == [["kind": "inSource", "justification": "known\nsince May"]])
        #expect(result["ruleIndex"] == 0 && result["level"] == "warning")
    }

    /// Services look from the root of the repository, and want a file for each finding.
    @Test(arguments: [ReportFormat.sarif, .junit, .github, .azure, .gitlab, .markdown])
    func pathsFromTheRepository(format: ReportFormat) {
        let report = DiagnosticReport([
            Diagnostic(.sample, "m", at: place(1, 1, to: (1, 2))), Diagnostic(.mild, "no place"),
        ])
        let shown = render(report, as: format, files: ["a.yml": "b\n"], folder: "data/shop/")
        #expect(shown.contains("data/shop/a.yml") && shown.contains("data/shop/pipectl.yml"))
        #expect(!shown.contains("\"a.yml") && !shown.contains("=a.yml"))
        if format == .junit || format == .markdown { #expect(shown.contains("1 | b")) }
    }

    @Test func jsonStaysInTheProject() {
        let report = DiagnosticReport([Diagnostic(.sample, "m", at: place(1, 1, to: (1, 2)))])
        #expect(!render(report, as: .json, folder: "data/").contains("data/"))
    }
}

@Suite struct LogCommandTests {
    private let report = DiagnosticReport([
        Diagnostic(
            .sample, hostile, at: place(2, 3, to: (2, 6), in: "a, b:c%;].yml"), labels: [.init(place(1, 1, to: (1, 2)), "here")],
            notes: ["one\ntwo"], help: "help", asset: "pipeline x"),
        Diagnostic(.mild, "over lines", at: place(3, 1, to: (5, 1), in: "b.yml")),
        Diagnostic(.mild, "a ### b ##vso[task.complete]", at: SourceRange(path: "c.yml"), severity: .note),
    ])

    @Test func github() {
        let message = hostileShown.replacing("%", with: "%25")
        #expect(
            render(report, as: .github) == """
                ::error file=a%2C b%3Ac%25;].yml,line=2,endLine=2,col=3,endColumn=5,title=unknown-key::\(message)\
                %0Ain: pipeline x%0Aa.yml:1:1: here%0Anote: one%0Anote: two%0Ahelp: help
                ::warning file=b.yml,line=3,endLine=4,title=mild-thing::over lines
                ::notice file=c.yml,title=mild-thing::a ### b # #vso[task.complete]
                1 error, 1 warning, 1 note

                """)
    }

    @Test func azure() {
        let message = hostileShown.replacing("%", with: "%AZP25").replacing(";", with: "%3B").replacing("]", with: "%5D")
        #expect(
            render(report, as: .azure) == """
                ##vso[task.logissue type=error;sourcepath=a, b:c%AZP25%3B%5D.yml;linenumber=2;columnnumber=3;code=unknown-key;]\
                \(message)%0Ain: pipeline x%0Aa.yml:1:1: here%0Anote: one%0Anote: two%0Ahelp: help
                ##vso[task.logissue type=warning;sourcepath=b.yml;linenumber=3;columnnumber=1;code=mild-thing;]over lines
                c.yml: note: a ### b # #vso[task.complete] [mild-thing]
                1 error, 1 warning, 1 note

                """)
    }
}

@Suite struct SARIFTests {
    private func result(_ diagnostic: Diagnostic, files: [String: String] = [:]) throws -> JSONValue {
        let sarif = try JSONValue(parsing: render(DiagnosticReport([diagnostic]), as: .sarif, files: files))
        return try #require(sarif["runs"]?.asArray?.first?["results"]?.asArray?.first)
    }

    @Test func placesAndAssets() throws {
        let file = "é: 1\r\nlist:\r\n  - x\r\n"
        let found = try result(
            Diagnostic(
                .sample, "m", at: range(of: "x", in: file), labels: [.init(range(of: "1", in: file), "this")], help: "h",
                asset: "pipeline p"),
            files: ["a.yml": file])
        #expect(
            found["locations"] == [
                [
                    "physicalLocation": [
                        "artifactLocation": ["uri": "a.yml", "uriBaseId": "PROJECTROOT"],
                        "region": ["startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 6, "byteOffset": 18, "byteLength": 1],
                    ],
                    "logicalLocations": [["fullyQualifiedName": "pipeline p"]],
                ]
            ])
        let related = try #require(found["relatedLocations"]?.asArray?.first)
        #expect(related["message"] == ["text": "this"] && related["id"] == 1)
        #expect(related["physicalLocation"]?["region"]?["startColumn"] == 4)
        #expect(found["message"] == ["text": "m\nhelp: h"])
    }

    /// A file of another encoding was decoded before it was read: its bytes are counted otherwise.
    @Test func bytesThatDoNotFitAreNotTold() throws {
        let found = try result(Diagnostic(.sample, "m", at: range(of: "x", in: "a: x\n")), files: ["a.yml": "\0a\0:\0 \0x"])
        let region = found["locations"]?.asArray?.first?["physicalLocation"]?["region"]
        #expect(region == ["startLine": 1, "startColumn": 4, "endLine": 1, "endColumn": 5])
    }

    @Test func wholeFileAndItsAddress() throws {
        let found = try result(Diagnostic(.sample, "m", at: SourceRange(path: "ä b/c:d%#?.yml")))
        #expect(
            found["locations"]?.asArray?.first?["physicalLocation"] == [
                "artifactLocation": ["uri": "%C3%A4%20b/c%3Ad%25%23%3F.yml", "uriBaseId": "PROJECTROOT"]
            ])
    }
}

@Suite struct FingerprintTests {
    private func fingerprints(_ lines: [Int], in file: String) throws -> [JSONValue?] {
        let diagnostics = lines.map { Diagnostic(.sample, "unknown key \"x\"", at: place($0, 1, to: ($0, 2))) }
        let issues = try JSONValue(parsing: render(DiagnosticReport(diagnostics), as: .gitlab, files: ["a.yml": file]))
        return try #require(issues.asArray).map { $0["fingerprint"] }
    }

    @Test func surviveMovesAndIndentation() throws {
        let before = try fingerprints([1, 3], in: "x: 1\ny: 2\nx: 2\n")
        #expect(Set(before).count == 2)
        #expect(try fingerprints([2, 5], in: "# new\nx: 1\ny: 2\n\n  x: 2  \r\n") == before)
        // One that goes leaves the others as they are.
        #expect(try fingerprints([2], in: "y: 2\nx: 2\n") == [before[1]])
    }

    @Test func standOnce() throws {
        #expect(Set(try fingerprints([1, 2, 3], in: "x: 1\nx: 1\nx: 1\n")).count == 3)
    }
}

@Suite struct JUnitTests {
    @Test func warningsPassUnlessTheyAreAskedToFail() {
        let report = DiagnosticReport([Diagnostic(.mild, "m", at: SourceRange(path: "a.yml"))])
        let passed = render(report, as: .junit)
        #expect(passed.contains("tests=\"1\" failures=\"0\"") && passed.contains("<system-out>warning[mild-thing]: m\n"))
        let failed = render(report, as: .junit, failsOnWarnings: true)
        #expect(failed.contains("tests=\"1\" failures=\"1\"") && failed.contains("<failure type=\"mild-thing\" message=\"a.yml: m\">"))
    }

    @Test func hostileTextAndEqualNames() {
        let report = DiagnosticReport([
            Diagnostic(.sample, hostile, at: place(1, 1, to: (1, 2))), Diagnostic(.sample, hostile, at: place(2, 1, to: (2, 2))),
        ])
        let shown = render(report, as: .junit)
        let escaped = hostileShown.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
        #expect(shown.contains("name=\"unknown-key: \(escaped)\">"))
        #expect(shown.contains("name=\"unknown-key: \(escaped) (2)\">"))
    }
}

@Suite struct MarkdownTests {
    @Test func hostileText() {
        let diagnostic = Diagnostic(.sample, hostile, at: place(1, 1, to: (1, 2), in: "a`|\\b.yml"), help: "<script>, `a|b` or `c*`")
        let shown = render(DiagnosticReport([diagnostic]), as: .markdown, files: ["a`|\\b.yml": "x: ````\n"])
        #expect(shown.contains("#### <code>a&#96;&#124;&#92;b&#46;yml</code>\n"))
        let message = #"""
            a&lt;U+001B&gt;\[31m&lt;U+000D&gt;&lt;U+000A&gt;::error::x%0A,;\]\|\`b\` &lt;i&gt;"&amp;' \#
            #<!-- -->#<!-- -->vso\[c\] @<!-- -->d #<!-- -->1 \$e\$ \\ \]\]&gt; é 😀&lt;U+202E&gt;&lt;U+FFFF&gt;
            """#
        #expect(shown.contains("| **error** | 1 | `unknown-key` | \(message)<br>&lt;script&gt;, <code>a&#124;b</code> or `c*` |\n"))
        #expect(shown.contains("\n`````text\nerror[unknown-key]"))
    }

    /// Errors come before warnings where not all fit; those that are shown keep their order.
    @Test func lengthIsBounded() {
        let long = String(repeating: "word ", count: 2000)
        let report = DiagnosticReport(
            (1...300).map { line in
                Diagnostic(line > 295 ? .sample : .mild, "\(line) \(long)", at: place(line, 1, to: (line, 2)), notes: [long])
            })
        let shown = render(report, as: .markdown)
        #expect(shown.utf8.count < 65_536)
        let rows = shown.split(separator: "\n").filter { $0.hasPrefix("| **") }
        #expect(rows.suffix(5).allSatisfy { $0.hasPrefix("| **error** | 29") || $0.hasPrefix("| **error** | 300") })
        #expect(rows.first?.hasPrefix("| **warning** | 1 |") == true)
        #expect(shown.hasSuffix("\nand \(300 - rows.count) more\n"))
    }
}

extension String {
    fileprivate func replacing(_ text: String, with other: String) -> String {
        split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
    }
}
