internal import CCrypto

/// Bytes of the cryptographic random generator.
package enum RandomBytes {
    /// For keys.
    package static func secret(count: Int) throws(CryptoError) -> SensitiveBytes {
        try SensitiveBytes(count: count) { (memory) throws(CryptoError) in try fill(memory) }
    }

    /// For nonces and salts, which everybody may see.
    package static func visible(count: Int) throws(CryptoError) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        try result.withUnsafeMutableBufferPointer { (memory) throws(CryptoError) in
            try fill(UnsafeMutableRawBufferPointer(memory))
        }
        return result
    }

    private static func fill(_ memory: UnsafeMutableRawBufferPointer) throws(CryptoError) {
        guard memory.count > 0 else { return }
        let library = try CryptoLibrary.load()
        let start = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard library.functions.RAND_priv_bytes(start, Int32(memory.count)) == 1 else {
            throw library.error("cannot make random bytes")
        }
    }
}
