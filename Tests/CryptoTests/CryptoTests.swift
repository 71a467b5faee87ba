import Crypto
import Testing

/// The primitives against the examples of the standards that define them.
@Suite struct CryptoTests {
    @Test func digests() throws {
        // FIPS 180-4, "abc".
        #expect(hex(try Hash.sha256.digest(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(hex(try Hash.sha512.digest(Array("abc".utf8))).hasPrefix("ddaf35a193617abacc417349ae204131"))
        #expect(hex(try Hash.sha256.digest([])).hasPrefix("e3b0c44298fc1c14"))
    }

    @Test func keyedHashes() throws {
        // RFC 4231, case 2; RFC 5869, case 3.
        let code = try Hash.sha256.authenticationCode(of: Array("what do ya want for nothing?".utf8), key: SensitiveBytes("Jefe".utf8))
        #expect(hex(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let key = try Hash.sha256.derivedKey(from: SensitiveBytes([UInt8](repeating: 0x0b, count: 22)), salt: [], info: "")
        #expect(hex(key) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
    }

    @Test func agreement() throws {
        // RFC 7748, section 5.2, the first example.
        let secret = SensitiveBytes(bytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"))
        let point = bytes("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
        #expect(hex(try X25519.sharedSecret(secret, point)) == "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")
        let other = try RandomBytes.secret(count: 32)
        let (first, second) = (try X25519.publicKey(of: secret), try X25519.publicKey(of: other))
        #expect(hex(try X25519.sharedSecret(secret, second)) == hex(try X25519.sharedSecret(other, first)))
    }

    @Test func pointsOfLowOrderAreRefused() throws {
        let secret = try RandomBytes.secret(count: 32)
        for point in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31)] {
            #expect { try X25519.sharedSecret(secret, point) } throws: { ($0 as? CryptoError)?.kind == .lowOrderPoint }
        }
    }

    @Test func passphrases() throws {
        // RFC 7914, section 12.
        let key = try Scrypt.key(from: SensitiveBytes("password".utf8), salt: Array("NaCl".utf8), work: 10, r: 8, p: 16)
        #expect(hex(key) == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")
    }

    @Test func gcmWithItsStandardNonce() throws {
        // The GCM specification, case 14: a zero key, nonce and block.
        let key = SensitiveBytes([UInt8](repeating: 0, count: 32))
        let sealed = try AuthenticatedCipher.aes256GCM.seal(
            SensitiveBytes([UInt8](repeating: 0, count: 16)), key: key, nonce: [UInt8](repeating: 0, count: 12))
        #expect(hex(sealed) == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
    }

    @Test(arguments: [(AuthenticatedCipher.aes256GCM, 12), (.aes256GCM, 32), (.aes256GCM, 1), (.chaCha20Poly1305, 12)])
    func everyChangeIsNoticed(_ cipher: AuthenticatedCipher, _ nonceCount: Int) throws {
        let (key, nonce) = (try RandomBytes.secret(count: 32), try RandomBytes.visible(count: nonceCount))
        let data = Array("name:".utf8)
        for plaintext in ["", "x", "a longer text than one block has"] {
            let sealed = try cipher.seal(SensitiveBytes(plaintext.utf8), key: key, nonce: nonce, data: data)
            #expect(try cipher.open(sealed, key: key, nonce: nonce, data: data).withBytes { Array($0) } == Array(plaintext.utf8))
            for place in sealed.indices {
                var changed = sealed
                changed[place] ^= 1
                #expect(throws: CryptoError(.notAuthentic, "the ciphertext is not authentic")) {
                    try cipher.open(changed, key: key, nonce: nonce, data: data)
                }
            }
            #expect(throws: CryptoError.self) { try cipher.open(sealed, key: key, nonce: nonce, data: []) }
            #expect(throws: CryptoError.self) { try cipher.open(Array(sealed.dropLast()), key: key, nonce: nonce, data: data) }
        }
    }

    @Test func secretsDoNotShow() throws {
        let secret = SensitiveBytes("hunter2".utf8)
        var dumped = ""
        dump(["key": secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] { #expect(!text.contains("hunter2") && !text.contains("104")) }
        var source = Array("hunter2".utf8)
        let taken = SensitiveBytes(taking: &source)
        #expect(source.isEmpty)
        #expect(try taken.equals(secret))
        #expect(try !taken.equals(SensitiveBytes("hunter3".utf8)))
        #expect(try !taken.equals(SensitiveBytes("hunter".utf8)))
    }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

func hex(_ bytes: SensitiveBytes) -> String { hex(bytes.withBytes { Array($0) }) }

func bytes(_ hex: some StringProtocol) -> [UInt8] {
    let digits = hex.utf8.map { UInt8($0 > 96 ? $0 - 87 : $0 - 48) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
