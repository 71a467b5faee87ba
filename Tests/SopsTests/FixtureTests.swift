import Crypto
import Diagnostics
import Foundation
import Sops
import Support
import Testing

private let folder = ProcessInfo.processInfo.environment["PIPECTL_SOPS_FIXTURES"]

/// Files of the SOPS project (https://github.com/getsops/sops), where PIPECTL_SOPS_FIXTURES names a folder with them, each with its
/// data key as hexadecimal text beside it (`NAME.key`); `acceptance/vectors/run` makes it.
@Suite(.enabled(if: folder != nil, "PIPECTL_SOPS_FIXTURES names no folder"))
struct FixtureTests {
    static func names() throws -> [String] {
        guard let folder else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".json") }.sorted()
    }

    @Test(arguments: try FixtureTests.names())
    func readsAsTheJudgeDoes(_ name: String) throws {
        let path = try #require(folder) + "/" + name
        let format: SopsFormat = name.hasSuffix(".json") ? .json : .yaml
        let (file, problems) = SopsFile.read(try FileSystem.read(path), path: name, format: format)
        if name.hasSuffix("no_mac.yaml") {
            #expect(file == nil && problems.map(\.message) == ["sops.mac is missing or damaged"])
            return
        }
        let hex = String(decoding: try FileSystem.read(path + ".key"), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        let key = stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
        let (opened, findings) = try #require(file, "\(problems.map(\.message))").open(dataKey: SensitiveBytes(key))
        let values = try #require(opened, "\(findings.map(\.message))").values.filter { $0.value != .null }.map {
            JSONValue.array([.string($0.keys.joined(separator: ".")), .string($0.value.withEncoded { String(decoding: $0, as: UTF8.self) })])
        }
        #expect(try SopsJudge.run(["read", path, hex]) == .array(values))
        // What was changed reads back, and is bound from then on.
        let changed = try #require(opened).applying([SopsChange(keys: ["a-new-one"], value: text("new"))], at: later)
        #expect(changed.values.count == values.count + (opened?.values.filter { $0.value == .null }.count ?? 0) + 1)
    }
}
