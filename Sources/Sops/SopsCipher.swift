internal import Crypto

/// Decrypts the values of a file. Their plaintexts share memory.
struct SopsOpener: ~Copyable {
    private var cipher: KeyedCipher
    private var arena: SensitiveArena
    private var data: [UInt8] = []

    /// - Parameter capacity: bytes of all plaintexts, about.
    init(_ dataKey: SensitiveBytes, capacity: Int) throws(CryptoError) {
        cipher = try KeyedCipher(.aes256GCM, key: dataKey, encrypts: false)
        arena = SensitiveArena(capacity: capacity)
    }

    /// The plaintext of a value in its place; nil where it was changed, renamed or moved.
    mutating func open(_ value: SopsEncryptedValue, at keys: [String]) throws(CryptoError) -> SensitiveBytes? {
        data.removeAll(keepingCapacity: true)
        SopsAdditionalData.append(keys, to: &data)
        return try open(value)
    }

    mutating func open(_ value: SopsEncryptedValue, additionalData: String) throws(CryptoError) -> SensitiveBytes? {
        data = Array(additionalData.utf8)
        return try open(value)
    }

    private mutating func open(_ value: SopsEncryptedValue) throws(CryptoError) -> SensitiveBytes? {
        do throws(CryptoError) {
            return try arena.bytes(count: value.ciphertext.count) { (plaintext) throws(CryptoError) in
                try value.ciphertext.withUnsafeBufferPointer { (ciphertext) throws(CryptoError) in
                    try value.tag.withUnsafeBufferPointer { (tag) throws(CryptoError) in
                        try value.nonce.withUnsafeBufferPointer { (nonce) throws(CryptoError) in
                            try data.withUnsafeBufferPointer { (data) throws(CryptoError) in
                                try cipher.open(
                                    UnsafeRawBufferPointer(ciphertext), tag: UnsafeRawBufferPointer(tag),
                                    nonce: UnsafeRawBufferPointer(nonce), data: UnsafeRawBufferPointer(data), into: plaintext)
                            }
                        }
                    }
                }
            }
        } catch {
            guard error.kind == .notAuthentic else { throw error }
            return nil
        }
    }

    /// Text that stands in the file in the clear, in the memory of the others.
    mutating func keep(_ text: String) -> SensitiveBytes {
        var text = text
        return text.withUTF8 { bytes in arena.bytes(count: bytes.count) { $0.copyBytes(from: bytes) } }
    }
}

/// Encrypts values for a file.
struct SopsSealer: ~Copyable {
    private var cipher: KeyedCipher

    init(_ dataKey: SensitiveBytes) throws(CryptoError) { cipher = try KeyedCipher(.aes256GCM, key: dataKey, encrypts: true) }

    /// The text of a value in its place.
    mutating func seal(
        _ value: SopsPlainValue, kind: SopsEncryptedValue.Kind? = nil, at keys: [String]
    ) throws(CryptoError) -> String {
        var data: [UInt8] = []
        SopsAdditionalData.append(keys, to: &data)
        return try seal(value, kind: kind ?? value.kind, data: data, nonce: RandomBytes.visible(count: SopsEncryptedValue.nonceSize))
    }

    mutating func seal(
        _ value: SopsPlainValue, kind: SopsEncryptedValue.Kind, data: [UInt8], nonce: [UInt8]
    ) throws(CryptoError) -> String {
        try value.withEncoded { (plaintext) throws(CryptoError) in
            var sealed = [UInt8](repeating: 0, count: plaintext.count + AuthenticatedCipher.tagCount)
            try sealed.withUnsafeMutableBufferPointer { (sealed) throws(CryptoError) in
                try cipher.seal(plaintext, nonce: nonce, data: data, into: UnsafeMutableRawBufferPointer(sealed))
            }
            let (ciphertext, tag) = (Array(sealed[..<plaintext.count]), Array(sealed[plaintext.count...]))
            return SopsEncryptedValue(ciphertext: ciphertext, nonce: nonce, tag: tag, kind: kind).text
        }
    }
}

/// What binds a value to its place: the names on the way down, each with a colon behind it; one colon where there are none.
enum SopsAdditionalData {
    static func append(_ keys: [String], to data: inout [UInt8]) {
        if keys.isEmpty { data.append(UInt8(ascii: ":")) }
        for key in keys {
            data.append(contentsOf: key.utf8)
            data.append(UInt8(ascii: ":"))
        }
    }
}
