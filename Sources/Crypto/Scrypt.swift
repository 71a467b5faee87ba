internal import CCrypto

/// Keys from passphrases (RFC 7914).
package enum Scrypt {
    /// With N = 2^work. Takes `128 * r * 2^work` bytes of memory.
    package static func key(
        from passphrase: SensitiveBytes, salt: [UInt8], work: Int, r: Int = 8, p: Int = 1, count: Int = 32
    ) throws(CryptoError) -> SensitiveBytes {
        precondition((1..<32).contains(work))
        let library = try CryptoLibrary.load()
        // The library's own limit is 32 MiB.
        let memory = UInt64(128 * r) * (UInt64(1) << UInt64(work)) + UInt64(128 * r * p) + (1 << 20)
        return try passphrase.withBytes { (passphrase) throws(CryptoError) in
            try SensitiveBytes(count: count) { (key) throws(CryptoError) in
                let done = library.functions.EVP_PBE_scrypt(
                    passphrase.baseAddress?.assumingMemoryBound(to: CChar.self), passphrase.count, salt, salt.count,
                    UInt64(1) << UInt64(work), UInt64(r), UInt64(p), memory,
                    key.baseAddress?.assumingMemoryBound(to: UInt8.self), count)
                guard done == 1 else { throw library.error("cannot make a key from a passphrase") }
            }
        }
    }
}
