internal import CCrypto

package enum ConstantTime {
    /// Whether both hold the same bytes. The time tells whether the counts differ, and nothing of the bytes.
    package static func equal(_ one: UnsafeRawBufferPointer, _ two: UnsafeRawBufferPointer) throws(CryptoError) -> Bool {
        guard one.count == two.count else { return false }
        guard let first = one.baseAddress, let second = two.baseAddress else { return true }
        return try CryptoLibrary.load().functions.CRYPTO_memcmp(first, second, one.count) == 0
    }

    package static func equal(_ one: [UInt8], _ two: [UInt8]) throws(CryptoError) -> Bool {
        do {
            return try one.withUnsafeBytes { first in try two.withUnsafeBytes { second in try equal(first, second) } }
        } catch let error as CryptoError {
            throw error
        } catch {
            preconditionFailure("nothing else is thrown")
        }
    }
}
