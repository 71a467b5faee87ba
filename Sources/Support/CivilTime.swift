/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// nil where there is no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.daysInMonth(year: year, month: month) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that is `days` after 1970-01-01. (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".)
    package init(daysSinceEpoch days: Int) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package var daysSinceEpoch: Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// 1 for Monday to 7 for Sunday.
    package var isoWeekday: Int {
        let shifted = (daysSinceEpoch + 3) % 7
        return (shifted < 0 ? shifted + 7 : shifted) + 1
    }

    package static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    package static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    package static func < (a: Self, b: Self) -> Bool { (a.year, a.month, a.day) < (b.year, b.month, b.day) }

    /// `yyyy-MM-dd`.
    package var description: String { "\(Digits.padded(year, 4))-\(Digits.padded(month, 2))-\(Digits.padded(day, 2))" }
}

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
package struct Instant: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }

    /// The last moment that a date with a year of four digits can be written of.
    package static let last = Instant(microseconds: 253_402_300_799_999_999)

    /// As many seconds since 1970-01-01T00:00:00Z; nil for a moment that cannot be written as a date.
    package init?(seconds: Int64) {
        // From 0001-01-01 on.
        guard (-62_135_596_800...253_402_300_799).contains(seconds) else { return nil }
        microseconds = seconds * 1_000_000
    }

    /// That much later; nil for a moment that cannot be written as a date.
    package func adding(_ duration: Duration) -> Instant? {
        let (seconds, attoseconds) = duration.components
        guard (0...253_402_300_799).contains(seconds), microseconds <= Self.last.microseconds else { return nil }
        let later = Instant(microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
        return later <= Self.last ? later : nil
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z, rounded down.
    package var milliseconds: Int64 { microseconds.flooredQuotient(by: 1000) }

    /// `yyyy-MM-ddTHH:mm:ss.ffffffZ`.
    package var description: String { dateAndTime(separator: "T", fractionDigits: 6) + "Z" }

    /// Date and time in UTC, with as many digits of the second's fraction (0 to 6).
    package func dateAndTime(separator: String = " ", fractionDigits: Int = 0) -> String {
        let perDay: Int64 = 86_400_000_000
        let day = microseconds.flooredQuotient(by: perDay)
        let inDay = Int(microseconds &- day &* perDay)
        let second = inDay / 1_000_000
        var text = CivilDate(daysSinceEpoch: Int(day)).description + separator
        text += "\(Digits.padded(second / 3600, 2)):\(Digits.padded(second / 60 % 60, 2)):\(Digits.padded(second % 60, 2))"
        if fractionDigits > 0 { text += "." + Digits.padded(inDay % 1_000_000, 6).prefix(fractionDigits) }
        return text
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

package enum Digits {
    /// The number in decimal, with zeros in front up to `width` digits.
    package static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
