/// A rule as in the environment variable `TZ` (POSIX, with the hours up to 167 of RFC 8536):
/// `CET-1CEST,M3.5.0,M10.5.0/3`. Holds for every year after the last listed transition of a zone.
struct PosixTimeZone: Sendable {
    /// A moment of the year, on the clock that is in force before it.
    struct Change: Sendable {
        enum Day: Sendable {
            /// `Jn`: 1 to 365, 29 February never counted.
            case withoutLeapDay(Int)
            /// `n`: 0 to 365.
            case ofYear(Int)
            /// `Mm.w.d`: weekday `d` (0 is Sunday) of week `w` (5 is the last) of month `m`.
            case weekday(month: Int, week: Int, day: Int)
        }

        let day: Day
        let seconds: Int
    }

    let standardOffset: Int
    let summer: (offset: Int, start: Change, end: Change)?

    /// nil where the text is no such rule.
    init?(_ text: String) {
        var scanner = PosixScanner(text)
        guard scanner.name(), let west = scanner.time() else { return nil }
        standardOffset = -west
        if scanner.isAtEnd {
            summer = nil
            return
        }
        guard scanner.name() else { return nil }
        var offset = standardOffset + 3600
        if !scanner.isNext(",") {
            guard let west = scanner.time() else { return nil }
            offset = -west
        }
        guard let start = scanner.change(), let end = scanner.change(), scanner.isAtEnd else { return nil }
        summer = (offset, start, end)
    }

    func offset(atSecond second: Int64) -> Int {
        guard let summer else { return standardOffset }
        let (day, rest) = (Int(second) + standardOffset).quotientAndRemainder(dividingBy: 86_400)
        let year = CivilDate(daysSinceEpoch: rest < 0 ? day - 1 : day).year
        let start = summer.start.localSecond(in: year) - Int64(standardOffset)
        let end = summer.end.localSecond(in: year) - Int64(summer.offset)
        let isSummer = start < end ? (start..<end).contains(second) : !(end..<start).contains(second)
        return isSummer ? summer.offset : standardOffset
    }
}

extension PosixTimeZone.Change {
    /// Seconds since 1970 on the local clock.
    func localSecond(in year: Int) -> Int64 {
        Int64(dayNumber(in: year)) * 86_400 + Int64(seconds)
    }

    private func dayNumber(in year: Int) -> Int {
        let newYear = CivilDate(year: year, month: 1, day: 1)!.daysSinceEpoch
        switch day {
        case .ofYear(let number): return newYear + number
        case .withoutLeapDay(let number):
            return newYear + number - 1 + (CivilDate.isLeap(year) && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = CivilDate(year: year, month: month, day: 1)!
            var day = 1 + (weekday - first.isoWeekday % 7 + 7) % 7 + (week - 1) * 7
            while day > CivilDate.daysInMonth(year: year, month: month) { day -= 7 }
            return first.daysSinceEpoch + day - 1
        }
    }
}

private struct PosixScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }
    func isNext(_ character: Unicode.Scalar) -> Bool { position < bytes.count && bytes[position] == UInt8(ascii: character) }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard isNext(character) else { return false }
        position += 1
        return true
    }

    mutating func number(upTo limit: Int) -> Int? {
        var value = 0
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]), position - start < 3 {
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
        }
        return position > start && value <= limit ? value : nil
    }

    /// An abbreviation, `CET` or `<+0330>`.
    mutating func name() -> Bool {
        if take("<") {
            while position < bytes.count, !isNext(">") { position += 1 }
            return take(">")
        }
        let start = position
        while position < bytes.count, (0x61...0x7A).contains(bytes[position] | 0x20) { position += 1 }
        return position - start >= 3
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time() -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hours = number(upTo: 167) else { return nil }
        var seconds = hours * 3600
        if take(":") {
            guard let minutes = number(upTo: 59) else { return nil }
            seconds += minutes * 60
            if take(":") {
                guard let rest = number(upTo: 59) else { return nil }
                seconds += rest
            }
        }
        return isNegative ? -seconds : seconds
    }

    /// `,M3.5.0/2`
    mutating func change() -> PosixTimeZone.Change? {
        guard take(",") else { return nil }
        let day: PosixTimeZone.Change.Day
        if take("M") {
            guard let month = number(upTo: 12), month > 0, take("."), let week = number(upTo: 5), week > 0, take("."),
                let weekday = number(upTo: 6)
            else { return nil }
            day = .weekday(month: month, week: week, day: weekday)
        } else if take("J") {
            guard let number = number(upTo: 365), number > 0 else { return nil }
            day = .withoutLeapDay(number)
        } else {
            guard let number = number(upTo: 365) else { return nil }
            day = .ofYear(number)
        }
        guard take("/") else { return .init(day: day, seconds: 7200) }
        guard let seconds = time() else { return nil }
        return .init(day: day, seconds: seconds)
    }
}
