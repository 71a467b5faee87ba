import Age
import Crypto
import Testing

@Suite struct AgeTests {
    let identity: AgeIdentity
    init() throws { identity = try AgeIdentity.generate() }

    private func opened(_ file: [UInt8]) throws -> [UInt8] { try Age.decrypt(file, with: [identity]).withBytes { Array($0) } }

    private func failure(_ file: [UInt8]) -> AgeError.Kind? {
        do { _ = try opened(file) } catch { return (error as? AgeError)?.kind }
        return nil
    }

    @Test(arguments: [0, 1, 65535, 65536, 65537, 131_072, 200_000])
    func whatIsWrittenIsRead(_ count: Int) throws {
        let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let other = try AgeIdentity.generate()
        let file = try Age.encrypt(SensitiveBytes(plaintext), to: [other.recipient, identity.recipient])
        #expect(try opened(file) == plaintext)
        #expect(try Age.decrypt(file, with: [other]).withBytes { Array($0) } == plaintext)
        let text = AgeArmor.encode(file)
        #expect(try AgeArmor.decode(Array(text.utf8)) == file)
        // Cut anywhere about the end of a chunk, or extended, it is refused.
        for cut in [1, 16, 17, 65552] where cut < file.count - 400 { #expect(failure(Array(file.dropLast(cut))) == .payload) }
        #expect(failure(file + [0]) == .payload)
    }

    /// Every byte of a short file matters, and what part it stands in tells the error.
    @Test func everyChangeIsNoticed() throws {
        let file = try Age.encrypt(SensitiveBytes("secret".utf8), to: [identity.recipient])
        let payload = file.count - 16 - 6 - 16
        for place in file.indices {
            var changed = file
            changed[place] ^= 1
            let kind = try #require(failure(changed), "byte \(place)")
            #expect(place >= payload ? kind == .payload : [.header, .noMatch, .headerAuthentication].contains(kind))
        }
        for count in file.indices { #expect(failure(Array(file.prefix(count))) != nil) }
    }

    @Test func headersAreStrict() throws {
        let file = try Age.encrypt(SensitiveBytes("secret".utf8), to: [identity.recipient])
        let end = try #require(file.indices.first { file[$0...].starts(with: "--- ".utf8) }) + 48
        let lines = String(decoding: file[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
        let rest = Array(file[end...])
        func kind(_ lines: [String], separator: String = "\n") -> AgeError.Kind? {
            failure(Array((lines.joined(separator: separator) + separator).utf8) + rest)
        }
        #expect(kind(lines) == nil)
        let (version, stanza, body, code) = (lines[0], lines[1], lines[2], lines[3])
        #expect(kind([version, stanza, body, code], separator: "\r\n") == .header)
        #expect(kind(["age-encryption.org/v2", stanza, body, code]) == .header)
        #expect(kind([version, code]) == .header)
        #expect(kind([version, stanza, body]) == .header)
        #expect(kind([version, stanza + " x", body, code]) == .header)
        #expect(kind([version, stanza + " ", body, code]) == .header)
        #expect(kind([version, "-> X25519", body, code]) == .header)
        #expect(kind([version, "->", body, code]) == .header)
        #expect(kind([version, stanza, body + "=", code]) == .header)
        #expect(kind([version, stanza, body + "AAAA", code]) == .header)
        #expect(kind([version, stanza, "", code]) == .header)
        #expect(kind([version, stanza, body, code + "="]) == .header)
        #expect(kind([version, stanza, body, code + " "]) == .header)
        #expect(kind([version, stanza, body, code.replacing("--- ", with: "---")]) == .header)
        #expect(kind([version, stanza, body, "-> other", "", code]) == .headerAuthentication)
        #expect(kind([version, stanza.replacing("X25519", with: "x25519"), body, code]) == .noMatch)
        let zero = Base64.unpadded.encoded([UInt8](repeating: 0, count: 32))
        #expect(kind([version, "-> X25519 \(zero)", body, code]) == .header)
        let scrypt = ["-> scrypt \(Base64.unpadded.encoded([UInt8](repeating: 1, count: 16))) 10", body]
        #expect(kind([version, stanza, body] + scrypt + [code]) == .header)
    }

    @Test(arguments: [("23", AgeError.Kind.header), ("0", .header), ("010", .header), ("+9", .header), ("99999999999999999999", .header), ("2", .noMatch)])
    func workFactorsAreLimited(_ work: String, _ expected: AgeError.Kind) throws {
        let (salt, body) = ([UInt8](repeating: 1, count: 16), [UInt8](repeating: 2, count: 32))
        let header = """
            age-encryption.org/v1
            -> scrypt \(Base64.unpadded.encoded(salt)) \(work)
            \(Base64.unpadded.encoded(body))
            --- \(Base64.unpadded.encoded(body))

            """
        let passphrase = AgePassphrase(SensitiveBytes("password".utf8))
        #expect { try Age.decrypt(Array(header.utf8) + salt + salt, with: [passphrase]) } throws: { ($0 as? AgeError)?.kind == expected }
    }

    @Test func armorIsStrict() throws {
        let text = try Age.encryptArmored(SensitiveBytes([UInt8](repeating: 7, count: 20)), to: [identity.recipient])
        func decodes(_ text: String) -> Bool { (try? AgeArmor.decode(Array(text.utf8))) != nil }
        #expect(decodes(text) && decodes(text.replacing("\n", with: "\r\n")) && decodes(" \r\n\t" + text + "\n \n"))
        #expect(decodes(String(text.dropLast())))
        let lines = text.split(separator: "\n").map(String.init)
        func joined(_ change: (inout [String]) -> Void) -> String {
            var lines = lines
            change(&lines)
            return lines.joined(separator: "\n")
        }
        #expect(!decodes(""))
        #expect(!decodes(joined { $0.removeLast() }))
        #expect(!decodes(joined { $0.removeFirst() }))
        #expect(!decodes("x\n" + text) && !decodes(text + "x"))
        #expect(!decodes(joined { $0[0] = $0[0].lowercased() }))
        #expect(!decodes(joined { $0.insert("", at: 1) }))
        #expect(!decodes(joined { $0.insert("", at: $0.count - 1) }))
        #expect(!decodes(joined { $0[1] += " " }))
        #expect(!decodes(joined { $0[1] += $0.remove(at: 2) }))
        #expect(!decodes(joined { $0[1].removeLast(4) }))
        #expect(!decodes(joined { $0.insert("Comment: no", at: 1) }))
    }

    @Test func keysAreTexts() throws {
        // The example of the format's description.
        let text = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
        let example = try AgeIdentity(parsing: SensitiveBytes(text.utf8))
        #expect(example.recipient.description == "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj")
        #expect(example.secretText.withBytes { String(decoding: $0, as: UTF8.self) } == text)
        #expect(try AgeRecipient(parsing: example.recipient.description) == example.recipient)
        for wrong in [text.lowercased(), String(text.dropLast()), text + "\n", "AGE-PLUGIN-YUBIKEY-1", ""] {
            #expect { try AgeIdentity(parsing: SensitiveBytes(wrong.utf8)) } throws: {
                ($0 as? AgeError)?.kind == .identity && !"\($0)".contains("GFPYYS")
            }
        }
        let lowOrder = String(decoding: Bech32.encode(prefix: "age", [UInt8](repeating: 0, count: 32)), as: UTF8.self)
        let short = String(decoding: Bech32.encode(prefix: "age", [UInt8](repeating: 9, count: 31)), as: UTF8.self)
        for wrong in [example.recipient.description.uppercased(), lowOrder, short, "age1", text] {
            #expect { try AgeRecipient(parsing: wrong) } throws: { ($0 as? AgeError)?.kind == .recipient }
        }
        let file = "# created today\r\n\n\(text)\r\n# end"
        #expect(try AgeIdentity.parse(file: SensitiveBytes(file.utf8)).map(\.recipient) == [example.recipient])
        #expect(throws: AgeError(.identity, "line 2: this is no age identity: it is mistyped or cut off")) {
            try AgeIdentity.parse(file: SensitiveBytes("# key\nrubbish".utf8))
        }
        var dumped = ""
        dump(example, to: &dumped)
        #expect(!dumped.contains("GFPYYS") && !"\(example)".contains("SECRET"))
    }
}
