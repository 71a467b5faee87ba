internal import CCrypto

/// A cipher with its key set, for many messages: the library takes the key once.
package struct KeyedCipher: ~Copyable {
    private let cipher: AuthenticatedCipher
    private let library: CryptoLibrary
    private let context: OpaquePointer
    private let encrypts: Bool
    /// What the library is set to; 12 at first.
    private var nonceCount = 12

    package init(_ cipher: AuthenticatedCipher, key: SensitiveBytes, encrypts: Bool) throws(CryptoError) {
        precondition(key.count == AuthenticatedCipher.keyCount)
        let library = try CryptoLibrary.load()
        guard let context = library.functions.EVP_CIPHER_CTX_new() else { throw library.error("cannot start a cipher") }
        let type = cipher == .aes256GCM ? library.functions.EVP_aes_256_gcm() : library.functions.EVP_chacha20_poly1305()
        let isStarted = key.withBytes { key in
            let key = key.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return library.functions.EVP_CipherInit_ex(context, type, nil, key, nil, encrypts ? 1 : 0) == 1
        }
        guard isStarted else {
            // Not every property is set: there will be no deinit.
            library.functions.EVP_CIPHER_CTX_free(context)
            throw library.error("cannot start a cipher")
        }
        self.cipher = cipher
        self.library = library
        self.context = context
        self.encrypts = encrypts
    }

    deinit { library.functions.EVP_CIPHER_CTX_free(context) }

    /// The ciphertext, and after it the tag, into memory for both.
    package mutating func seal(
        _ plaintext: UnsafeRawBufferPointer, nonce: [UInt8], data: [UInt8], into sealed: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        precondition(encrypts && sealed.count == plaintext.count + AuthenticatedCipher.tagCount)
        let isStarted = nonce.withUnsafeBytes { start(nonce: $0) } && data.withUnsafeBytes { update($0, into: nil) }
        let tag = sealed.baseAddress! + plaintext.count
        guard isStarted, update(plaintext, into: sealed.baseAddress), finish(),
            library.functions.EVP_CIPHER_CTX_ctrl(
                context, Int32(EVP_CTRL_AEAD_GET_TAG), Int32(AuthenticatedCipher.tagCount), tag) == 1
        else { throw library.error("cannot encrypt") }
    }

    /// The plaintext into memory of the ciphertext's size; what stands there is worth nothing where this throws. Throws
    /// `notAuthentic` where anything was changed.
    package mutating func open(
        _ ciphertext: UnsafeRawBufferPointer, tag: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer,
        data: UnsafeRawBufferPointer, into plaintext: UnsafeMutableRawBufferPointer
    ) throws(CryptoError) {
        precondition(!encrypts && plaintext.count == ciphertext.count && tag.count == AuthenticatedCipher.tagCount)
        // The library's call takes tags to write and to read, and leaves those that it reads as they are.
        let start = UnsafeMutableRawPointer(mutating: tag.baseAddress!)
        guard self.start(nonce: nonce), update(data, into: nil), update(ciphertext, into: plaintext.baseAddress),
            library.functions.EVP_CIPHER_CTX_ctrl(
                context, Int32(EVP_CTRL_AEAD_SET_TAG), Int32(AuthenticatedCipher.tagCount), start) == 1
        else { throw library.error("cannot decrypt") }
        guard finish() else {
            library.functions.ERR_clear_error()
            throw AuthenticatedCipher.notAuthentic
        }
    }

    private mutating func start(nonce: UnsafeRawBufferPointer) -> Bool {
        precondition(cipher == .aes256GCM ? nonce.count > 0 : nonce.count == 12)
        if nonce.count != nonceCount {
            // The length must be known before the nonce.
            let set = library.functions.EVP_CIPHER_CTX_ctrl(context, Int32(EVP_CTRL_AEAD_SET_IVLEN), Int32(nonce.count), nil)
            guard set == 1 else { return false }
            nonceCount = nonce.count
        }
        let start = nonce.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return library.functions.EVP_CipherInit_ex(context, nil, nil, nil, start, encrypts ? 1 : 0) == 1
    }

    /// The library counts in 32 bits, so long input goes in parts. Without a place for output it is additional data.
    private func update(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer?) -> Bool {
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

    private func finish() -> Bool {
        var (rest, written): ((UInt64, UInt64), Int32) = ((0, 0), 0)
        return withUnsafeMutableBytes(of: &rest) { rest in
            let start = rest.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return library.functions.EVP_CipherFinal_ex(context, start, &written) == 1 && written == 0
        }
    }
}
