import Age
import Crypto
import Foundation
import Testing

/// The program `age` (scripts/setup installs it) opens what we write, and we open what it writes.
@Suite struct JudgeTests {
    static let program = "/usr/bin/age"

    @Test(arguments: [0, 1, 65535, 65536, 65537, 200_000], [false, true])
    func agree(_ count: Int, armored: Bool) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("age-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
        func write(_ bytes: [UInt8], _ name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path(name))) }
        func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

        let identity = try AgeIdentity.generate()
        let plaintext = try RandomBytes.visible(count: count)
        try write(identity.secretText.withBytes { Array($0) }, "key")
        let ours = armored
            ? Array(try Age.encryptArmored(SensitiveBytes(plaintext), to: [identity.recipient]).utf8)
            : try Age.encrypt(SensitiveBytes(plaintext), to: [identity.recipient])
        try write(ours, "ours.age")
        try run(["--decrypt", "--identity", path("key"), "--output", path("theirs"), path("ours.age")])
        // Where there is nothing to write, it makes no file.
        #expect(try count == 0 || read("theirs") == plaintext)

        try write(plaintext, "plain")
        let options = armored ? ["--armor"] : []
        try run(options + ["--recipient", "\(identity.recipient)", "--output", path("theirs.age"), path("plain")])
        let theirs = try read("theirs.age")
        let opened = armored ? try Age.decrypt(armored: theirs, with: [identity]) : try Age.decrypt(theirs, with: [identity])
        #expect(opened.withBytes { Array($0) } == plaintext)
        if armored { #expect(AgeArmor.encode(try AgeArmor.decode(theirs)) == String(decoding: theirs, as: UTF8.self)) }
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
