internal import Support

/// A cron schedule as crontab(5) has it: five fields with lists, ranges, steps and English names.
struct CronSchedule: Sendable, Hashable {
    /// Bit n: the value n.
    let minutes: UInt64
    let hours: UInt64
    let days: UInt64
    let months: UInt64
    /// 0 is Sunday.
    let weekdays: UInt64
    /// The field is more than `*`, so that it restricts; cron asks only for its first character.
    let restrictsDays: Bool
    let restrictsWeekdays: Bool

    struct Problem: Error { let message: String }

    private struct Field {
        let name: String
        let range: ClosedRange<Int>
        var names: [String] = []
        /// Number of the first name.
        var firstName = 0
    }

    private static let fields = [
        Field(name: "minute", range: 0...59), Field(name: "hour", range: 0...23), Field(name: "day of the month", range: 1...31),
        Field(
            name: "month", range: 1...12,
            names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], firstName: 1),
        Field(name: "day of the week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ]

    init(_ text: String) throws(Problem) {
        let parts = text.split { $0 == " " || $0 == "\t" }
        guard parts.count == Self.fields.count else {
            throw Problem(message: "a schedule has five fields, and here \(parts.count == 1 ? "is 1" : "are \(parts.count)")")
        }
        var sets: [UInt64] = []
        for (part, field) in zip(parts, Self.fields) {
            var set: UInt64 = 0
            for item in part.split(separator: ",", omittingEmptySubsequences: false) { set |= try Self.values(of: item, field) }
            sets.append(set)
        }
        (minutes, hours, days, months) = (sets[0], sets[1], sets[2], sets[3])
        // Sunday is 0 and 7.
        weekdays = (sets[4] | sets[4] >> 7) & 0x7F
        restrictsDays = parts[2].first != "*"
        restrictsWeekdays = parts[4].first != "*"
    }

    private static func values(of item: Substring, _ field: Field) throws(Problem) -> UInt64 {
        let halves = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let step = halves.count == 2 ? Int(halves[1]) : 1
        guard let step, step >= 1 else { throw Problem(message: "\"\(item)\" has no step above 0 behind its stroke (\(field.name))") }
        var first = field.range.lowerBound
        var last = field.range.upperBound
        if halves[0] != "*" {
            var numbers: [Int] = []
            for end in halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false) {
                guard let number = number(end, field) else {
                    throw Problem(message: "\"\(end)\" is no \(field.name): \(field.range.lowerBound) to \(field.range.upperBound)")
                }
                numbers.append(number)
            }
            if numbers.count == 2, numbers[0] > numbers[1] { throw Problem(message: "\"\(item)\" ends before it starts (\(field.name))") }
            first = numbers[0]
            // `5/10` goes on to the end.
            if numbers.count == 2 || halves.count == 1 { last = numbers[numbers.count - 1] }
        }
        return stride(from: first, through: last, by: min(step, 100)).reduce(into: UInt64(0)) { $0 |= 1 << UInt64($1) }
    }

    private static func number(_ text: Substring, _ field: Field) -> Int? {
        if let position = field.names.firstIndex(of: text.lowercased()) { return position + field.firstName }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else { return nil }
        return field.range.contains(number) ? number : nil
    }
}

extension CronSchedule {
    /// cron's own rule: where day of the month and weekday both restrict, one of them is enough.
    var meansEitherDay: Bool { restrictsDays && restrictsWeekdays }

    func fires(on date: CivilDate) -> Bool {
        guard months.has(date.month) else { return false }
        let (day, weekday) = (days.has(date.day), weekdays.has(date.isoWeekday % 7))
        return meansEitherDay ? day || weekday : day && weekday
    }

    /// Minutes of a day, ascending.
    var times: [Int] {
        (0..<24).filter { hours.has($0) }.flatMap { hour in (0..<60).filter { minutes.has($0) }.map { hour * 60 + $0 } }
    }

    /// Days over which every pair of date and weekday has come: the calendar repeats after 28 years.
    static var calendar: some Sequence<CivilDate> {
        let start = CivilDate(year: 2000, month: 1, day: 1)!.daysSinceEpoch
        return (start..<start + 28 * 366).lazy.map { CivilDate(daysSinceEpoch: $0) }
    }

    var everFires: Bool {
        // A weekday comes in every month.
        if meansEitherDay { return true }
        let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains { months.has($0) && days & ((1 << UInt64(longest[$0 - 1] + 1)) - 1) != 0 }
    }

    /// The least number of minutes between two starts; nil where there are not two in the calendar.
    var shortestInterval: Int? {
        let times = times
        guard let first = times.first, let last = times.last else { return nil }
        var shortest = zip(times, times.dropFirst()).map { $1 - $0 }.min()
        // From the last time of a day to the first of the next day on which it starts.
        var before: Int?
        for date in Self.calendar where fires(on: date) {
            let day = date.daysSinceEpoch
            if let before {
                let gap = (day - before) * 1440 + first - last
                shortest = Swift.min(shortest ?? gap, gap)
                if day - before == 1 { break }
            }
            before = day
        }
        return shortest
    }

    /// The first time of the day, and the day, on which both start; nil where there is none.
    func firstCommonStart(with other: CronSchedule) -> (date: CivilDate, minute: Int)? {
        let (hours, minutes) = (hours & other.hours, minutes & other.minutes)
        guard hours != 0, minutes != 0, months & other.months != 0,
            let date = Self.calendar.first(where: { fires(on: $0) && other.fires(on: $0) })
        else { return nil }
        return (date, hours.trailingZeroBitCount * 60 + minutes.trailingZeroBitCount)
    }
}

extension UInt64 {
    fileprivate func has(_ value: Int) -> Bool { self & (1 << UInt64(value)) != 0 }
}
