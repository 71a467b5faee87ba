internal import CCrypto

/// Encryption that notices changes: AES-256-GCM (NIST SP 800-38D) and ChaCha20-Poly1305 (RFC 8439). Keys of 32 bytes.
package enum AuthenticatedCipher: Sendable {
    /// Nonces of any length but zero; SOPS takes 32 bytes.
    case aes256GCM
    /// Nonces of 12 bytes.
    case chaCha20Poly1305

    package static let keyCount = 32
    package static let tagCount = 16

    /// The ciphertext, and after it the tag.
    package func seal(
        _ plaintext: SensitiveBytes, key: SensitiveBytes, nonce: [UInt8], data: [UInt8] = []
    ) throws(CryptoError) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: plaintext.count + Self.tagCount)
        let count = sealed.count
        try plaintext.withBytes { (plaintext) throws(CryptoError) in
            var failure: CryptoError?
            sealed.withUnsafeMutableBytes { sealed in
                do throws(CryptoError) {
                    let result = UnsafeMutableRawBufferPointer(rebasing: sealed[..<count])
                    try seal(plaintext, key: key, nonce: nonce, data: data, into: result)
                } catch { failure = error }
            }
            if let failure { throw failure }
        }
        return sealed
    }

    /// The plaintext of a ciphertext with its tag. Throws `notAuthentic` where either was changed.
    package func open(
        _ sealed: [UInt8], key: SensitiveBytes, nonce: [UInt8], data: [UInt8] = []
    ) throws(CryptoError) -> SensitiveBytes {
        guard sealed.count >= Self.tagCount else { throw Self.notAuthentic }
        return try SensitiveBytes(count: sealed.count - Self.tagCount) { (plaintext) throws(CryptoError) in
            try open(sealed[...], key: key, nonce: nonce, data: data, into: plaintext)
        }
    }

    /// As `seal`, into memory for the plaintext's bytes and the tag.
    package func seal(
        _ plaintext: UnsafeRawBufferPointer, key: SensitiveBytes, nonce: [UInt8], data: [UInt8] = [],
        into sealed: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        precondition(sealed.count == plaintext.count + Self.tagCount)
        let library = try CryptoLibrary.load()
        let context = try started(library, key: key, nonce: nonce, data: data, encrypts: true)
        defer { library.functions.EVP_CIPHER_CTX_free(context) }
        let tag = sealed.baseAddress! + plaintext.count
        guard
            Self.update(library, context, plaintext, into: sealed.baseAddress),
            Self.finish(library, context),
            library.functions.EVP_CIPHER_CTX_ctrl(context, Int32(EVP_CTRL_AEAD_GET_TAG), Int32(Self.tagCount), tag) == 1
        else { throw library.error("cannot encrypt") }
    }

    /// As `open`, into memory for the ciphertext's bytes without the tag. What stands there is worth nothing where this throws.
    package func open(
        _ sealed: ArraySlice<UInt8>, key: SensitiveBytes, nonce: [UInt8], data: [UInt8] = [],
        into plaintext: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        guard sealed.count >= Self.tagCount else { throw Self.notAuthentic }
        precondition(plaintext.count == sealed.count - Self.tagCount)
        let library = try CryptoLibrary.load()
        let context = try started(library, key: key, nonce: nonce, data: data, encrypts: false)
        defer { library.functions.EVP_CIPHER_CTX_free(context) }
        var tag = Array(sealed.suffix(Self.tagCount))
        let isTagSet = library.functions.EVP_CIPHER_CTX_ctrl(
            context, Int32(EVP_CTRL_AEAD_SET_TAG), Int32(Self.tagCount), &tag) == 1
        let isUpdated = sealed.dropLast(Self.tagCount).withUnsafeBytes {
            Self.update(library, context, $0, into: plaintext.baseAddress)
        }
        guard isTagSet, isUpdated else { throw library.error("cannot decrypt") }
        guard Self.finish(library, context) else {
            library.functions.ERR_clear_error()
            throw Self.notAuthentic
        }
    }

    private static var notAuthentic: CryptoError { CryptoError(.notAuthentic, "the ciphertext is not authentic") }

    private func started(
        _ library: CryptoLibrary, key: SensitiveBytes, nonce: [UInt8], data: [UInt8], encrypts: Bool
    ) throws(CryptoError) -> OpaquePointer {
        precondition(key.count == Self.keyCount)
        precondition(self == .aes256GCM ? !nonce.isEmpty : nonce.count == 12)
        guard let context = library.functions.EVP_CIPHER_CTX_new() else { throw library.error("cannot start a cipher") }
        let (functions, mode) = (library.functions, encrypts ? Int32(1) : 0)
        let type = self == .aes256GCM ? functions.EVP_aes_256_gcm() : functions.EVP_chacha20_poly1305()
        // The length of the nonce must be known before the nonce.
        let isStarted = functions.EVP_CipherInit_ex(context, type, nil, nil, nil, mode) == 1
            && functions.EVP_CIPHER_CTX_ctrl(context, Int32(EVP_CTRL_AEAD_SET_IVLEN), Int32(nonce.count), nil) == 1
            && key.withBytes { key in
                let key = key.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return functions.EVP_CipherInit_ex(context, nil, nil, key, nonce, mode) == 1
            }
            && data.withUnsafeBytes { Self.update(library, context, $0, into: nil) }
        guard isStarted else {
            functions.EVP_CIPHER_CTX_free(context)
            throw library.error("cannot start a cipher")
        }
        return context
    }

    /// The library counts in 32 bits, so long input goes in parts. Without a place for output it is additional data.
    private static func update(
        _ library: CryptoLibrary, _ context: OpaquePointer, _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer?
    ) -> Bool {
        let part = 1 << 30
        for start in stride(from: 0, to: input.count, by: part) {
            var written: Int32 = 0
            let place = output.map { ($0 + start).assumingMemoryBound(to: UInt8.self) }
            let bytes = (input.baseAddress! + start).assumingMemoryBound(to: UInt8.self)
            let count = Int32(min(part, input.count - start))
            guard library.functions.EVP_CipherUpdate(context, place, &written, bytes, count) == 1, written == count else { return false }
        }
        return true
    }

    private static func finish(_ library: CryptoLibrary, _ context: OpaquePointer) -> Bool {
        var (rest, written) = ([UInt8](repeating: 0, count: 16), Int32(0))
        return library.functions.EVP_CipherFinal_ex(context, &rest, &written) == 1 && written == 0
    }
}
