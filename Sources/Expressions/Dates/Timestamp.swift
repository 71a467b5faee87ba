internal import Support

/// A date and time as .NET's `DateTime` has it: ticks of 100 ns since 0001-01-01 in the proleptic Gregorian calendar,
/// either in UTC or without saying where.
struct Timestamp: Equatable {
    static let ticksPerSecond: Int64 = 10_000_000
    static let ticksPerDay: Int64 = 86_400 * ticksPerSecond
    /// 1970-01-01, and the end of the year 9999.
    static let unixEpoch: Int64 = 719_162 * ticksPerDay
    static let end: Int64 = 3_652_059 * ticksPerDay

    let ticks: Int64
    let isUTC: Bool

    /// nil outside the years 1 to 9999.
    init?(ticks: Int64, isUTC: Bool) {
        guard (0..<Self.end).contains(ticks) else { return nil }
        self.ticks = ticks
        self.isUTC = isUTC
    }

    init?(_ instant: Instant) {
        let (ticks, overflow) = instant.microseconds.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        self.init(ticks: ticks &+ Self.unixEpoch, isUTC: true)
    }

    /// The instant at which UTC reads this; parts of a microsecond are dropped.
    var instant: Instant { Instant(microseconds: ticks / 10 - Self.unixEpoch / 10) }

    var date: CivilDate { CivilDate(daysSinceEpoch: Int(ticks / Self.ticksPerDay) - 719_162) }
    var ticksOfDay: Int64 { ticks % Self.ticksPerDay }
    var hour: Int { Int(ticksOfDay / (3600 * Self.ticksPerSecond)) }
    var minute: Int { Int(ticksOfDay / (60 * Self.ticksPerSecond) % 60) }
    var second: Int { Int(ticksOfDay / Self.ticksPerSecond % 60) }
    /// 0 to 9,999,999.
    var fraction: Int { Int(ticks % Self.ticksPerSecond) }
    /// 0 for Sunday.
    var weekday: Int { date.isoWeekday % 7 }
    var dayOfYear: Int { date.daysSinceEpoch - CivilDate(year: date.year, month: 1, day: 1)!.daysSinceEpoch + 1 }

    func adding(ticks added: Int64) -> Timestamp? {
        let (sum, overflow) = ticks.addingReportingOverflow(added)
        return overflow ? nil : Timestamp(ticks: sum, isUTC: isUTC)
    }

    /// The same day of another month, or that month's last day.
    func adding(months: Int64) -> Timestamp? {
        guard (-120_000...120_000).contains(months) else { return nil }
        let month = date.year * 12 + date.month - 1 + Int(months)
        guard month >= 12, month < 120_000 else { return nil }
        let (year, monthOfYear) = (month / 12, month % 12 + 1)
        let day = min(date.day, CivilDate.daysInMonth(year: year, month: monthOfYear))
        let days = CivilDate(year: year, month: monthOfYear, day: day)!.daysSinceEpoch + 719_162
        return Timestamp(ticks: Int64(days) * Self.ticksPerDay + ticksOfDay, isUTC: isUTC)
    }

    func floored(toTicks unit: Int64) -> Timestamp { Timestamp(ticks: ticks - ticks % unit, isUTC: isUTC)! }

    var startOfMonth: Timestamp {
        Timestamp(ticks: (ticks / Self.ticksPerDay - Int64(date.day - 1)) * Self.ticksPerDay, isUTC: isUTC)!
    }
}

/// A unit of time by its name in `addToTime` and its kin.
enum TimeUnit: String, CaseIterable {
    case second, minute, hour, day, week, month, year

    func add(_ count: Int64, to timestamp: Timestamp) -> Timestamp? {
        switch self {
        case .second: adding(1, count, timestamp)
        case .minute: adding(60, count, timestamp)
        case .hour: adding(3600, count, timestamp)
        case .day: adding(86_400, count, timestamp)
        case .week: adding(7 * 86_400, count, timestamp)
        case .month: timestamp.adding(months: count)
        case .year: (-10_000...10_000).contains(count) ? timestamp.adding(months: count * 12) : nil
        }
    }

    private func adding(_ seconds: Int64, _ count: Int64, _ timestamp: Timestamp) -> Timestamp? {
        let (ticks, overflow) = count.multipliedReportingOverflow(by: seconds * Timestamp.ticksPerSecond)
        return overflow ? nil : timestamp.adding(ticks: ticks)
    }
}
