/// Lower case digits to base 16, with leading zeros.
package enum Hexadecimal {
    /// - Parameters:
    ///   - bits: how many of the lowest bits are meant.
    ///   - digits: how many of their digits, the highest first; nil: all.
    package static func text(_ number: UInt64, bits: Int = 64, digits: Int? = nil) -> String {
        let all = bits / 4
        let count = min(digits ?? all, all)
        return String(unsafeUninitializedCapacity: count) { buffer in
            for place in 0..<count {
                let digit = UInt8(truncatingIfNeeded: number >> UInt64((all - 1 - place) * 4)) & 0xF
                buffer[place] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
            return count
        }
    }
}
