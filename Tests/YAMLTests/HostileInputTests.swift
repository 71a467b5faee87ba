import Diagnostics
import Foundation
import Testing
import YAML

@Suite(.serialized) struct HostileInputTests {
    private func timed(_ body: () -> Void) -> Duration { ContinuousClock().measure(body) }

    private func codes(_ text: String, limits: YAMLLimits = .standard) -> [String] {
        parsed(text, limits: limits).diagnostics.map(\.code.name)
    }

    @Test func aHugeLineIsRefusedAtOnce() {
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 100 << 20)
        var found: [Diagnostic] = []
        let time = timed { found = YAMLDocument.parse(bytes, path: "x.yml").diagnostics }
        #expect(found.map(\.code) == [.yamlTooLarge])
        #expect(time < .milliseconds(200))
    }

    @Test func billionLaughs() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for i in 1..<30 { text += "a\(i): &a\(i) [\(Array(repeating: "*a\(i - 1)", count: 10).joined(separator: ", "))]\n" }
        var found: [String] = []
        let time = timed { found = codes(text) }
        #expect(found == ["yaml-too-many-aliases"])
        #expect(time < .milliseconds(200))
    }

    @Test func billionLaughsByMerging() {
        var text = "a0: &a0 {x: [lol, lol, lol, lol, lol, lol, lol, lol]}\n"
        for i in 1..<30 {
            let merged = (0..<10).map { "m\(i)x\($0): {<<: *a\(i - 1)}" }.joined(separator: ", ")
            text += "a\(i): &a\(i) {\(merged)}\n"
        }
        #expect(codes(text) == ["yaml-too-many-aliases"])
    }

    @Test func aliasesUpToTheLimit() {
        var limits = YAMLLimits.standard
        limits.aliasNodes = 8
        #expect(codes("a: &a [1, 2, 3]\nb: [*a, *a]\n", limits: limits) == [])
        #expect(codes("a: &a [1, 2, 3]\nb: [*a, *a]\nc: *a\n", limits: limits) == ["yaml-too-many-aliases"])
    }

    @Test(arguments: [
        repeated("[", 100_000), repeated("{a: ", 100_000), repeated("- ", 100_000), repeated("? ", 1000) + "a",
        (0..<1000).map { repeated(" ", $0) + "a:\n" }.joined(),
    ])
    func deepNesting(text: String) {
        var found: [String] = []
        let time = timed { found = codes(text) }
        #expect(found == ["yaml-too-deep"])
        #expect(time < .seconds(1))
    }

    @Test func depthUpToTheLimit() {
        #expect(codes(repeated("[", 100) + repeated("]", 100)) == [])
        #expect(codes(repeated("[", 101) + repeated("]", 101)) == ["yaml-too-deep"])
    }

    @Test func depthByAliases() {
        var text = "a0: &a0 [x]\n"
        for i in 1..<5000 { text += "a\(i): &a\(i) [*a\(i - 1)]\n" }
        #expect(codes(text) == ["yaml-too-deep"])
    }

    @Test func manyFindingsAreCounted() throws {
        let found = parsed(repeated("a: 1\n", 5000)).diagnostics
        #expect(found.count == 100)
        #expect(try #require(found.last).notes == ["4899 more problems in this file not shown"])
    }

    @Test func limitsOfScalarsAndNodes() {
        var limits = YAMLLimits.standard
        limits.scalarBytes = 10
        #expect(codes("a: 0123456789\n", limits: limits) == [])
        #expect(codes("a: 01234567890\n", limits: limits) == ["yaml-too-large"])
        limits = .standard
        limits.nodes = 5
        #expect(codes("[1, 2, 3, 4]", limits: limits) == [])
        #expect(codes("[1, 2, 3, 4, 5]", limits: limits) == ["yaml-too-large"])
    }

    @Test func keysMadeToCollideAreSorted() {
        let text = (0..<50_000).map { "a\($0): 1\n" }.joined()
        var found: [String] = ["not run"]
        let time = timed { found = codes(text) }
        #expect(found == [])
        #expect(time < .seconds(5))
    }

    /// Bytes changed at random: whatever comes out, it comes, and every position is inside the file.
    @Test func damagedFiles() {
        let original = Array(
            """
            name: &n "sales \\u00e9" # größe
            steps: [a, {b: *n}, 'c''d']
            <<: {x: !!int 12}
            sql: |2-
                select 1
              from x
            text: >
              a
                b
            """.utf8)
        var random = SplitMix(state: 42)
        for _ in 0..<5_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(Array("[]{}:-?*&!|>'\"#%@\t\n ,".utf8).randomElement(using: &random)!, at: place)
                }
            }
            let (document, diagnostics) = YAMLDocument.parse(bytes, path: "x.yml")
            #expect(document != nil || !diagnostics.isEmpty)
            for range in diagnostics.compactMap(\.range) {
                #expect(range.start.offset <= bytes.count && range.end.offset <= bytes.count)
            }
            if let document { walk(document.root, size: bytes.count) }
        }
    }

    private func walk(_ node: YAMLNode, size: Int) {
        let range = node.range
        #expect(range.start.offset <= range.end.offset && range.end.offset <= size)
        for offset in [0, 1, 5, 1000] { #expect(node.position(ofByte: offset).offset <= size) }
        for item in node.items { walk(item, size: size) }
        for pair in node.pairs {
            walk(pair.key, size: size)
            walk(pair.value, size: size)
        }
    }

    /// A parser that is not freed keeps some 80 KB; ten thousand of them would be seen.
    @Test(arguments: ["a: [1, 2\n", "a: *x\n", "a: 1\n---\nb: 2\n", repeated("[", 200), "a: !Ref x\n", "a: 'long text in quotes"])
    func parsersAreFreed(text: String) throws {
        for _ in 0..<100 { _ = parsed(text) }
        let before = try residentMegabytes()
        for _ in 0..<10_000 { _ = parsed(text) }
        #expect(try residentMegabytes() - before < 64)
    }

    private func residentMegabytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return Int(fields[1])! * 4096 >> 20
    }
}
