internal import Support

extension Timestamp {
    /// .NET's "o": what functions give where no format is asked for.
    static let roundTripFormat = "yyyy-MM-ddTHH:mm:ss.fffffffK"

    /// The text in one of .NET's standard (one letter) or custom date and time formats, in the culture `en-US`.
    func text(format: String) throws(FunctionFailure) -> String {
        if format.isEmpty { return try text(pattern: Array(Self.standardPatterns["G"]!.utf8)) }
        if format.utf8.count == 1 {
            guard let pattern = Self.standardPatterns[format] else {
                throw "\(value: format) is no standard format of dates; they are d D f F g G m o r s t T u U y"
            }
            return try text(pattern: Array(pattern.utf8))
        }
        return try text(pattern: Array(format.utf8))
    }

    private static let standardPatterns: [String: String] = [
        "d": "M/d/yyyy", "D": "dddd, MMMM d, yyyy", "f": "dddd, MMMM d, yyyy h:mm tt",
        "F": "dddd, MMMM d, yyyy h:mm:ss tt", "g": "M/d/yyyy h:mm tt", "G": "M/d/yyyy h:mm:ss tt", "m": "MMMM d",
        "M": "MMMM d", "o": roundTripFormat, "O": roundTripFormat, "r": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
        "R": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'", "s": "yyyy-MM-ddTHH:mm:ss", "t": "h:mm tt", "T": "h:mm:ss tt",
        "u": "yyyy-MM-dd HH:mm:ss'Z'", "U": "dddd, MMMM d, yyyy h:mm:ss tt", "y": "MMMM yyyy", "Y": "MMMM yyyy",
    ]

    private func text(pattern: [UInt8]) throws(FunctionFailure) -> String {
        var out: [UInt8] = []
        var position = 0
        while position < pattern.count {
            let letter = pattern[position]
            switch letter {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                position += 1
                while position < pattern.count, pattern[position] != letter {
                    if pattern[position] == UInt8(ascii: "\\") { position += 1 }
                    guard position < pattern.count else { break }
                    out.append(pattern[position])
                    position += 1
                }
                guard position < pattern.count else { throw "a quote in the format is not closed" }
                position += 1
            case UInt8(ascii: "\\"):
                guard position + 1 < pattern.count else { throw "the format ends in a backslash" }
                out.append(pattern[position + 1])
                position += 2
            case UInt8(ascii: "%"):
                // Marks a single letter as a custom format.
                guard position + 1 < pattern.count, pattern[position + 1] != letter else {
                    throw "the format has a '%' without a letter behind it"
                }
                position += 1
            default:
                var count = 1
                while position + count < pattern.count, pattern[position + count] == letter { count += 1 }
                try append(letter, count, to: &out)
                position += count
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private func append(_ letter: UInt8, _ count: Int, to out: inout [UInt8]) throws(FunctionFailure) {
        switch Unicode.Scalar(letter) {
        case "d":
            switch count {
            case 1, 2: out += padded(date.day, count)
            case 3: out += Array(TimestampNames.days[weekday].utf8.prefix(3))
            default: out += Array(TimestampNames.days[weekday].utf8)
            }
        case "M":
            switch count {
            case 1, 2: out += padded(date.month, count)
            case 3: out += Array(TimestampNames.months[date.month - 1].utf8.prefix(3))
            default: out += Array(TimestampNames.months[date.month - 1].utf8)
            }
        case "y": out += padded(count <= 2 ? date.year % 100 : date.year, count)
        case "H": out += padded(hour, min(count, 2))
        case "h": out += padded((hour + 11) % 12 + 1, min(count, 2))
        case "m": out += padded(minute, min(count, 2))
        case "s": out += padded(second, min(count, 2))
        case "t": out += Array((hour < 12 ? "AM" : "PM").utf8.prefix(count == 1 ? 1 : 2))
        case "f": out += try fractionDigits(count)
        case "F":
            var digits = try fractionDigits(count)
            while digits.last == 0x30 { digits.removeLast() }
            if digits.isEmpty, out.last == UInt8(ascii: ".") { out.removeLast() }
            out += digits
        case "K": for _ in 0..<count where isUTC { out.append(UInt8(ascii: "Z")) }
        case "z": out += Array((count == 1 ? "+0" : count == 2 ? "+00" : "+00:00").utf8)
        case "g": out += Array("A.D.".utf8)
        default: out += Array(repeating: letter, count: count)
        }
    }

    private func padded(_ number: Int, _ width: Int) -> [UInt8] { Array(Digits.padded(number, width).utf8) }

    private func fractionDigits(_ count: Int) throws(FunctionFailure) -> [UInt8] {
        guard count <= 7 else { throw "the format asks for more than seven digits of a second's fraction" }
        return Array(Digits.padded(fraction, 7).utf8.prefix(count))
    }
}
