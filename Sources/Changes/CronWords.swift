package import Support

/// A schedule in words: `every day at 03:30`, `every 15 minutes on Mondays to Fridays`.
package enum CronWords {
    package static func text(_ schedule: CronSchedule) -> String {
        let days = dayWords(schedule)
        let months = schedule.months == mask(1...12) ? nil : "in " + list(values(schedule.months, 1...12).map { monthNames[$0 - 1] })
        var words = timeWords(schedule, everyDay: days == nil)
        if let days { words += " " + days }
        if let months { words += " " + months }
        return words
    }

    private static func timeWords(_ schedule: CronSchedule, everyDay: Bool) -> String {
        let minutes = values(schedule.minutes, 0...59)
        let hours = values(schedule.hours, 0...23)
        let day = everyDay ? "every day " : ""
        if hours.count == 24 {
            if minutes.count == 60 { return "every minute" }
            if minutes.count == 1 { return minutes[0] == 0 ? "every hour" : "every hour at minute \(minutes[0])" }
            if let step = step(minutes, of: 60) { return "every \(step) minutes" }
            return "every hour at minutes \(list(minutes.map(String.init)))"
        }
        if minutes.count == 1, hours.count > 3, let step = step(hours, of: 24) {
            return "every \(step) hours" + (minutes[0] == 0 ? "" : " at minute \(minutes[0])")
        }
        if minutes.count == 1, hours.count <= 6 {
            return day + "at " + list(hours.map { time($0, minutes[0]) })
        }
        let when =
            minutes.count == 60 ? "every minute"
            : minutes.count == 1 ? "at minute \(minutes[0])"
            : step(minutes, of: 60).map { "every \($0) minutes" } ?? "at minutes \(list(minutes.map(String.init)))"
        return when + " of the hours " + ranges(hours) { String($0) }
    }

    /// nil: every day. With both fields restricted either may match, as cron has it.
    private static func dayWords(_ schedule: CronSchedule) -> String? {
        let isEither = schedule.restrictsDays && schedule.restrictsWeekdays
        let weekdays = values(schedule.weekdays, 0...6)
        // A week begins on Monday, its Sunday comes last.
        let ordered = weekdays.filter { $0 > 0 } + weekdays.filter { $0 == 0 }.map { _ in 7 }
        let onWeekdays = weekdays.count == 7 ? nil : "on " + ranges(ordered) { weekdayNames[$0 % 7] + "s" }
        let days = values(schedule.days, 1...31)
        // Any day is one of them, whatever the other field says.
        if isEither, weekdays.count == 7 || days.count == 31 { return nil }
        let onDays = days.count == 31 ? nil : "on day" + (days.count == 1 ? " " : "s ") + ranges(days) { String($0) } + " of the month"
        switch (onDays, onWeekdays) {
        case (nil, nil): return nil
        case (let days?, nil): return days
        case (nil, let weekdays?): return weekdays
        case (let days?, let weekdays?):
            return isEither ? "\(days) or \(weekdays)" : "\(days), if \(weekdays)"
        }
    }

    private static let weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]

    private static func mask(_ range: ClosedRange<Int>) -> UInt64 { range.reduce(0) { $0 | 1 << UInt64($1) } }

    private static func values(_ set: UInt64, _ range: ClosedRange<Int>) -> [Int] { range.filter { set >> UInt64($0) & 1 == 1 } }

    /// 15 for 0, 15, 30, 45 of 60.
    private static func step(_ values: [Int], of size: Int) -> Int? {
        guard values.count > 1, values[0] == 0, size % values.count == 0 else { return nil }
        let step = size / values.count
        return values == Array(stride(from: 0, to: size, by: step)) ? step : nil
    }

    private static func time(_ hour: Int, _ minute: Int) -> String { two(hour) + ":" + two(minute) }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func list(_ words: [String]) -> String {
        words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
    }

    /// Three in a row and more as `a to b`.
    private static func ranges(_ values: [Int], _ name: (Int) -> String) -> String {
        var words: [String] = []
        var start = 0
        while start < values.count {
            var end = start
            while end + 1 < values.count, values[end + 1] == values[end] + 1 { end += 1 }
            if end - start >= 2 {
                words.append("\(name(values[start])) to \(name(values[end]))")
            } else {
                words += values[start...end].map(name)
            }
            start = end + 1
        }
        return list(words)
    }
}
