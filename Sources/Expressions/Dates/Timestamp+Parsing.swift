internal import Support

extension Timestamp {
    /// Reads ISO 8601 (`2018-03-15T13:27:36.1234567Z`, also with an offset, a blank for the `T`, or the date alone),
    /// `3/15/2018 1:27:36 PM`, and dates with English month names (`Thu, 15 Mar 2018 13:27:36 GMT`, `March 15, 2018`).
    /// A text with an offset is turned into UTC. nil for anything else.
    init?(parsing text: String) {
        var reader = TimestampReader(TextFunctions.trimmed(text))
        guard let date = reader.date() else { return nil }
        var ticks = Int64(date.daysSinceEpoch + 719_162) * Timestamp.ticksPerDay
        guard let time = reader.timeOfDay() else { return nil }
        ticks += time
        guard let offset = reader.offset() else { return nil }
        guard reader.isAtEnd else { return nil }
        switch offset {
        case .none: self.init(ticks: ticks, isUTC: false)
        case .seconds(let seconds): self.init(ticks: ticks - Int64(seconds) * Timestamp.ticksPerSecond, isUTC: true)
        }
    }
}

private struct TimestampReader {
    enum Offset { case none, seconds(Int) }

    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }
    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard byte == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func blanks() {
        while byte == 0x20 { position += 1 }
    }

    private mutating func number(_ digits: ClosedRange<Int>) -> Int? {
        let start = position
        var value = 0
        while let byte, (0x30...0x39).contains(byte), position - start < digits.upperBound {
            value = value * 10 + Int(byte - 0x30)
            position += 1
        }
        if let byte, (0x30...0x39).contains(byte) { return nil }
        return position - start >= digits.lowerBound ? value : nil
    }

    private mutating func word() -> String? {
        let start = position
        while let byte, (0x61...0x7A).contains(byte | 0x20) { position += 1 }
        return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    mutating func date() -> CivilDate? {
        if let name = word() {
            guard TimestampNames.index(of: name, in: TimestampNames.days) != nil else { return date(monthName: name) }
            _ = take(",")
            blanks()
            if let month = word() { return date(monthName: month) }
        }
        let start = position
        guard let first = number(1...4) else { return nil }
        let isYear = position - start == 4
        if take(" ") { return date(day: first) }
        guard let separator = byte, separator == UInt8(ascii: "-") || separator == UInt8(ascii: "/") else { return nil }
        position += 1
        if let byte, (0x61...0x7A).contains(byte | 0x20) { return nil }
        guard let second = number(1...2) else { return nil }
        if isYear, byte != separator { return CivilDate(year: first, month: second, day: 1) }
        guard byte == separator else { return nil }
        position += 1
        guard let third = number(isYear ? 1...2 : 4...4) else { return nil }
        let date = isYear
            ? CivilDate(year: first, month: second, day: third) : CivilDate(year: third, month: first, day: second)
        return date.flatMap { (1...9999).contains($0.year) ? $0 : nil }
    }

    /// `March 15, 2018`
    private mutating func date(monthName: String) -> CivilDate? {
        guard let month = TimestampNames.index(of: monthName, in: TimestampNames.months) else { return nil }
        blanks()
        guard let day = number(1...2) else { return nil }
        _ = take(",")
        blanks()
        guard let year = number(4...4), year > 0 else { return nil }
        return CivilDate(year: year, month: month + 1, day: day)
    }

    /// `15 Mar 2018`
    private mutating func date(day: Int) -> CivilDate? {
        blanks()
        guard let name = word(), let month = TimestampNames.index(of: name, in: TimestampNames.months) else { return nil }
        blanks()
        guard let year = number(4...4), year > 0 else { return nil }
        return CivilDate(year: year, month: month + 1, day: day)
    }

    /// Ticks since midnight; 0 where no time follows. nil for a malformed one.
    mutating func timeOfDay() -> Int64? {
        let start = position
        if byte == UInt8(ascii: "T") || byte == UInt8(ascii: "t") { position += 1 } else { blanks() }
        guard let byte, (0x30...0x39).contains(byte) else {
            // `2018-03-15Z` has no time; `2018-03-15T` promises one.
            return position == start || bytes[start] == 0x20 ? 0 : nil
        }
        guard position > start, var hour = number(1...2), take(":"), let minute = number(2...2) else { return nil }
        var second = 0
        var fraction: Int64 = 0
        if take(":") {
            guard let seconds = number(2...2) else { return nil }
            second = seconds
            if take(".") || take(",") {
                guard let parts = self.fraction() else { return nil }
                fraction = parts
            }
        }
        let afterTime = position
        blanks()
        if let half = word() {
            switch half.lowercased() {
            case "am" where (1...12).contains(hour): hour %= 12
            case "pm" where (1...12).contains(hour): hour = hour % 12 + 12
            default: position = afterTime
            }
        } else {
            position = afterTime
        }
        guard hour < 24, minute < 60, second < 60 else { return nil }
        return Int64(hour * 3600 + minute * 60 + second) * Timestamp.ticksPerSecond + fraction
    }

    /// Ticks; digits after the seventh are dropped.
    private mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let byte, (0x30...0x39).contains(byte) {
            if count < 7 { value = value * 10 + Int64(byte - 0x30) }
            count += 1
            position += 1
        }
        guard count > 0 else { return nil }
        for _ in 0..<max(0, 7 - count) { value *= 10 }
        return value
    }

    /// nil for a malformed one.
    mutating func offset() -> Offset? {
        blanks()
        guard let byte else { return Offset.none }
        if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") {
            position += 1
            guard let hours = digits(2) else { return nil }
            var minutes = 0
            if take(":") || !isAtEnd {
                guard let number = digits(2) else { return nil }
                minutes = number
            }
            guard hours <= 14, minutes < 60 else { return nil }
            let seconds = hours * 3600 + minutes * 60
            return .seconds(byte == UInt8(ascii: "-") ? -seconds : seconds)
        }
        guard let name = word()?.uppercased(), ["Z", "GMT", "UTC"].contains(name) else { return nil }
        return .seconds(0)
    }

    private mutating func digits(_ count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + count] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        position += count
        return value
    }
}
