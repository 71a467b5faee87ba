internal import CCrypto

/// A digest of parts that come one after another.
package struct RunningHash: ~Copyable {
    private let hash: Hash
    private let library: CryptoLibrary
    private let context: OpaquePointer

    package init(_ hash: Hash) throws(CryptoError) {
        let library = try CryptoLibrary.load()
        guard let context = library.functions.EVP_MD_CTX_new() else { throw library.error("cannot make a digest") }
        guard library.functions.EVP_DigestInit_ex(context, hash.type(library), nil) == 1 else {
            // Not every property is set: there will be no deinit.
            library.functions.EVP_MD_CTX_free(context)
            throw library.error("cannot make a digest")
        }
        self.hash = hash
        self.library = library
        self.context = context
    }

    deinit { library.functions.EVP_MD_CTX_free(context) }

    package func update(_ bytes: UnsafeRawBufferPointer) throws(CryptoError) {
        guard library.functions.EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
            throw library.error("cannot make a digest")
        }
    }

    /// Ends it.
    package consuming func digest() throws(CryptoError) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: hash.count)
        guard library.functions.EVP_DigestFinal_ex(context, &result, nil) == 1 else { throw library.error("cannot make a digest") }
        return result
    }
}
