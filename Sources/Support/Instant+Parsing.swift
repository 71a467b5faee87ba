extension Instant {
    /// Reads a moment of RFC 3339, `2026-11-21T08:00:00Z` with an optional fraction of the second or an offset for the `Z`,
    /// or a day, `2026-11-21`, as its beginning in UTC. nil for anything else.
    package init?(parsing text: String) {
        var bytes = Substring(text).utf8
        func number(_ count: Int) -> Int? {
            guard bytes.count >= count else { return nil }
            var value = 0
            for byte in bytes.prefix(count) {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            bytes = bytes.dropFirst(count)
            return value
        }
        func take(_ characters: String) -> Bool {
            guard let first = bytes.first, characters.utf8.contains(first) else { return false }
            bytes = bytes.dropFirst()
            return true
        }
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let midnight = Int64(date.daysSinceEpoch) * 86_400_000_000
        if bytes.isEmpty {
            self.init(microseconds: midnight)
            return
        }
        guard take("Tt "), let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60, take(":"),
            let second = number(2), second < 60
        else { return nil }
        var fraction: Int64 = 0
        if take(".") {
            let digits = bytes.prefix { (0x30...0x39).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            for place in 0..<6 {
                fraction = fraction * 10 + (place < digits.count ? Int64(digits[digits.index(digits.startIndex, offsetBy: place)] - 0x30) : 0)
            }
            bytes = bytes.dropFirst(digits.count)
        }
        var offset = 0
        if !take("Zz") {
            let sign = bytes.first == UInt8(ascii: "-") ? -1 : 1
            guard take("+-"), let hours = number(2), hours < 24, take(":"), let minutes = number(2), minutes < 60 else { return nil }
            offset = sign * (hours * 3600 + minutes * 60)
        }
        guard bytes.isEmpty else { return nil }
        let seconds = Int64(hour * 3600 + minute * 60 + second - offset)
        self.init(microseconds: midnight + seconds * 1_000_000 + fraction)
    }

    /// `2026-11-21T08:00:00Z`: to the second, which is what is written into files.
    package var toTheSecond: String { dateAndTime(separator: "T") + "Z" }
}
