internal import CCrypto

/// What PostgreSQL keeps of a password (RFC 5803, RFC 7677): whoever sees it cannot log in with it.
package enum ScramVerifier {
    /// As PostgreSQL makes them (`SCRAM_SHA_256_DEFAULT_ITERATIONS`).
    static let iterations = 4096
    static let saltCount = 16

    /// `SCRAM-SHA-256$4096:SALT$STORED:SERVER`, which `ALTER ROLE ... PASSWORD` takes in the place of a password.
    ///
    /// - Parameter password: printable ASCII, which the rules for other text (SASLprep) leave as it is; nil for others.
    package static func sha256(of password: SensitiveBytes) throws(CryptoError) -> String? {
        guard password.count > 0, password.withBytes({ $0.allSatisfy { (0x20...0x7E).contains($0) } }) else { return nil }
        return try sha256(of: password, salt: RandomBytes.visible(count: saltCount), iterations: iterations)
    }

    static func sha256(of password: SensitiveBytes, salt: [UInt8], iterations: Int) throws(CryptoError) -> String {
        let salted = try key(from: password, salt: salt, iterations: iterations)
        let client = try Hash.sha256.authenticationCode(of: Array("Client Key".utf8), key: salted)
        let stored = try client.withBytes { (bytes) throws(CryptoError) in try Hash.sha256.digest(bytes) }
        let server = try Hash.sha256.authenticationCode(of: Array("Server Key".utf8), key: salted).withBytes { Array($0) }
        func text(_ bytes: [UInt8]) -> String { String(decoding: Base64.padded.encode(bytes), as: UTF8.self) }
        return "SCRAM-SHA-256$\(iterations):\(text(salt))$\(text(stored)):\(text(server))"
    }

    /// PBKDF2 (RFC 8018) with HMAC-SHA-256, 32 bytes.
    private static func key(from password: SensitiveBytes, salt: [UInt8], iterations: Int) throws(CryptoError) -> SensitiveBytes {
        let library = try CryptoLibrary.load()
        return try password.withBytes { (password) throws(CryptoError) in
            try SensitiveBytes(count: Hash.sha256.count) { (key) throws(CryptoError) in
                let done = library.functions.PKCS5_PBKDF2_HMAC(
                    password.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(password.count), salt, Int32(salt.count), Int32(iterations),
                    Hash.sha256.type(library), Int32(key.count), key.baseAddress?.assumingMemoryBound(to: UInt8.self))
                guard done == 1 else { throw library.error("cannot make a key from a password") }
            }
        }
    }
}
