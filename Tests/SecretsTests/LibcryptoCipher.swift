import Foundation
import Secrets

/// AES-256-GCM and SHA-512 straight from libcrypto: the judge of what the library's own wrapper will do.
final class LibcryptoCipher: DataCipher, @unchecked Sendable {
    private typealias New = @convention(c) () -> OpaquePointer?
    private typealias Free = @convention(c) (OpaquePointer?) -> Void
    private typealias Kind = @convention(c) () -> OpaquePointer?
    private typealias Start = @convention(c) (OpaquePointer?, OpaquePointer?, OpaquePointer?, UnsafePointer<UInt8>?, UnsafePointer<UInt8>?, Int32) -> Int32
    private typealias Control = @convention(c) (OpaquePointer?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32
    private typealias Update = @convention(c) (OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int32>?, UnsafePointer<UInt8>?, Int32) -> Int32
    private typealias Finish = @convention(c) (OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int32>?) -> Int32
    private typealias SHA = @convention(c) (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?) -> UnsafeMutablePointer<UInt8>?

    private let library: UnsafeMutableRawPointer

    init() { library = dlopen("libcrypto.so.3", RTLD_NOW)! }

    private func symbol<T>(_ name: String, as type: T.Type) -> T { unsafeBitCast(dlsym(library, name)!, to: type) }

    func sha512(_ bytes: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 64)
        _ = symbol("SHA512", as: SHA.self)(bytes, bytes.count, &result)
        return result
    }

    func random(count: Int) -> [UInt8]? { (0..<count).map { _ in UInt8.random(in: 0...255) } }

    func seal(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], additionalData: [UInt8]) -> (ciphertext: [UInt8], tag: [UInt8])? {
        run(plaintext, key, nonce, additionalData, tag: nil)
    }

    func open(_ ciphertext: [UInt8], tag: [UInt8], key: [UInt8], nonce: [UInt8], additionalData: [UInt8]) -> [UInt8]? {
        run(ciphertext, key, nonce, additionalData, tag: tag)?.ciphertext
    }

    /// Encrypts where there is no tag yet, else decrypts and compares.
    private func run(
        _ text: [UInt8], _ key: [UInt8], _ nonce: [UInt8], _ data: [UInt8], tag: [UInt8]?
    ) -> (ciphertext: [UInt8], tag: [UInt8])? {
        let context = symbol("EVP_CIPHER_CTX_new", as: New.self)()
        defer { symbol("EVP_CIPHER_CTX_free", as: Free.self)(context) }
        let start = symbol("EVP_CipherInit_ex", as: Start.self)
        let control = symbol("EVP_CIPHER_CTX_ctrl", as: Control.self)
        let update = symbol("EVP_CipherUpdate", as: Update.self)
        var size: Int32 = 0
        var result = [UInt8](repeating: 0, count: text.count + 16)
        var tagBytes = tag ?? [UInt8](repeating: 0, count: 16)
        let direction: Int32 = tag == nil ? 1 : 0
        guard start(context, symbol("EVP_aes_256_gcm", as: Kind.self)(), nil, nil, nil, direction) == 1,
            control(context, 0x9, Int32(nonce.count), nil) == 1,
            start(context, nil, nil, key, nonce, direction) == 1,
            update(context, nil, &size, data, Int32(data.count)) == 1,
            update(context, &result, &size, text, Int32(text.count)) == 1
        else { return nil }
        if tag != nil { guard control(context, 0x11, 16, &tagBytes) == 1 else { return nil } }
        var rest = [UInt8](repeating: 0, count: 16)
        guard symbol("EVP_CipherFinal_ex", as: Finish.self)(context, &rest, &size) == 1 else { return nil }
        if tag == nil { guard control(context, 0x10, 16, &tagBytes) == 1 else { return nil } }
        return (Array(result.prefix(text.count)), tagBytes)
    }
}
