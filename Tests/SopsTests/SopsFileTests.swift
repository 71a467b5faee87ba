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
    static let cipher = try! LibcryptoCipher()

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
        try withFile(format) { path in
            _ = try run(["write", path, hexKey] + (macOnlyEncrypted ? ["yes"] : []))
            return try FileSystem.read(path)
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

    static var hexKey: String { (0..<32).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

func open(_ bytes: [UInt8], _ format: SopsFormat = .yaml) -> (opened: OpenedSopsFile?, messages: [String]) {
    let (file, problems) = SopsFile.read(bytes, path: "secrets/prod.yml", format: format)
    guard let file else { return (nil, problems.map(\.message)) }
    let (opened, findings) = file.open(dataKey: SopsJudge.key, cipher: SopsJudge.cipher)
    return (opened, findings.map(\.message))
}

func text(_ value: String) -> SopsPlainValue { .string(Array(value.utf8)) }

let later = Instant(microseconds: 1_750_000_000_000_000)

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
        #expect(file[["empty"]] == .string([]))
        #expect(file[["nothing"]] == .null)
        #expect(file[["count_unencrypted"]] == .integer(12))
        #expect(file.file.metadata.recipients.map(\.recipient) == ["age1test"])
        #expect("\(file.values)".contains("ss: word") == false)
    }

    @Test(arguments: [SopsFormat.yaml, .json])
    func aChangeTouchesItsLineOnly(_ format: SopsFormat) throws {
        let bytes = try SopsJudge.made(format)
        let file = try #require(open(bytes, format).opened)
        let changed = try file.applying(
            [SopsChange(keys: ["database", "port"], value: .integer(5433))], at: later, dataKey: SopsJudge.key, cipher: SopsJudge.cipher)
        let (old, new) = (lines(bytes), lines(changed.file.bytes))
        let different = zip(old, new).filter { $0 != $1 }.map { $0.1.split(separator: ":")[0].filter { $0.isLetter } }
        #expect(old.count == new.count)
        #expect(different == ["port", "lastmodified", "mac"])
        #expect(try SopsJudge.values(changed.file.bytes, format)["database.port"] == "5433")
        let same = try changed.applying(
            [SopsChange(keys: ["database", "port"], value: .integer(5433))], at: later, dataKey: SopsJudge.key, cipher: SopsJudge.cipher)
        #expect(same.file.bytes == changed.file.bytes)
    }

    @Test(arguments: [SopsFormat.yaml, .json])
    func keysComeAndGo(_ format: SopsFormat) throws {
        let bytes = try SopsJudge.made(format)
        var file = try #require(open(bytes, format).opened)
        func apply(_ changes: [SopsChange]) throws {
            file = try file.applying(changes, at: later, dataKey: SopsJudge.key, cipher: SopsJudge.cipher)
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

    @Test func anAgeIdentityOpensIt() throws {
        let identity = try AgeIdentity.generate()
        let key = try AgeKeyUnwrapper.wrap(SopsJudge.key, for: identity.recipient)
        let made = try SopsFile.create(
            path: "a.yml", format: .yaml, recipients: [key], at: later, dataKey: SopsJudge.key, cipher: SopsJudge.cipher)
        let file = try made.applying(
            [SopsChange(keys: ["a"], value: text("b"))], at: later, dataKey: SopsJudge.key, cipher: SopsJudge.cipher).file
        let opened = file.open(unwrapper: AgeKeyUnwrapper(identities: [identity]), cipher: SopsJudge.cipher).opened
        #expect(opened?[["a"]] == text("b"))
        #expect(try SopsJudge.run(["unwrap", String(decoding: identity.secretText.withBytes { Array($0) }, as: UTF8.self), key.armored]).asString == SopsJudge.hexKey)
        let stranger = AgeKeyUnwrapper(identities: [try AgeIdentity.generate()])
        let (none, _, findings) = file.open(unwrapper: stranger, cipher: SopsJudge.cipher)
        #expect(none == nil && findings.map(\.message) == ["no identity opens this file; it is encrypted for \(identity.recipient)"])
    }

    private func lines(_ bytes: [UInt8]) -> [String] { String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n") }
}
