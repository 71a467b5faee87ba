extension CronSchedule {
    /// cron's own rule: where day of the month and weekday both restrict, one of them is enough.
    package var meansEitherDay: Bool { restrictsDays && restrictsWeekdays }

    package func fires(on date: CivilDate) -> Bool {
        guard months.has(date.month) else { return false }
        let (day, weekday) = (days.has(date.day), weekdays.has(date.isoWeekday % 7))
        return meansEitherDay ? day || weekday : day && weekday
    }

    /// Minutes of a day, ascending.
    package var times: [Int] {
        (0..<24).filter { hours.has($0) }.flatMap { hour in (0..<60).filter { minutes.has($0) }.map { hour * 60 + $0 } }
    }

    /// Days over which every pair of date and weekday has come: the calendar repeats after 28 years.
    package static var calendar: some Sequence<CivilDate> {
        let start = CivilDate(year: 2000, month: 1, day: 1)!.daysSinceEpoch
        return (start..<start + 28 * 366).lazy.map { CivilDate(daysSinceEpoch: $0) }
    }

    package var everFires: Bool {
        // A weekday comes in every month.
        if meansEitherDay { return true }
        let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains { months.has($0) && days & ((1 << UInt64(longest[$0 - 1] + 1)) - 1) != 0 }
    }

    /// The least number of minutes between two starts; nil where there are not two in the calendar.
    package var shortestInterval: Int? {
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
    package func firstCommonStart(with other: CronSchedule) -> (date: CivilDate, minute: Int)? {
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
