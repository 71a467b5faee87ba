internal import CCrypto

package enum ConstantTime {
    /// Whether both hold the same bytes. The time tells whether the counts differ, and nothing of the bytes.
    package static func equal(_ one: UnsafeRawBufferPointer, _ two: UnsafeRawBufferPointer) throws(CryptoError) -> Bool {
        guard one.count == two.count else { return false }
        guard let first = one.baseAddress, let second = two.baseAddress else { return true }
        return try CryptoLibrary.load().functions.CRYPTO_memcmp(first, second, one.count) == 0
    }

    package static func equal(_ one: [UInt8], _ two: [UInt8]) throws(CryptoError) -> Bool {
        try one.withUnsafeBufferPointer { (first) throws(CryptoError) in
            try two.withUnsafeBufferPointer { (second) throws(CryptoError) in
                try equal(UnsafeRawBufferPointer(first), UnsafeRawBufferPointer(second))
            }
        }
    }
}
