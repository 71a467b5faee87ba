import Age
import Crypto
import Diagnostics
import Foundation
import Sops
import Support
import Testing

/// Runs the independent reader and writer in judge.py.
enum SopsJudge {
    struct Failure: Error { let text: String }

    static let key = SensitiveBytes(0..<32)

    static func run(_ arguments: [String]) throws -> JSONValue {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let environment = ProcessInfo.processInfo.environment["PIPECTL_PYTHON_ENV"]
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: (environment ?? here.appending(path: "../../.venv").path) + "/bin/python")
        process.arguments = [here.appending(path: "judge.py").path] + arguments
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(text: "judge.py failed; scripts/setup installs what it needs") }
        return try JSONValue(parsing: Array(text))
    }

    static func withFile<T>(_ format: SopsFormat, _ body: (String) throws -> T) throws -> T {
        let path = NSTemporaryDirectory() + UUID().uuidString + (format == .json ? ".json" : ".yml")
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    static func made(_ format: SopsFormat, macOnlyEncrypted: Bool = false) throws -> [UInt8] {
        try madeWithKeys(format, macOnlyEncrypted: macOnlyEncrypted).bytes
    }

    /// A file as another program writes it, for two recipients, the identity of the second of which is given.
    static func madeWithKeys(
        _ format: SopsFormat, macOnlyEncrypted: Bool = false
    ) throws -> (bytes: [UInt8], identity: AgeIdentity, recipients: [String]) {
        try withFile(format) { path in
            let made = try run(["write", path, hexKey] + (macOnlyEncrypted ? ["yes"] : []))
            let identity = try AgeIdentity(parsing: SensitiveBytes((made["identity"]?.asString ?? "").utf8))
            return (try FileSystem.read(path), identity, made["recipients"]?.asArray?.compactMap(\.asString) ?? [])
        }
    }

    /// What the judge reads in a file, and that its MAC fits.
    static func values(_ bytes: [UInt8], _ format: SopsFormat) throws -> [String: String] {
        try withFile(format) { path in
            try FileSystem.writeAtomically(bytes, to: path)
            let rows = try run(["read", path, hexKey]).asArray ?? []
            return Dictionary(
                rows.compactMap { row in row.asArray.map { ($0[0].asString ?? "", $0[1].asString ?? "") } }, uniquingKeysWith: { $0 + "," + $1 })
        }
    }

    /// The same with an identity: data key, recipients and values.
    static func opened(_ bytes: [UInt8], _ format: SopsFormat, with identity: AgeIdentity) throws -> JSONValue {
        try withFile(format) { path in
            try FileSystem.writeAtomically(bytes, to: path)
            return try run(["open", path, identity.secretText.withBytes { String(decoding: $0, as: UTF8.self) }])
        }
    }

    static var hexKey: String { (0..<32).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

func open(_ bytes: [UInt8], _ format: SopsFormat = .yaml) -> (opened: OpenedSopsFile?, messages: [String]) {
    let (file, problems) = SopsFile.read(bytes, path: "secrets/prod.yml", format: format)
    guard let file else { return (nil, problems.map(\.message)) }
    let (opened, findings) = file.open(dataKey: SopsJudge.key)
    return (opened, findings.map(\.message))
}

func text(_ value: String) -> SopsPlainValue { .string(SensitiveBytes(value.utf8)) }

let later = Instant(microseconds: 1_750_000_000_000_000)
let muchLater = Instant(microseconds: 1_760_000_000_000_000)

@Suite struct SopsFileTests {
    @Test(arguments: [SopsFormat.yaml, .json], [false, true])
    func everyTypeIsRead(_ format: SopsFormat, _ macOnlyEncrypted: Bool) throws {
        let (opened, messages) = open(try SopsJudge.made(format, macOnlyEncrypted: macOnlyEncrypted), format)
        let file = try #require(opened, "\(messages)")
        #expect(file[["password"]] == text("pä#ss: word"))
        #expect(file[["database", "port"]] == .integer(5432))
        #expect(file[["database", "ratio"]] == .float(0.25))
        #expect(file[["database", "tls"]] == .bool(true))
        #expect(file.values.filter { $0.keys == ["hosts"] }.map(\.value) == [text("one"), text("two")])
        #expect(file[["since"]] == .time("2024-05-01T00:00:00Z"))
        #expect(file[["empty"]] == text(""))
        #expect(file[["nothing"]] == .null)
        #expect(file[["count_unencrypted"]] == .integer(12))
        #expect(file.file.metadata.recipients.count == 2 && !file.file.metadata.isTextBound)
        #expect("\(file.values)".contains("ss: word") == false)
    }

    @Test(arguments: [SopsFormat.yaml, .json])
    func aChangeTouchesItsLineOnly(_ format: SopsFormat) throws {
        let bytes = try SopsJudge.made(format)
        let file = try #require(open(bytes, format).opened)
        let changed = try file.applying([SopsChange(keys: ["database", "port"], value: .integer(5433))], at: later)
        // From now on, the text is bound; the version says so.
        #expect(try differences(bytes, changed.file.bytes) == ["port", "lastmodified", "mac", "version"])
        #expect(changed.file.metadata.isTextBound && changed.file.metadata.version == "3.9.4+pipectl")
        #expect(try SopsJudge.values(changed.file.bytes, format)["database.port"] == "5433")
        let same = try changed.applying([SopsChange(keys: ["database", "port"], value: .integer(5433))], at: later)
        #expect(same.file.bytes == changed.file.bytes)
        let again = try changed.applying([SopsChange(keys: ["database", "port"], value: .integer(5434))], at: muchLater)
        #expect(try differences(changed.file.bytes, again.file.bytes) == ["port", "lastmodified", "mac"])
    }

    /// The keys of the lines that differ; there are as many as before.
    private func differences(_ old: [UInt8], _ new: [UInt8]) throws -> [String] {
        let (old, new) = (lines(old), lines(new))
        try #require(old.count == new.count)
        return zip(old, new).filter { $0 != $1 }.map { $0.1.split(separator: ":")[0].filter { $0.isLetter || $0.isNumber } }
    }

    @Test(arguments: [SopsFormat.yaml, .json])
    func keysComeAndGo(_ format: SopsFormat) throws {
        let bytes = try SopsJudge.made(format)
        var file = try #require(open(bytes, format).opened)
        func apply(_ changes: [SopsChange]) throws {
            file = try file.applying(changes, at: later)
        }
        try apply([
            SopsChange(keys: ["new"], value: text("n1")), SopsChange(keys: ["database", "user"], value: text("u")),
            SopsChange(keys: ["a", "b", "c"], value: text("deep")), SopsChange(keys: ["yes"], value: text("word")),
            SopsChange(keys: ["note_unencrypted"], value: text("a \"b\" # c")), SopsChange(keys: ["empty"], value: text("full")),
            SopsChange(keys: ["nothing"], value: .bool(false)), SopsChange(keys: ["ünï: #"], value: text("k")),
        ])
        var values = try SopsJudge.values(file.file.bytes, format)
        #expect(values["new"] == "n1" && values["database.user"] == "u" && values["a.b.c"] == "deep" && values["yes"] == "word")
        #expect(values["note_unencrypted"] == "a \"b\" # c" && values["empty"] == "full" && values["nothing"] == "False")
        #expect(values["ünï: #"] == "k" && values["password"] == "pä#ss: word")
        try apply(["port", "ratio", "tls", "user"].map { SopsChange(keys: ["database", $0], value: nil) }
            + [["new"], ["password"], ["ünï: #"]].map { SopsChange(keys: $0, value: nil) })
        values = try SopsJudge.values(file.file.bytes, format)
        #expect(values["new"] == nil && values["database.port"] == nil && values["a.b.c"] == "deep" && values["hosts"] == "one,two")
        #expect(throws: SopsError.self) { try apply([SopsChange(keys: ["absent"], value: nil)]) }
        #expect(throws: SopsError.self) { try apply([SopsChange(keys: ["hosts"], value: text("x"))]) }
        #expect(throws: SopsError.self) { try apply([SopsChange(keys: ["sops", "mac"], value: text("x"))]) }
    }

    @Test(arguments: [SopsFormat.yaml, .json])
    func manyChangesAreOnePass(_ format: SopsFormat) throws {
        let names = (0..<1000).map { "secret-\($0)" }
        var file = try SopsFile.create(path: "a", format: format, recipients: [try AgeIdentity.generate().recipient], at: later)
        file = try file.applying(names.map { SopsChange(keys: ["group", $0, "value"], value: text("\($0) one")) }, at: later)
        #expect(file.values.map { $0.keys[1] } == names)
        let one = try file.applying([SopsChange(keys: ["group", "secret-500", "value"], value: text("two"))], at: muchLater)
        #expect(try differences(file.file.bytes, one.file.bytes) == (format == .yaml ? ["value", "lastmodified", "mac"] : ["group", "lastmodified", "mac"]))
        let all = try one.applying(names.map { SopsChange(keys: ["group", $0, "value"], value: text("\($0) three")) }, at: later)
        #expect(all.values.map(\.value) == names.map { text("\($0) three") })
        let half = try all.applying(names.indices.filter { $0 % 2 == 0 }.map { SopsChange(keys: ["group", names[$0]], value: nil) }, at: later)
        #expect(half.values.map { $0.keys[1] } == names.indices.filter { $0 % 2 == 1 }.map { names[$0] })
        let none = try half.applying(half.values.map { SopsChange(keys: $0.keys.dropLast(), value: nil) }, at: later)
        #expect(none.values.isEmpty)
    }

    @Test func changesAreMadeOneAfterAnother() throws {
        var file = try SopsFile.create(path: "a.yml", format: .yaml, recipients: [try AgeIdentity.generate().recipient], at: later)
        file = try file.applying(
            [
                SopsChange(keys: ["a", "b"], value: text("1")), SopsChange(keys: ["a", "b"], value: text("2")),
                SopsChange(keys: ["a"], value: nil), SopsChange(keys: ["a", "c"], value: text("3")),
                SopsChange(keys: ["d"], value: text("4")), SopsChange(keys: ["d"], value: nil),
            ], at: later)
        #expect(file.values.map(\.keys) == [["a", "c"]] && file[["a", "c"]] == text("3"))
        #expect(throws: SopsError.self) { try file.applying([SopsChange(keys: ["a"], value: text("5"))], at: later) }
        #expect(throws: SopsError.self) { try file.applying([SopsChange(keys: ["a", "c", "e"], value: text("5"))], at: later) }
    }

    /// Names that Swift takes for equal are two names.
    @Test func namesAreBytes() throws {
        let (composed, decomposed) = (["\u{E9}"], ["e\u{301}"])
        var file = try SopsFile.create(path: "a.yml", format: .yaml, recipients: [try AgeIdentity.generate().recipient], at: later)
        file = try file.applying([SopsChange(keys: composed, value: text("1")), SopsChange(keys: decomposed, value: text("2"))], at: later)
        #expect(file[composed] == text("1") && file[decomposed] == text("2"))
        file = try file.applying([SopsChange(keys: decomposed, value: nil)], at: later)
        #expect(file[composed] == text("1") && file[decomposed] == nil)
    }

    private func lines(_ bytes: [UInt8]) -> [String] { String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n") }
}
