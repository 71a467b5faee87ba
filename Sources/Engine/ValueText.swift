internal import Support

/// The engine's text forms of values, made from how they are stored.
enum ValueText {
    /// `-12.3400` for the unscaled -123400 and scale 4.
    static func decimal(_ unscaled: Int128, scale: Int) -> String {
        guard scale > 0 else { return String(unscaled) }
        var digits = String(unscaled.magnitude)
        if digits.utf8.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits }
        return (unscaled < 0 ? "-" : "") + digits.dropLast(scale) + "." + digits.suffix(scale)
    }

    /// The sign bit is stored flipped, so that numbers sort like texts.
    static func uuid(_ raw: Int128) -> String {
        let bits = UInt128(bitPattern: raw) ^ (1 << 127)
        var text = ""
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { text += "-" }
            text += String(Int(truncatingIfNeeded: bits >> UInt128(4 * (31 - index)) & 15), radix: 16)
        }
        return text
    }

    /// The first byte counts the padding bits in front of the value's own.
    static func bits(_ bytes: UnsafeRawBufferPointer) -> String {
        guard let padding = bytes.first else { return "" }
        var text = ""
        for position in Int(padding)..<max(Int(padding), (bytes.count - 1) * 8) {
            text += bytes[1 + position / 8] >> UInt8(7 - position % 8) & 1 == 1 ? "1" : "0"
        }
        return text
    }

    /// A BIGNUM: three bytes of header, then the magnitude, most significant byte first; all bits of a negative number
    /// are inverted, and the header's first bit is set for the others.
    static func bigNumber(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.count > 3 else { return "0" }
        let isNegative = bytes[0] & 0x80 == 0
        // Base 10^9, least significant first.
        var limbs: [UInt64] = [0]
        for byte in bytes.dropFirst(3) {
            var carry = UInt64(isNegative ? ~byte : byte)
            for index in limbs.indices {
                let value = limbs[index] << 8 + carry
                limbs[index] = value % 1_000_000_000
                carry = value / 1_000_000_000
            }
            if carry > 0 { limbs.append(carry) }
        }
        let head = String(limbs.removeLast())
        let text = limbs.reversed().reduce(head) { $0 + Digits.padded(Int($1), 9) }
        return isNegative && text != "0" ? "-" + text : text
    }

    /// `10:11:12.5`, with as many digits of the fraction as say something.
    static func time(microseconds: Int64) -> String {
        clock(microseconds / 1_000_000) + fraction(microseconds % 1_000_000, digits: 6)
    }

    static func time(nanoseconds: Int64) -> String {
        clock(nanoseconds / 1_000_000_000) + fraction(nanoseconds % 1_000_000_000, digits: 9)
    }

    /// The upper 40 bits are microseconds, the lower 24 the offset: seconds short of 15:59:59.
    static func timeWithZone(_ raw: UInt64) -> String {
        time(microseconds: Int64(raw >> 24)) + zone(57_599 - Int(raw & 0xFF_FFFF))
    }

    private static func zone(_ seconds: Int) -> String {
        let amount = abs(seconds)
        var text = (seconds < 0 ? "-" : "+") + Digits.padded(amount / 3600, 2)
        if amount % 3600 != 0 { text += ":" + Digits.padded(amount / 60 % 60, 2) }
        if amount % 60 != 0 { text += ":" + Digits.padded(amount % 60, 2) }
        return text
    }

    /// `.timestamp` where the nanoseconds are whole microseconds, else the exact text; both bind back to the same value.
    static func timestamp(nanoseconds: Int64) -> SQLValue {
        if nanoseconds == .max || nanoseconds == -.max { return .timestamp(nanoseconds) }
        let (quotient, remainder) = floorDivision(nanoseconds, 1000)
        if remainder == 0 { return .timestamp(quotient) }
        let (second, inSecond) = floorDivision(nanoseconds, 1_000_000_000)
        return .text(timestamp(microseconds: second * 1_000_000) + fraction(inSecond, digits: 9))
    }

    static func date(_ days: Int32) -> String {
        switch days {
        case .max: return "infinity"
        case -.max: return "-infinity"
        default:
            return text(CivilDate(daysSinceEpoch: Int(days)))
        }
    }

    /// `2024-01-01 10:00:00.5`.
    static func timestamp(microseconds: Int64) -> String {
        switch microseconds {
        case .max: return "infinity"
        case -.max: return "-infinity"
        default:
            let (days, inDay) = floorDivision(microseconds, 86_400_000_000)
            return text(CivilDate(daysSinceEpoch: Int(days))) + " " + time(microseconds: inDay)
        }
    }

    static func isFinite(timestamp: Int64) -> Bool { timestamp != .max && timestamp != -.max }

    /// The engine writes years before 1 as `0044-03-15 (BC)`.
    private static func text(_ date: CivilDate) -> String {
        let year = date.year > 0 ? date.year : 1 - date.year
        let text = "\(Digits.padded(year, 4))-\(Digits.padded(date.month, 2))-\(Digits.padded(date.day, 2))"
        return date.year > 0 ? text : text + " (BC)"
    }

    /// `1 year 2 months 3 days 04:05:06.5`.
    static func interval(months: Int32, days: Int32, microseconds: Int64) -> String {
        var parts: [String] = []
        func add(_ amount: Int32, _ unit: String) {
            if amount != 0 { parts.append("\(amount) \(unit)\(abs(amount) == 1 ? "" : "s")") }
        }
        add(months / 12, "year")
        add(months % 12, "month")
        add(days, "day")
        if microseconds != 0 || parts.isEmpty {
            let amount = microseconds.magnitude
            let second = Int64(amount / 1_000_000)
            parts.append((microseconds < 0 ? "-" : "") + clock(second) + fraction(Int64(amount % 1_000_000), digits: 6))
        }
        return parts.joined(separator: " ")
    }

    private static func clock(_ seconds: Int64) -> String {
        let seconds = Int(seconds)
        return "\(Digits.padded(seconds / 3600, 2)):\(Digits.padded(seconds / 60 % 60, 2)):\(Digits.padded(seconds % 60, 2))"
    }

    /// `.5`; nothing for 0.
    private static func fraction(_ amount: Int64, digits: Int) -> String {
        guard amount != 0 else { return "" }
        var text = Digits.padded(Int(amount), digits)
        while text.utf8.last == UInt8(ascii: "0") { text.removeLast() }
        return "." + text
    }

    private static func floorDivision(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
