internal import CCrypto

/// Diffie-Hellman on Curve25519 (RFC 7748). Keys and points of 32 bytes.
package enum X25519 {
    package static let count = 32

    /// The point that belongs to a secret.
    package static func publicKey(of secret: SensitiveBytes) throws(CryptoError) -> [UInt8] {
        let library = try CryptoLibrary.load()
        let key = try privateKey(library, secret)
        defer { library.functions.EVP_PKEY_free(key) }
        var (result, size) = ([UInt8](repeating: 0, count: count), count)
        guard library.functions.EVP_PKEY_get_raw_public_key(key, &result, &size) == 1, size == count else {
            throw library.error("cannot make a public key")
        }
        return result
    }

    /// What both sides know. Throws `lowOrderPoint` where it would be zero.
    package static func sharedSecret(_ secret: SensitiveBytes, _ point: [UInt8]) throws(CryptoError) -> SensitiveBytes {
        precondition(point.count == count)
        let library = try CryptoLibrary.load()
        let key = try privateKey(library, secret)
        defer { library.functions.EVP_PKEY_free(key) }
        guard let peer = library.functions.EVP_PKEY_new_raw_public_key(Int32(EVP_PKEY_X25519), nil, point, count) else {
            throw library.error("cannot take a public key")
        }
        defer { library.functions.EVP_PKEY_free(peer) }
        guard let context = library.functions.EVP_PKEY_CTX_new(key, nil) else { throw library.error("cannot agree on a key") }
        defer { library.functions.EVP_PKEY_CTX_free(context) }
        guard library.functions.EVP_PKEY_derive_init(context) == 1, library.functions.EVP_PKEY_derive_set_peer(context, peer) == 1
        else { throw library.error("cannot agree on a key") }
        return try SensitiveBytes(count: count) { (result) throws(CryptoError) in
            var size = count
            let start = result.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let isDerived = library.functions.EVP_PKEY_derive(context, start, &size) == 1 && size == count
            // With valid keys the library refuses nothing but zero. Looked at again: other builds may let it pass.
            guard isDerived, result.reduce(0, |) != 0 else {
                library.functions.ERR_clear_error()
                throw CryptoError(.lowOrderPoint, "the public key is a point of low order")
            }
        }
    }

    private static func privateKey(_ library: CryptoLibrary, _ secret: SensitiveBytes) throws(CryptoError) -> OpaquePointer {
        precondition(secret.count == count)
        let key = secret.withBytes {
            let start = $0.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return library.functions.EVP_PKEY_new_raw_private_key(Int32(EVP_PKEY_X25519), nil, start, count)
        }
        guard let key else { throw library.error("cannot take a private key") }
        return key
    }
}
