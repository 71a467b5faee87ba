internal import CCrypto

/// SHA-2 (FIPS 180-4) and what is built on it.
package enum Hash: Sendable {
    case sha256, sha512

    /// Bytes of a digest.
    package var count: Int { self == .sha256 ? 32 : 64 }

    func type(_ library: CryptoLibrary) -> OpaquePointer? {
        self == .sha256 ? library.functions.EVP_sha256() : library.functions.EVP_sha512()
    }

    package func digest(_ bytes: UnsafeRawBufferPointer) throws(CryptoError) -> [UInt8] {
        let library = try CryptoLibrary.load()
        var result = [UInt8](repeating: 0, count: count)
        let done = library.functions.EVP_Digest(bytes.baseAddress, bytes.count, &result, nil, type(library), nil)
        guard done == 1 else { throw library.error("cannot make a digest") }
        return result
    }

    package func digest(_ bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
        try bytes.withUnsafeBufferPointer { (bytes) throws(CryptoError) in try digest(UnsafeRawBufferPointer(bytes)) }
    }

    /// HMAC (RFC 2104), secret until somebody decides otherwise: it may be a key.
    package func authenticationCode(of bytes: [UInt8], key: SensitiveBytes) throws(CryptoError) -> SensitiveBytes {
        let library = try CryptoLibrary.load()
        return try key.withBytes { (key) throws(CryptoError) in
            try SensitiveBytes(count: count) { (result) throws(CryptoError) in
                let start = result.baseAddress?.assumingMemoryBound(to: UInt8.self)
                let done = library.functions.HMAC(type(library), key.baseAddress, Int32(key.count), bytes, bytes.count, start, nil)
                guard done != nil else { throw library.error("cannot make an authentication code") }
            }
        }
    }

    /// HKDF (RFC 5869): extract, then the first block of expand, so as many bytes as a digest has.
    package func derivedKey(from material: SensitiveBytes, salt: [UInt8], info: String) throws(CryptoError) -> SensitiveBytes {
        // The material is the message of the extracting HMAC; the salt, which everybody may see, is its key.
        let extracted = try authenticationCode(ofSecret: material, key: salt.isEmpty ? [UInt8](repeating: 0, count: count) : salt)
        return try authenticationCode(of: Array(info.utf8) + [1], key: extracted)
    }

    private func authenticationCode(ofSecret bytes: SensitiveBytes, key: [UInt8]) throws(CryptoError) -> SensitiveBytes {
        let library = try CryptoLibrary.load()
        return try bytes.withBytes { (bytes) throws(CryptoError) in
            try SensitiveBytes(count: count) { (result) throws(CryptoError) in
                let start = result.baseAddress?.assumingMemoryBound(to: UInt8.self)
                let message = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                let done = library.functions.HMAC(type(library), key, Int32(key.count), message, bytes.count, start, nil)
                guard done != nil else { throw library.error("cannot make an authentication code") }
            }
        }
    }
}
