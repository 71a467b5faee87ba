import Diagnostics
import Testing
import YAML

@Suite struct RangeTests {
    @Test(arguments: [
        ("a: b\n", "1:4-1:5"),
        ("a: 'b c' # d\n", "1:4-1:9"),
        ("a:   \"x\"\n", "1:6-1:9"),
        ("a: [1, 2]\n", "1:4-1:10"),
        ("a: {x: 1}   # c\n", "1:4-1:10"),
        ("a:\n  - 1\n  - 2\n\n# comment\nb: 1\n", "2:3-3:6"),
        ("a:\n- 1\n- 2\nb: 1\n", "2:1-3:4"),
        ("a:\n  x: 1\n  y:\n    z: 22\n\n\nb: 1\n", "2:3-4:10"),
        ("a: |\n  one\n  two\n\n\nb: 1\n", "1:4-3:6"),
        ("a: |+\n  one\n\nb: 1\n", "1:4-2:6"),
        ("a: one\n  two\n# c\nb: 1\n", "1:4-2:6"),
        ("a:\nb: 1\n", "1:3-1:3"),
        ("a: &x 5\n", "1:4-1:8"),
        ("a: [b: 1, c]\n", "1:4-1:13"),
        ("größe: 'ü'\n", "1:8-1:11"),
        ("😀: [\"é\", 漢字]\n", "1:4-1:13"),
        ("\u{FEFF}a: b\n", "1:4-1:5"),
    ])
    func ofTheFirstValue(text: String, expected: String) throws {
        #expect(place(try root(of: text).pairs[0].value.range) == expected)
    }

    @Test func linesEndWithCRLFAndCR() throws {
        let root = try root(of: "a: 1\r\nb: 2\rc: x\n")
        #expect(place(root["b"]?.range) == "2:4-2:5")
        #expect(place(root["c"]?.range) == "3:4-3:5")
        #expect(root["c"]?.range.start.offset == 14)
    }

    @Test func offsetsCountBytes() throws {
        let text = "ü: [漢, 字]\nb: 😀x\n"
        let range = try #require(try root(of: text)["b"]).range
        let bytes = Array(text.utf8)
        #expect(String(decoding: bytes[range.start.offset..<range.end.offset], as: UTF8.self) == "😀x")
        #expect(place(range) == "2:4-2:6")
    }

    @Test func offsetsInLongFilesWithoutASCII() throws {
        let text = (0..<500).map { "schlüssel\($0): größe\($0)\n" }.joined()
        let bytes = Array(text.utf8)
        for (number, pair) in try root(of: text).pairs.enumerated() {
            let range = pair.value.range
            #expect(range.start.line == number + 1)
            #expect(String(decoding: bytes[range.start.offset..<range.end.offset], as: UTF8.self) == "größe\(number)")
        }
    }

    @Test func lineSeparatorsOfOtherKindsAreNoLines() throws {
        // libyaml counts U+2028 as a line break, editors and we do not.
        let root = try root(of: "a: \"x\u{2028}y\"\nb: 1\n")
        #expect(place(root["b"]?.range) == "2:4-2:5")
    }

    @Test func anAliasIsWhereItsAnchorIs() throws {
        let root = try root(of: "a: &x\n  - 1\nb: *x\n")
        #expect(root["b"]?.range == root["a"]?.range)
    }

    @Test func theRootOfAnEmptyFile() throws {
        #expect(place(try root(of: "").range) == "1:1-1:1")
    }
}

/// A scalar in a file and where the bytes of its text are, as the text with `^` before the byte that is asked for.
@Suite struct ScalarPositionTests {
    /// Every character of the text that stands in the source as itself must be found there.
    @Test(arguments: [
        "a: select x from y\n",
        "a: 'select x from y'\n",
        "a: \"select x from y\"\n",
        "a: größe und 漢字\n",
        "a: 'größe' # c\n",
        "a: one two\n   three  four\n  five\n",
        "a: 'one two\n\n   three  four \n  five '\n",
        "a: \"one two\n\n   three  four\n\n\n  five \"\n",
        "a: |\n  select x\n    from y\n\n  where z\n",
        "a: |\n\n\n  select x\n  from y\n",
        "a: |2\n    select x\n  from y\n",
        "a: |-   # comment\n      select x\n      from y\n\n\n",
        "a: |+\n  x\n\n\nb: 1\n",
        "a: &q !!str |\n  select x\n  from y\n",
        "a: &q\n  # comment\n  select x\n",
        "- a: |\n    ünï\n    from 漢字\n",
        "a: >\n  one\n  two\n\n  three\n    four\n     five\n\n  six\n  seven\n\n\n",
        "a: >-\n\n  one\n  two\n",
        "a: >+\n  one\n\n\n   two\n\n  three\n\n",
        "a: |\r\n  select x\r\n  from y\r\n",
        "a: >\r\n  one\r\n  two\r\n\r\n  three\r\n",
        "a: one\r\n  two\r\n\r\n  three\r\n",
        "\u{FEFF}a: |\n  select x\n",
        "a: \"tab\\there \\u00e9t\\u00e9 end\"\n",
        "a: \"one \\\n     two\\\n   three\"\n",
        "a: 'it''s ''quoted'' text'\n",
        "x: {y: [p, 'q r', \"s\"], a: t}\n",
    ])
    func charactersAreFound(text: String) throws {
        let bytes = Array(text.utf8)
        let root = try root(of: text)
        var checked = 0
        for node in scalars(below: root) {
            let value = Array(try #require(node.text).utf8)
            var last = -1
            for (offset, byte) in value.enumerated() {
                let position = node.position(ofByte: offset)
                #expect(position.offset >= last, "offset \(offset) goes back")
                last = position.offset
                // Escapes and folded breaks stand for something else; everything visible stands for itself.
                let isEscaped = bytes[position.offset] == UInt8(ascii: "\\")
                if byte > 0x20, byte & 0xC0 != 0x80, !isEscaped {
                    #expect(bytes[position.offset] == byte, "offset \(offset) of \(node.text ?? "")")
                    checked += 1
                }
            }
        }
        #expect(checked > 0)
    }

    private func scalars(below node: YAMLNode) -> [YAMLNode] {
        switch node.kind {
        case .scalar: [node]
        case .null: []
        case .sequence: node.items.flatMap(scalars)
        case .mapping: node.pairs.flatMap { [$0.key] + scalars(below: $0.value) }
        }
    }

    @Test(arguments: [
        ("a: abc\n", 0, "1:4"), ("a: abc\n", 2, "1:6"), ("a: abc\n", 3, "1:7"), ("a: abc\n", 99, "1:7"),
        ("a: 'abc'\n", 1, "1:6"), ("a: 'abc'\n", 3, "1:8"),
        ("a: 'it''s'\n", 2, "1:7"), ("a: 'it''s'\n", 3, "1:9"),
        (#"a: "x\ty""#, 1, "1:6"), (#"a: "x\ty""#, 2, "1:8"),
        (#"a: "\u00e9x""#, 2, "1:11"), (#"a: "\U0001F600x""#, 4, "1:15"), (#"a: "\N\_\L\Px""#, 10, "1:13"),
        ("a: |\n  ab\n  cd\n", 0, "2:3"), ("a: |\n  ab\n  cd\n", 2, "2:5"), ("a: |\n  ab\n  cd\n", 3, "3:3"),
        ("a: |\n  ab\n\n  cd\n", 3, "3:1"), ("a: |\n  ab\n\n  cd\n", 4, "4:3"),
        ("a: >\n  ab\n  cd\n", 2, "2:5"), ("a: >\n  ab\n  cd\n", 3, "3:3"), ("a: >\n  ab\n\n  cd\n", 3, "4:3"),
        ("a: ab\n   cd\n", 2, "1:6"), ("a: ab\n   cd\n", 3, "2:4"), ("a: ab\n\n   cd\n", 3, "3:4"),
        ("a: [1]\n", 3, "1:4"), ("a:\n", 0, "1:3"), ("a: 漢字x\n", 6, "1:6"),
        ("a: |\nb: 1\n", 0, "1:4"), ("a: ''\n", 0, "1:5"),
    ] as [(String, Int, String)])
    func exactPlaces(text: String, offset: Int, expected: String) throws {
        let node = try root(of: text).pairs[0].value
        let position = node.position(ofByte: offset)
        #expect("\(position.line):\(position.column)" == expected)
    }

    @Test func aStretchOfText() throws {
        let node = try #require(try root(of: "sql: |\n  select a,\n         b\n")["sql"])
        let text = try #require(node.text)
        let b = text.utf8.distance(from: text.utf8.startIndex, to: try #require(text.utf8.firstIndex(of: UInt8(ascii: "b"))))
        #expect(place(node.range(ofBytes: b..<b + 1)) == "3:10-3:11")
    }

    /// Lines made at random: every visible character has its own place, in order.
    @Test(arguments: ["|", ">", "|2-", ">2+", "plain", "'", "\""])
    func randomLinesAreFound(style: String) throws {
        var random = SplitMix(state: 7)
        var checked = 0
        for _ in 0..<400 {
            let text = Self.scalar(style, &random)
            let (document, diagnostics) = parsed(text)
            guard let node = document?.root["a"], node.kind == .scalar else { continue }
            #expect(diagnostics == [])
            checked += 1
            let bytes = Array(text.utf8)
            let value = Array(try #require(node.text).utf8)
            var last = -1
            for (offset, byte) in value.enumerated() where byte > 0x20 {
                let place = node.position(ofByte: offset).offset
                #expect(bytes[place] == byte && place > last, "byte \(offset) of \(text)")
                last = place
            }
        }
        #expect(checked > 300)
    }

    /// Letters in the order of the alphabet, so that a wrong place shows, on lines with random blanks.
    private static func scalar(_ style: String, _ random: inout SplitMix) -> String {
        var letter = 0
        func word() -> String {
            String((0..<Int.random(in: 1...3, using: &random)).map { _ in
                letter += 1
                return Character(Unicode.Scalar(UInt8(97 + letter % 26)))
            })
        }
        func blanks(_ range: ClosedRange<Int>) -> String { repeated(" ", Int.random(in: range, using: &random)) }
        let isBlock = style.hasPrefix("|") || style.hasPrefix(">")
        let lineBreak = Bool.random(using: &random) ? "\n" : "\r\n"
        var lines: [String] = []
        for number in 0..<Int.random(in: 1...7, using: &random) {
            if number > 0, Int.random(in: 0..<4, using: &random) == 0 {
                lines.append(blanks(0...1))
            } else {
                let deeper = isBlock && (number > 0 || style.contains("2")) ? blanks(0...2) : ""
                lines.append("  " + deeper + word() + (Bool.random(using: &random) ? blanks(1...2) + word() : ""))
            }
        }
        let body = lines.joined(separator: lineBreak)
        switch style {
        case "plain": return "a: " + body.drop { $0 == " " } + lineBreak + "b: 1" + lineBreak
        case "'", "\"": return "a: " + style + body + style + lineBreak
        default: return "a: " + style + lineBreak + body + lineBreak + (Bool.random(using: &random) ? lineBreak : "")
        }
    }
}

@Suite struct LongTextTests {
    /// What is kept from one question to the next changes no answer, whatever the order of questions.
    @Test(arguments: ["plain", "single", "double", "literal", "folded"])
    func positionsInLongTexts(style: String) throws {
        var random = SplitMix(state: 7)
        let words = ["a", "größe  b", "漢", "x'y", "c\\td", "😀"]
        let lines = (0..<400).map { _ in
            (0..<Int.random(in: 0...6, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
        }
        let text =
            switch style {
            case "plain": "v: x" + lines.map { "\n  " + $0 }.joined() + "\n"
            case "single": "v: '" + lines.map { "\n  " + $0.replacing("'", with: "''") }.joined() + "'\n"
            case "double": "v: \"" + lines.map { "\n  " + $0 + ($0.count % 3 == 0 ? "\\" : "") }.joined() + "\"\n"
            case "literal": "v: |\n" + lines.map { "  " + $0 + "\n" }.joined()
            default: "v: >\n  x\n" + lines.enumerated().map { ($0 % 7 == 0 ? "    " : "  ") + $1 + "\n" }.joined()
            }
        let node = try #require(try root(of: text)["v"])
        let length = try #require(node.text).utf8.count
        try #require(length > 2000)
        let positions = node.positions()
        for _ in 0..<2000 {
            let offset = Int.random(in: 0...length, using: &random)
            #expect(positions(offset) == node.position(ofByte: offset), "\(offset) of \(length)")
        }
    }
}
