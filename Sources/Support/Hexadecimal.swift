/// Lower case digits to base 16, with leading zeros.
package enum Hexadecimal {
    /// - Parameter digits: how many of them, the highest first; nil: all.
    package static func text<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number, digits: Int? = nil) -> String {
        let all = Number.bitWidth / 4
        let count = min(digits ?? all, all)
        return String(unsafeUninitializedCapacity: count) { buffer in
            for place in 0..<count {
                let digit = UInt8(truncatingIfNeeded: number >> Number((all - 1 - place) * 4)) & 0xF
                buffer[place] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
            return count
        }
    }
}
