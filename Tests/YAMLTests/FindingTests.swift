import Diagnostics
import Support
import Testing
import YAML

@Suite struct FindingTests {
    /// Text, then code and place of every finding.
    @Test(arguments: [
        ("a: 1\na: 2\n", ["yaml-duplicate-key 2:1-2:2"]),
        ("a: 1\n\"a\": 2\na: 3\n", ["yaml-duplicate-key 2:1-2:4", "yaml-duplicate-key 3:1-3:2"]),
        ("{a: {b: 1, b: 2}}", ["yaml-duplicate-key 1:12-1:13"]),
        ("a: b: c\n", ["yaml-syntax 1:5-1:6"]),
        ("a: 1\n b: 2\n", ["yaml-syntax 2:3-2:4"]),
        ("a:\n\t- 1\n", ["yaml-syntax 2:1-2:2"]),
        ("a: 'x\n", ["yaml-syntax 1:4-1:5"]),
        ("a: [1, 2\n", ["yaml-syntax 2:1-2:1"]),
        ("a: @x\n", ["yaml-syntax 1:4-1:5"]),
        ("a: \"\\q\"\n", ["yaml-syntax 1:5-1:6"]),
        ("a: *x\n", ["yaml-unknown-anchor 1:4-1:6"]),
        ("a: &x [*x]\n", ["yaml-unknown-anchor 1:8-1:10"]),
        ("a: !Ref x\n", ["yaml-unknown-tag 1:4-1:8"]),
        ("a: !!binary eA==\n", ["yaml-unknown-tag 1:4-1:12"]),
        ("a: !!int x\n", ["yaml-tag-mismatch 1:4-1:9"]),
        ("a: !!map [1]\n", ["yaml-tag-mismatch 1:4-1:9"]),
        ("a: 1\n---\nb: 2\n", ["yaml-multiple-documents 2:1-2:4"]),
        ("[a]: 1\n", ["yaml-complex-key 1:1-1:4"]),
        ("? {a: 1}\n: 1\n", ["yaml-complex-key 1:3-1:9"]),
        (": 1\n", ["yaml-syntax 1:1-1:2"]),
        ("?\n: 1\n", ["yaml-complex-key 1:2-1:2"]),
        ("a: {<<: 1}\n", ["yaml-merge-key 1:9-1:10"]),
        ("a: {<<: [{b: 1}, 2]}\n", ["yaml-merge-key 1:18-1:19"]),
        ("a: {<<: *x}\n", ["yaml-unknown-anchor 1:9-1:11"]),
        ("a: {<<: {b: 1}, <<: {c: 1}}\n", ["yaml-duplicate-key 1:17-1:19"]),
        ("a: x\u{0}y\n", ["yaml-binary 1:5-1:6"]),
        ("a: x\nb: \u{1B}[31m\n", ["yaml-binary 2:4-2:5"]),
        ("a: \u{7F}\n", ["yaml-binary 1:4-1:5"]),
        ("a: é\u{85}\u{9F}\n", ["yaml-binary 1:6-1:7"]),
    ])
    func isReported(text: String, expected: [String]) {
        let found = parsed(text).diagnostics.map { "\($0.code.name) \(place($0.range))" }
        #expect(found == expected)
    }

    @Test(arguments: [
        ([0x61, 0x3A, 0x20, 0xFF], "yaml-encoding", 4),
        ([0x61, 0x3A, 0x20, 0xC3], "yaml-encoding", 4),
        ([0x61, 0x3A, 0x20, 0xC0, 0x80], "yaml-encoding", 4),
        ([0x61, 0x3A, 0x20, 0xED, 0xA0, 0x80], "yaml-encoding", 4),
        ([0x61, 0x3A, 0x20, 0xF4, 0x90, 0x80, 0x80], "yaml-encoding", 4),
        ([0xFF, 0xFE, 0x61, 0x00], "yaml-encoding", 1),
        ([0xFE, 0xFF, 0x00, 0x61], "yaml-encoding", 1),
        ([0x61, 0x00, 0x3A, 0x00], "yaml-encoding", 1),
        ([0x7F, 0x45, 0x4C, 0x46, 0x02, 0x01], "yaml-binary", 1),
        ([0x50, 0x4B, 0x03, 0x04], "yaml-binary", 3),
    ] as [([UInt8], String, Int)])
    func bytesThatAreNoText(bytes: [UInt8], code: String, column: Int) {
        let (document, diagnostics) = YAMLDocument.parse(bytes, path: "x.yml")
        #expect(document == nil)
        #expect(diagnostics.map(\.code.name) == [code])
        #expect(diagnostics.first?.range?.start.column == column)
    }

    @Test func aDuplicatePointsToTheFirst() throws {
        let diagnostic = try #require(parsed("x:\n  name: 1\n  name: 2\n").diagnostics.first)
        #expect(diagnostic.message == #"the key "name" is used twice in this mapping"#)
        #expect(diagnostic.labels.map { "\(place($0.range)) \($0.text)" } == ["2:3-2:7 first here"])
    }

    @Test func theFirstOfTwoKeysCounts() {
        #expect(parsed("a: 1\na: 2\nb: 3\n").document?.root.json == ["a": 1, "b": 3])
    }

    @Test func whatIsReadableIsReturned() {
        let (document, diagnostics) = parsed("a: *nope\nb: !Ref 2\nc: 3\n")
        #expect(document?.root.json == ["a": nil, "b": 2, "c": 3])
        #expect(diagnostics.count == 2)
        #expect(parsed("a: 1\n---\nb: 2").document?.root.json == ["a": 1])
        #expect(parsed("a: [").document == nil)
    }

    @Test func duplicatesInLargeMappings() {
        let text = (0..<1000).map { "k\($0 % 990): 1\n" }.joined()
        let found = parsed(text).diagnostics
        #expect(found.count == 10)
        #expect(found.map { $0.range?.start.line } == Array(991...1000))
        #expect(found.first?.labels.first?.range.start.line == 1)
    }

    @Test func anUnknownAnchorSuggestsANearOne() {
        let found = parsed("a: &defaults 1\nb: *default\n").diagnostics
        #expect(found.first?.help == "did you mean *defaults?")
    }

    @Test(arguments: [
        ("a: b: c\n", "a ':' is not allowed here"),
        ("a: 'x\n", "the quotes that open here are never closed"),
        ("a: %x\n", "a value cannot start with '%'"),
        ("a: `x`\n", "a value cannot start with '`'"),
        ("a:\n  - 1\n  b: 2\n", "expected '- ' as in the lines above: this list mixes items with something else"),
        ("a: 1\nb\nc: 2\n", "expected ':' after this key"),
        ("a: [1 2: 3\n", "expected ',' or ']'"),
        ("a: {b: 1\n", "expected ',' or '}'"),
        ("a: *\n", "'*' starts an alias, but no name follows"),
        ("a: - b\n", "a list cannot start here"),
    ])
    func syntaxInPlainWords(text: String, message: String) {
        let found = parsed(text).diagnostics
        #expect(found.map(\.message) == [message])
    }

    @Test func theContextIsALabel() throws {
        let diagnostic = try #require(parsed("list: [a,\n  b\nc: d\n").diagnostics.first)
        #expect(diagnostic.labels.map { "\(place($0.range)) \($0.text)" } == ["1:7-1:8 in the list that starts here"])
    }

    @Test func theCatalogueIsComplete() {
        let codes = DiagnosticCode.allYAML
        #expect(Set(codes.map(\.name)).count == codes.count)
        for code in codes {
            #expect(code.name.hasPrefix("yaml-") && !code.summary.isEmpty && !code.explanation.isEmpty)
            guard !code.example.isEmpty, code != .yamlEncoding, code != .yamlBinary else { continue }
            #expect(parsed(code.example).diagnostics.map(\.code) == [code], "example of \(code.name)")
            #expect(parsed(code.fix).diagnostics == [], "fix of \(code.name)")
        }
    }
}
