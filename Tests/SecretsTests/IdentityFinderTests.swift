import Age
import Crypto
import Foundation
import Keyring
import Secrets
import Synchronization
import Testing

@Suite struct IdentityFinderTests {
    let folder: TemporaryFolder
    let identities: [AgeIdentity]
    init() throws {
        folder = try TemporaryFolder()
        identities = try (0..<6).map { _ in try AgeIdentity.generate() }
    }

    private func text(_ index: Int) -> String { identities[index].secretText.withBytes { String(decoding: $0, as: UTF8.self) } }

    /// Opens what is encrypted to one of the identities.
    private func opens(_ index: Int) -> ([AgeIdentity]) -> String? {
        { $0.first { $0.recipient == identities[index].recipient }?.recipient.description }
    }

    private func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        let path = folder(name)
        try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    /// Every place holds an identity of its own, with the place's number.
    private func everywhere() throws -> [String: String] {
        _ = try write("# mine\r\n\n\(text(3))\n", to: "home/.config/sops/age/keys.txt")
        return [
            "PIPECTL_AGE_KEY": text(0) + "\n", "SOPS_AGE_KEY": text(1), "SOPS_AGE_KEY_FILE": try write(text(2), to: "named"),
            "HOME": folder("home"),
        ]
    }

    private func error(_ finder: IdentityFinder) -> IdentityError? {
        do throws(IdentityError) { _ = try finder.first { _ in Optional<Int>.none } } catch { return error }
        return nil
    }

    @Test(arguments: 0..<5) func placesAreAskedInOrderAndNotBeforeTheirTurn(_ index: Int) throws {
        let asked = Mutex(0)
        let keyring = SensitiveBytes(text(4).utf8)
        let finder = IdentityFinder(variables: try everywhere()) {
            asked.withLock { $0 += 1 }
            return .success([keyring])
        }
        for _ in 0..<2 {
            #expect(try finder.first(opens(index)) == identities[index].recipient.description)
        }
        #expect(finder.looked.map { $0.recipients } == (0...index).map { [identities[$0].recipient] })
        #expect(asked.withLock { $0 } == (index == 4 ? 1 : 0))
        #expect(finder.warnings.isEmpty)
    }

    @Test func whereItLookedIsTold() throws {
        var variables = try everywhere()
        variables["PIPECTL_AGE_KEY"] = "\(text(0))\n\(text(5))\n\(text(0))"
        variables["SOPS_AGE_KEY"] = "\n"
        variables["SOPS_AGE_KEY_FILE"] = nil
        variables["XDG_CONFIG_HOME"] = folder("home/none")
        let failure = try #require(error(IdentityFinder(variables: variables)))
        #expect(failure.kind == .notFound)
        #expect(failure.message == "none of the age identities found opens it")
        #expect(failure.looked.map(\.description) == [
            "PIPECTL_AGE_KEY: 2 identities, recipients \(identities[0].recipient), \(identities[5].recipient)", "SOPS_AGE_KEY: empty",
            "SOPS_AGE_KEY_FILE: not set", "~/none/sops/age/keys.txt: not there", "keyring: no session bus",
        ])
        let nothing = try #require(error(IdentityFinder(variables: [:]) { .failure(KeyringError(.locked, "the keyring is locked")) }))
        #expect(nothing.message == "found no age identity")
        #expect(nothing.looked.suffix(2).map(\.description) == ["key file: HOME is not set", "keyring: the keyring is locked"])
    }

    @Test func aNamedFileIsTheOnlyPlace() throws {
        var variables = try everywhere()
        let finder = IdentityFinder(file: try write(text(5), to: "five"), variables: variables)
        #expect(throws: IdentityError.self) { try finder.first(opens(0)) }
        #expect(finder.looked.map(\.recipients) == [[identities[5].recipient]])
        #expect(error(IdentityFinder(file: "/nowhere", variables: variables))?.message == "there is no key file /nowhere")
        variables["SOPS_AGE_KEY_FILE"] = "/nowhere"
        #expect(error(IdentityFinder(variables: variables))?.message == "there is no key file /nowhere (SOPS_AGE_KEY_FILE)")
    }

    /// What is there and no identity is named, never passed over, and never shown.
    @Test func malformedOnesAreNamedAndNotShown() throws {
        let slip = String(text(1).dropLast()) + (text(1).hasSuffix("Q") ? "P" : "Q")
        for (wrong, kind, part) in [
            (slip, IdentityError.Kind.malformed, "line 1: this is no age identity"), (text(1) + "\n" + text(1).lowercased().dropLast(3), .malformed, "line 2:"),
            ("# no key\n", .malformed, "it holds no identity"), ("-----BEGIN OPENSSH PRIVATE KEY-----\n\(slip)", .unsupported, "SSH"),
            ("age-encryption.org/v1\n-> scrypt x 18", .unsupported, "passphrase"),
            ("-----BEGIN AGE ENCRYPTED FILE-----\n", .unsupported, "passphrase"),
        ] {
            let path = try write(wrong, to: "home/.config/sops/age/keys.txt")
            let finders = [
                "PIPECTL_AGE_KEY": IdentityFinder(variables: ["PIPECTL_AGE_KEY": wrong, "SOPS_AGE_KEY": text(1)]),
                "~/.config/sops/age/keys.txt": IdentityFinder(variables: ["SOPS_AGE_KEY": text(0), "HOME": folder("home")]),
                path: IdentityFinder(file: path, variables: [:]),
                "keyring": IdentityFinder(variables: [:]) { .success([SensitiveBytes(text(2).utf8), SensitiveBytes(wrong.utf8)]) },
            ]
            for (place, finder) in finders {
                let failure = try #require(error(finder), "\(place)")
                #expect(failure.kind == kind && failure.message.hasPrefix(place) && failure.message.contains(part), "\(failure)")
                for secret in [text(1), slip] {
                    #expect(!"\(failure) \(failure.help ?? "")".lowercased().contains(secret.dropFirst(20).prefix(12).lowercased()))
                }
            }
        }
        // Behind one that does, nobody meets it.
        #expect(try IdentityFinder(variables: ["PIPECTL_AGE_KEY": text(0), "SOPS_AGE_KEY": slip]).first(opens(0)).isEmpty == false)
    }

    @Test func filesThatAreNoKeyFiles() throws {
        #expect(mkfifo(folder("pipe"), 0o600) == 0)
        let large = try write(String(repeating: "#", count: 1 << 20 + 1), to: "large")
        for (path, part) in [(folder("pipe"), "is no regular file"), (folder.path, "is no regular file"), (large, "is larger than 1 MiB")] {
            #expect(error(IdentityFinder(file: path, variables: [:]))?.message.contains("\(path) \(part)") == true)
        }
    }

    @Test(arguments: [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o620, true)])
    func filesThatOthersReadAreWarnedOf(_ mode: Int, _ warns: Bool) throws {
        let path = try write(text(0), to: "key", mode: mode)
        let finder = IdentityFinder(file: path, variables: [:])
        #expect(finder.warnings.isEmpty)
        _ = try finder.first(opens(0))
        #expect(finder.warnings == (warns ? ["others can read or change the key file \(path): `chmod 600 \(path)` keeps them out"] : []))
    }

    /// With a keyring that `acceptance/system/test_keyring.py` makes.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PIPECTL_TEST_KEYRING_RECIPIENT"] != nil))
    func desktopsKeyring() throws {
        var variables = ProcessInfo.processInfo.environment
        for name in ["PIPECTL_AGE_KEY", "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"] { variables[name] = nil }
        let recipient = try #require(variables["PIPECTL_TEST_KEYRING_RECIPIENT"])
        let finder = IdentityFinder(variables: variables)
        #expect(try finder.first { $0.first { $0.recipient.description == recipient } }.recipient.description == recipient)
        #expect(finder.looked.last?.description == "keyring: 1 identity, recipient \(recipient)")
    }
}
