import Support
import Testing

@Suite struct JSONParserTests {
    @Test(arguments: [
        ("null", .null), ("true", true), (" \t\r\n false \n", false), ("0", 0), ("-0", 0), ("-12", -12),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", 9_223_372_036_854_775_808.0), ("1.0", 1.0), ("1e2", 100.0), ("1E-2", 0.01), ("-0.5e+1", -5.0),
        ("5e-324", .double(.leastNonzeroMagnitude)), ("1e-400", 0.0),
        (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u0000\uFFFF""#, "\u{e9}\u{0}\u{FFFF}"),
        (#""\ud83d\udeb2""#, "\u{1F6B2}"), ("\"\u{1F6B2} \u{7F} \u{2028}\"", "\u{1F6B2} \u{7F} \u{2028}"),
        ("[]", []), ("[1,[2,[]]]", [1, [2, []]]), ("{}", [:]), (#"{"a":{"b":null},"":[{}]}"#, ["a": ["b": nil], "": [[:]]]),
    ] as [(String, JSONValue)])
    func accepts(_ text: String, _ expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(arguments: [
        ("", 0, "unexpected end of text"), ("  ", 2, "unexpected end of text"), ("nul", 0, "unexpected character"),
        ("truex", 4, "text after the end of the document"), ("1 2", 2, "text after the end of the document"),
        ("01", 2, "malformed number"), ("-", 1, "malformed number"), ("1.", 2, "malformed number"), (".5", 0, "unexpected character"),
        ("1e", 2, "malformed number"), ("1e+", 3, "malformed number"), ("+1", 0, "unexpected character"), ("1e999", 5, "number out of range"),
        ("NaN", 0, "unexpected character"), ("'a'", 0, "unexpected character"), ("\"a", 2, "unterminated string"),
        ("\"a\\", 3, "unterminated string"), ("\"\n\"", 1, "control character in a string"), (#""\x""#, 3, "unknown escape"),
        (#""\u12g4""#, 3, #"malformed \u escape"#), (#""\u12"#, 3, "unterminated string"), (#""\ud800""#, 7, "unpaired surrogate"),
        (#""\udc00""#, 7, "unpaired surrogate"), (#""\ud800\u0041""#, 13, "unpaired surrogate"), ("[1,]", 3, "unexpected character"),
        ("[1 2]", 3, "expected ',' or ']'"), ("[", 1, "unexpected end of text"), ("{a:1}", 1, "expected a key"),
        (#"{"a" 1}"#, 5, "expected ':'"), (#"{"a":1,}"#, 7, "expected a key"), (#"{"a":1 "b":2}"#, 7, "expected ',' or '}'"),
        (#"{"a":1,"b":2,"a":3}"#, 13, "duplicate key \"a\""), ("\u{FEFF}1", 0, "unexpected character"), ("[1]//x", 3, "text after the end of the document"),
    ])
    func refuses(_ text: String, _ offset: Int, _ message: String) {
        #expect(throws: JSONError(message: message, offset: offset)) { try JSONValue(parsing: text) }
    }

    @Test(arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22]] as [[UInt8]])
    func refusesInvalidUTF8(_ bytes: [UInt8]) {
        #expect(throws: JSONError(message: "invalid UTF-8 in a string", offset: bytes.count)) { try JSONValue(parsing: bytes) }
    }

    @Test func depthIsLimited() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try JSONValue(parsing: nested(512))
        #expect(throws: JSONError(message: "nested deeper than 512", offset: 512)) { try JSONValue(parsing: nested(513)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: #"{"a":"#, count: 100_000)) }
    }

    @Test func keysThatOnlyLookTheSameAreTwo() throws {
        let value = try JSONValue(parsing: "{\"\u{e9}\":1,\"e\u{301}\":2}")
        #expect(value.asObject?.count == 2)
        #expect(value["\u{e9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }
}

@Suite struct JSONValueTests {
    @Test func equalityIgnoresOrderButNotTypeOrBytes() {
        let a: JSONValue = ["x": 1, "y": [2, "z"]]
        let b: JSONValue = ["y": [2, "z"], "x": 1]
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(a != ["x": 1.0, "y": [2, "z"]])
        #expect(a != ["x": 1])
        #expect(JSONValue.string("\u{e9}") != .string("e\u{301}"))
        #expect(Set<JSONValue>(["\u{e9}", "e\u{301}", 1, 1.0, nil, false, [], [:]]).count == 8)
    }

    @Test func objectsKeepTheirOrder() {
        var object = JSONObject([("b", 1), ("a", 2), ("b", 3)])
        #expect(object.keys == ["b", "a"])
        #expect(object["b"] == 3)
        object["c"] = nil
        object["b"] = nil
        object["b"] = .null
        #expect(object.keys == ["a", "b"])
        #expect(object.members.map(\.key) == ["a", "b"])
        #expect(object["b"] == .some(.null))
        #expect(object.count == 2)
    }

    @Test func accessors() {
        #expect(JSONValue.double(3).asInteger == 3)
        #expect(JSONValue.double(3.5).asInteger == nil)
        #expect(JSONValue.double(1e30).asInteger == nil)
        #expect(JSONValue.integer(3).asDouble == 3)
        #expect(JSONValue.string("3").asInteger == nil)
        #expect(JSONValue.array([])["x"] == nil)
        let names: [JSONValue] = [.null, true, 1, 1.5, "", [], [:]]
        #expect(names.map(\.typeName) == ["null", "boolean", "integer", "number", "string", "array", "object"])
    }
}

@Suite struct JSONWriterTests {
    static let value: JSONValue = ["b": [1, 2.0, "x\n"], "a": [:], "\u{e9}": [], "Z": nil]

    @Test func layouts() {
        #expect(Self.value.text() == #"{"b":[1,2.0,"x\n"],"a":{},"é":[],"Z":null}"#)
        #expect(Self.value.text(.canonical) == #"{"Z":null,"a":{},"b":[1,2.0,"x\n"],"é":[]}"#)
        #expect(
            Self.value.text(.pretty) == """
                {
                  "Z": null,
                  "a": {},
                  "b": [
                    1,
                    2.0,
                    "x\\n"
                  ],
                  "é": []
                }
                """)
    }

    @Test func escapes() {
        #expect(JSONValue.string("\"\\/\u{0}\u{1F}\u{7F}\u{8}\r\n\t").text() == #""\"\\/\u0000\u001f\u007f\u0008\r\n\t""#)
        #expect(JSONValue.string("\u{1F6B2}\u{2028}").text() == "\"\u{1F6B2}\u{2028}\"")
    }

    @Test func numbersThatAreNoneBecomeNull() {
        #expect(JSONValue.array([.double(.nan), .double(.infinity), .double(-.infinity)]).text() == "[null,null,null]")
    }

    @Test(arguments: [
        0.1, 1.0, -0.0, 1e16, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 123456789.123456789, 9_007_199_254_740_992.0,
    ])
    func doublesReadBackExactly(_ number: Double) throws {
        let back = try JSONValue(parsing: JSONValue.double(number).text())
        guard case .double(let read) = back else {
            Issue.record("\(number) came back as \(back.typeName)")
            return
        }
        #expect(read.bitPattern == number.bitPattern)
    }

    /// Whatever is written reads back as the same value, in every layout, and canonical text does not depend on order.
    @Test func everyValueReadsBack() throws {
        var random = SeededGenerator(state: 42)
        for _ in 0..<500 {
            let value = Self.random(depth: 4, &random)
            for layout in [JSONValue.Layout.compact, .canonical, .pretty] {
                let text = value.text(layout)
                #expect(try JSONValue(parsing: text) == value, "\(text)")
            }
            #expect(Self.reversed(value).text(.canonical) == value.text(.canonical))
        }
    }

    private static func random(depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.random(in: .min ... .max, using: &random))
        case 3: return .double(Double(bitPattern: .random(in: 0..<0x7FF0_0000_0000_0000, using: &random)))
        case 4, 5: return .string(text(&random))
        case 6: return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in Self.random(depth: depth - 1, &random) })
        default:
            let members = (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                (text(&random), Self.random(depth: depth - 1, &random))
            }
            return .object(JSONObject(members))
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let alphabet: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\r", "\u{0}", "\u{7F}", "e", "\u{301}", "\u{e9}", "\u{1F6B2}", "/"]
        var result = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<6, using: &random) { result.append(alphabet.randomElement(using: &random)!) }
        return String(result)
    }

    private static func reversed(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let items): .array(items.map(reversed))
        case .object(let object): .object(JSONObject(object.members.reversed().map { ($0.key, reversed($0.value)) }))
        default: value
        }
    }
}

/// SplitMix64: the same numbers in every test run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
