import Age
import Crypto
import Foundation
import Secrets
import Support
import Testing

@Suite struct IdentityFileTests {
    let folder: TemporaryFolder
    let identity: AgeIdentity
    let created = Instant(microseconds: 1_795_000_000_123_456)
    init() throws { (folder, identity) = (try TemporaryFolder(), try AgeIdentity.generate()) }

    private func recipients(_ path: String) throws -> [AgeRecipient] {
        try IdentityFinder(file: path, variables: [:]).first { $0 }.map(\.recipient)
    }

    /// What age-keygen finds in the file.
    private func ageKeygen(_ path: String) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/age-keygen")
        process.arguments = ["-y", path]
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: text, as: UTF8.self)
    }

    @Test func whatIsWrittenIsForItsOwnerAlone() throws {
        let path = folder("a/b/keys.txt")
        try IdentityFile.create(at: path, identity: identity, created: created)
        let secret = identity.secretText.withBytes { String(decoding: $0, as: UTF8.self) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == """
            # created: 2026-11-18T11:06:40Z
            # public key: \(identity.recipient)
            \(secret)

            """)
        #expect(try FileSystem.permissions(of: path) == 0o600)
        #expect(try FileSystem.permissions(of: folder("a/b")) == 0o700)
        #expect(try FileSystem.permissions(of: folder("a")) == 0o700)
        #expect(try FileSystem.list(folder("a/b")).map(\.name) == ["keys.txt"])
        #expect(try ageKeygen(path) == "\(identity.recipient)\n")
        #expect(try recipients(path) == [identity.recipient])
    }

    @Test func nothingIsReplaced() throws {
        let path = folder("keys.txt")
        try IdentityFile.create(at: path, identity: identity, created: created)
        let before = try FileSystem.read(path)
        let other = try AgeIdentity.generate()
        #expect { try IdentityFile.create(at: path, identity: other, created: created) } throws: { ($0 as? IdentityError)?.kind == .exists }
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: folder("elsewhere"))
        #expect { try IdentityFile.create(at: folder("link"), identity: other, created: created) } throws: { ($0 as? IdentityError)?.kind == .exists }
        #expect(try FileSystem.read(path) == before)
        #expect(!FileSystem.exists(folder("elsewhere")))
    }

    @Test func oneMoreIsAdded() throws {
        let path = folder("keys.txt")
        // Without an end of line, as an editor may leave it.
        let first = Array("# mine\n".utf8) + identity.secretText.withBytes { Array($0) }
        try FileSystem.writeAtomically(first, to: path, mode: 0o600)
        let second = try AgeIdentity.generate()
        try IdentityFile.append(to: path, identity: second, created: created)
        #expect(try recipients(path) == [identity.recipient, second.recipient])
        #expect(try FileSystem.read(path).starts(with: first))
        #expect(try ageKeygen(path) == "\(identity.recipient)\n\(second.recipient)\n")
    }

    @Test func additionsAtTheSameTimeAreAllThere() throws {
        let path = folder("keys.txt")
        try IdentityFile.create(at: path, identity: identity, created: created)
        let added = try (0..<16).map { _ in try AgeIdentity.generate() }
        let failures = added.concurrentMap(chunk: 1) { identity -> IdentityError? in
            do throws(IdentityError) { try IdentityFile.append(to: path, identity: identity, created: created) } catch { return error }
            return nil
        }
        #expect(failures.allSatisfy { $0 == nil })
        #expect(Set(try recipients(path)) == Set(([identity] + added).map(\.recipient)))
    }

    @Test func nothingIsAddedToOtherFiles() throws {
        let path = folder("keys.txt")
        #expect(throws: IdentityError.self) { try IdentityFile.append(to: path, identity: identity, created: created) }
        for (text, mode) in [("rubbish\n", 0o600), ("# others\n", 0o600), (identity.secretText.withBytes { String(decoding: $0, as: UTF8.self) }, 0o644)] {
            try FileSystem.writeAtomically(Array(text.utf8), to: path, mode: UInt32(mode))
            #expect(throws: IdentityError.self) { try IdentityFile.append(to: path, identity: identity, created: created) }
            #expect(try FileSystem.read(path) == Array(text.utf8))
        }
    }

    @Test(arguments: [
        (["HOME": "/h"], "/h/.config/sops/age/keys.txt"), (["HOME": "/h", "XDG_CONFIG_HOME": "/x"], "/x/sops/age/keys.txt"),
        (["HOME": "/h", "XDG_CONFIG_HOME": "x"], "/h/.config/sops/age/keys.txt"), (["HOME": ""], nil), ([:], nil),
    ] as [([String: String], String?)])
    func platformsPlace(_ variables: [String: String], _ path: String?) { #expect(IdentityFile.platformPath(variables) == path) }
}
