import Age
import Crypto
import Sops
import Support
import Testing

/// The text for an editor, and the changes that are made of what comes back.
@Suite struct SopsPlainTests {
    private static let values: [(keys: [String], value: SopsPlainValue)] = [
        (["plain"], text("it's # no: *comment")), (["key"], text("-----BEGIN-----\nab\n\ncd \n-----END-----\n")), (["open"], text("a\nb")),
        (["odd"], text(" first\nthen\t\n")), (["more"], text("a\n\n")), (["bell"], text("\u{7}\u{85}\u{2028}\u{FEFF}é😀")), (["number"], .integer(42)),
        (["share"], .float(3)), (["flag"], .bool(true)), (["quoted"], text("true")), (["deep", "er", "x"], text("y")),
    ]

    private func store(_ format: SopsFormat) throws -> OpenedSopsFile {
        let identity = try AgeIdentity.generate()
        return try SopsFile.create(path: "a", format: format, recipients: [identity.recipient], at: later)
            .applying(Self.values.map { SopsChange(keys: $0.keys, value: $0.value) }, at: later)
    }

    private func tree(_ text: String, _ format: SopsFormat = .yaml) throws -> PlainTree { try PlainTree(SensitiveBytes(text.utf8), format: format) }

    private func problem(_ text: String, _ format: SopsFormat = .yaml) throws -> PlainProblem {
        try #require(throws: PlainProblem.self) { try tree(text, format).changes(from: tree("a: 'x'\nl: [1]", .yaml)) { $0 == ["bad"] ? "no" : nil } }
    }

    @Test(arguments: [SopsFormat.yaml, .json])
    func everyValueComesBack(_ format: SopsFormat) throws {
        let plain = try store(format).plainText(notes: ["a note"])
        let back = try PlainTree(plain, format: format)
        #expect(back.texts == Self.values.map { $0.value.sensitiveText })
        #expect(try back.changes(from: PlainTree(plain, format: format)) { _ in "no" }.isEmpty)
    }

    @Test func howItLooks() throws {
        let plain = try store(.yaml).plainText(notes: ["a note"]).withBytes { String(decoding: $0, as: UTF8.self) }
        #expect(plain.hasPrefix("# a note\nplain: 'it''s # no: *comment'\nkey: |\n    -----BEGIN-----\n    ab\n\n    cd \n    -----END-----\nopen: |-\n    a\n    b\n"))
        #expect(plain.hasSuffix("number: 42\nshare: 3\nflag: true\nquoted: 'true'\ndeep:\n    er:\n        x: 'y'\n"))
    }

    @Test func changesAreThoseOfTheEdit() throws {
        let changes = try tree("# note\nb: {c: 2, d: new}\ne: z\n").changes(from: tree("a: 'x'\nb: {c: 1}\ne: {f: 1}\n")) { _ in nil }
        let shown = changes.map { change in "\(change.keys.joined(separator: "."))=\(change.value.map { $0.withEncoded { String(decoding: $0, as: UTF8.self) } } ?? "-")" }
        #expect(shown == ["a=-", "e=-", "b.c=2", "b.d=new", "e=z"])
    }

    @Test(arguments: [
        ("a: x\nl: [1, 2]", 2, "l is a list, and lists cannot be changed here; sops can"), ("a: x\na: y", 2, "a key is used twice in one mapping"),
        ("a: x\nl: [1]\nbad: y", 3, "bad: no"), ("a: x\nl: [1]\nn: {}", 3, "n holds nothing"), ("l: [1]\na: ", 2, "the value of a is empty; to remove it, remove its line"),
        ("a: x #y\nl: [1]", 1, "a comment is not kept; a value with # stands in quotes"), ("a: &x 1\nl: *x", 1, "aliases and merge keys are not kept"),
        ("a: *secret", 1, "an alias has no anchor before it"), ("a: !secret x", 1, "a tag is not one of YAML's core schema"), ("- a", 1, "the whole is no mapping of names and values"),
        ("a: 'x", nil, "the file is not YAML"), ("a: x\nsops: 1", 2, "the key sops belongs to the encryption itself"), ("a: x\nm: [1]\nl: [1]", 2, "m is a list, and lists cannot be added here; sops can"),
    ] as [(String, Int?, String)])
    func aTextIsRefused(_ text: String, _ line: Int?, _ message: String) throws {
        let found = try problem(text)
        #expect(found.message == message)
        if let line { #expect(found.line == line) }
    }

    @Test(arguments: [("{\n\"a\": 1,\n\"a\": 2}", 3, "a key is used twice"), ("{\n\"a\" 1}", 2, "expected"), ("[1]", 1, "the whole is no mapping of names and values")])
    func aJSONTextIsRefused(_ text: String, _ line: Int, _ message: String) throws {
        let found = try problem(text, .json)
        #expect(found.line == line && found.message.hasPrefix(message), "\(found)")
    }

    @Test func notUTF8() {
        #expect(throws: PlainProblem(line: nil, message: "it is not text in UTF-8")) { try PlainTree(SensitiveBytes([0x61, 0x3A, 0x20, 0xFF]), format: .yaml) }
    }
}
