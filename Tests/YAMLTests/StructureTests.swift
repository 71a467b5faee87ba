import Support
import Testing
import YAML

/// One construct of YAML each, in the spirit of the public YAML test suite: the text and what it means as JSON.
struct Construct: Sendable, CustomTestStringConvertible {
    let name: String
    let yaml: String
    let json: String

    init(_ name: String, _ yaml: String, _ json: String) {
        self.name = name
        self.yaml = yaml
        self.json = json
    }

    var testDescription: String { name }

    static let all: [Construct] = [
        .init("empty file", "", "null"),
        .init("only blanks", "  \n\n", "null"),
        .init("only a comment", "# nothing\n", "null"),
        .init("only document markers", "---\n...\n", "null"),
        .init("sequence of scalars", "- a\n- b\n- 3\n", #"["a","b",3]"#),
        .init("mapping of scalars", "a: 1\nb: two\n", #"{"a":1,"b":"two"}"#),
        .init("sequence without indentation", "a:\n- 1\n- 2\nb: 3\n", #"{"a":[1,2],"b":3}"#),
        .init("sequence of mappings", "-\n  a: 1\n  b: 2\n- a: 3\n", #"[{"a":1,"b":2},{"a":3}]"#),
        .init("compact nested sequences", "- - a\n  - b\n- - c\n", #"[["a","b"],["c"]]"#),
        .init("mapping in mapping", "a:\n  b:\n    c: 1\n", #"{"a":{"b":{"c":1}}}"#),
        .init("empty values", "a:\nb:\n- \n- x\n", #"{"a":null,"b":[null,"x"]}"#),
        .init("flow sequence", "[a, b, [c, 1.5], {d: e}]", #"["a","b",["c",1.5],{"d":"e"}]"#),
        .init("flow mapping", "{a: 1, b: [x], c: {}, d: }", #"{"a":1,"b":["x"],"c":{},"d":null}"#),
        .init("trailing comma", "[a, b, ]", #"["a","b"]"#),
        .init("single pair in a flow sequence", "[a: 1, b]", #"[{"a":1},"b"]"#),
        .init("flow over lines", "{\n  a: [\n    1,\n    2\n  ]\n}\n", #"{"a":[1,2]}"#),
        .init("adjacent value after a quoted key", #"{"a":1,"b":"c"}"#, #"{"a":1,"b":"c"}"#),
        .init("JSON", #"{"a": [true, false, null, -1.5e3, "x\u00e9\n"]}"#, #"{"a":[true,false,null,-1500.0,"xé\n"]}"#),
        .init("URL as plain text", "a: https://x.org/?q=1#top\n", #"{"a":"https://x.org/?q=1#top"}"#),
        .init("colon and hash inside words", "a: b:c d#e\n", #"{"a":"b:c d#e"}"#),
        .init("comment behind a value", "a: b # c\n", #"{"a":"b"}"#),
        .init("plain text over lines", "a: one\n  two\n\n  three\n", #"{"a":"one two\nthree"}"#),
        .init("single quotes", "a: 'it''s # no: comment'\n", #"{"a":"it's # no: comment"}"#),
        .init("single quotes over lines", "a: 'one\n  two\n\n  three '\n", #"{"a":"one two\nthree "}"#),
        .init("double quotes over lines", "a: \"one \\\n  two\\n\n\n  x\"\n", #"{"a":"one two\n\nx"}"#),
        .init("escapes", #"a: "\t\\\"\/\x41\u00e9\U0001F600\0\e""#, #"{"a":"\t\\\"/Aé😀\u0000\u001b"}"#),
        .init("literal block", "a: |\n  one\n   two\n\n  three\n", #"{"a":"one\n two\n\nthree\n"}"#),
        .init("literal block, stripped", "a: |-\n  one\n\n", #"{"a":"one"}"#),
        .init("literal block, kept", "a: |+\n  one\n\nb: 1\n", #"{"a":"one\n\n","b":1}"#),
        .init("literal block with an indentation indicator", "a: |2\n   one\n  two\n", #"{"a":" one\ntwo\n"}"#),
        .init("literal block, empty", "a: |\nb: 1\n", #"{"a":"","b":1}"#),
        .init("folded block", "a: >\n  one\n  two\n\n  three\n", #"{"a":"one two\nthree\n"}"#),
        .init("folded block with deeper lines", "a: >\n  one\n    two\n  three\n", #"{"a":"one\n  two\nthree\n"}"#),
        .init("block with a comment in its header", "a: | # comment\n  # text\n", ##"{"a":"# text\n"}"##),
        .init("anchor and alias", "a: &x [1, 2]\nb: *x\n", #"{"a":[1,2],"b":[1,2]}"#),
        .init("anchor on a scalar key", "&k a: 1\nb: *k\n", #"{"a":1,"b":"a"}"#),
        .init("alias as a key", "a: &k name\n*k : 1\n", #"{"a":"name","name":1}"#),
        .init("anchor that is set again", "- &x 1\n- *x\n- &x 2\n- *x\n", "[1,1,2,2]"),
        .init("anchor on an empty value", "a: &x\nb: *x\n", #"{"a":null,"b":null}"#),
        .init("merge", "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n", #"{"a":{"p":1,"q":2},"b":{"q":3,"p":1}}"#),
        .init(
            "merge of several", "a: &x {p: 1}\nb: &y {p: 2, q: 3}\nc: {<<: [*x, *y]}\n",
            #"{"a":{"p":1},"b":{"p":2,"q":3},"c":{"p":1,"q":3}}"#),
        .init(
            "merge of a merge", "a: &x {p: 1}\nb: &y {<<: *x, q: 2}\nc: {<<: *y, r: 3}\n",
            #"{"a":{"p":1},"b":{"q":2,"p":1},"c":{"r":3,"q":2,"p":1}}"#),
        .init("quoted << is a key", "'<<': 1\n", #"{"<<":1}"#),
        .init("explicit keys", "? a\n: 1\n? b\n", #"{"a":1,"b":null}"#),
        .init("keys that are not text", "1: a\ntrue: b\n~: c\n", #"{"1":"a","true":"b","~":"c"}"#),
        .init("empty text as a key", "'': 1\n", #"{"":1}"#),
        .init("document start with content", "--- {a: 1}\n", #"{"a":1}"#),
        .init("YAML directive", "%YAML 1.2\n---\na: 1\n", #"{"a":1}"#),
        .init("end marker", "a: 1\n...\n# after\n", #"{"a":1}"#),
        .init("CRLF", "a: 1\r\nb: |\r\n  x\r\n  y\r\n", #"{"a":1,"b":"x\ny\n"}"#),
        .init("byte order mark", "\u{FEFF}a: 1\n", #"{"a":1}"#),
        .init("other scripts", "größe: 大きい\nemoji: 😀\n", #"{"größe":"大きい","emoji":"😀"}"#),
        .init("no line break at the end", "a:\n  - b", #"{"a":["b"]}"#),
        .init("tab behind a value", "a: b\t# c\n", #"{"a":"b"}"#),
        .init("brackets in plain text outside flow", "a: b[0] {x}\n", #"{"a":"b[0] {x}"}"#),
        .init("expression", "a: ${{ activity('x').output.value }}\n", #"{"a":"${{ activity('x').output.value }}"}"#),
    ]
}

@Suite struct StructureTests {
    @Test(arguments: Construct.all)
    func means(construct: Construct) throws {
        let expected = try JSONValue(parsing: construct.json)
        #expect(try root(of: construct.yaml).json.text(.canonical) == expected.text(.canonical))
    }

    @Test func keysKeepTheirOrder() throws {
        let keys = try root(of: "z: 1\na: 2\nm: 3\n").pairs.map(\.key.text)
        #expect(keys == ["z", "a", "m"])
    }

    @Test func accessByKeyAndIndex() throws {
        let root = try root(of: "a: [x, y]\nb: 2\n")
        #expect(root["a"]?[1]?.string == "y")
        #expect(root["a"]?[2] == nil)
        #expect(root["a"]?[-1] == nil)
        #expect(root["c"] == nil)
        #expect(root["b"]?["c"] == nil)
        #expect(root.count == 2)
        #expect(root["a"]?.count == 2)
        #expect(root["b"]?.items.isEmpty == true && root["b"]?.pairs.isEmpty == true)
        #expect(root.text == nil && root.style == nil && root["b"]?.string == nil)
    }

    @Test func keysAreComparedByBytes() throws {
        // é in one and in two scalars: equal as Swift strings, two keys in a file.
        let root = try root(of: "\u{E9}: 1\ne\u{301}: 2\n")
        #expect(root.pairs.count == 2)
        #expect(root["\u{E9}"]?.integer == 1)
        #expect(root["e\u{301}"]?.integer == 2)
    }

    @Test func largeMappingsAreFound() throws {
        let text = (0..<2000).map { "key\($0): \($0)\n" }.joined()
        #expect(try root(of: text)["key1999"]?.integer == 1999)
    }
}
