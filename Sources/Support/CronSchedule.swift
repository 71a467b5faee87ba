/// A cron schedule as crontab(5) has it: five fields with lists, ranges, steps and English names.
package struct CronSchedule: Sendable, Hashable {
    /// Bit n: the value n.
    package let minutes: UInt64
    package let hours: UInt64
    package let days: UInt64
    package let months: UInt64
    /// 0 is Sunday.
    package let weekdays: UInt64
    /// The field is more than `*`, so that it restricts; cron asks only for its first character.
    package let restrictsDays: Bool
    package let restrictsWeekdays: Bool

    /// What is wrong with a schedule, where, and what to write instead.
    package struct Problem: Error, Hashable {
        package let message: String
        /// In bytes of the text.
        package let place: Range<Int>
        package let help: String
    }

    private struct Field {
        let name: String
        let range: ClosedRange<Int>
        var names: [String] = []
        /// Number of the first name.
        var firstName = 0

        /// The first and the last value, each once: 7 is 0 again.
        func ends(areNames: Bool) -> (String, String) {
            if areNames, let first = names.first, let last = names.last { return (first, last) }
            return ("\(range.lowerBound)", "\(min(range.upperBound, names.isEmpty ? .max : firstName + names.count - 1))")
        }

        var values: String { "\(range.lowerBound) to \(range.upperBound)" + (names.isEmpty ? "" : ", or \(names[0]) to \(names[names.count - 1])") }
    }

    private static let weekday = Field(name: "day of the week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])
    private static let fields = [
        Field(name: "minute", range: 0...59), Field(name: "hour", range: 0...23), Field(name: "day of the month", range: 1...31),
        Field(
            name: "month", range: 1...12,
            names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], firstName: 1),
        weekday,
    ]

    private static let nicknames = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    package init(_ text: String) throws(Problem) {
        let parts = text.split { $0 == " " || $0 == "\t" }
        guard parts.count == Self.fields.count else { throw Self.problem(of: text, parts) }
        var sets: [UInt64] = []
        for (part, field) in zip(parts, Self.fields) {
            var set: UInt64 = 0
            for item in part.split(separator: ",", omittingEmptySubsequences: false) { set |= try Self.values(of: item, field, in: text) }
            sets.append(set)
        }
        (minutes, hours, days, months) = (sets[0], sets[1], sets[2], sets[3])
        // Sunday is 0 and 7.
        weekdays = (sets[4] | sets[4] >> 7) & 0x7F
        restrictsDays = parts[2].first != "*"
        restrictsWeekdays = parts[4].first != "*"
    }

    private static func problem(of text: String, _ parts: [Substring]) -> Problem {
        let whole = 0..<text.utf8.count
        if parts.count == 1, parts[0].first == "@" {
            return Problem(
                message: "\"\(parts[0])\" is no schedule of five fields", place: whole,
                help: nicknames[parts[0].lowercased()].map { "write \($0)" } ?? "write points in time, such as 0 0 * * *")
        }
        return Problem(
            message: "a schedule has five fields, and here \(parts.count == 1 ? "is 1" : "are \(parts.count)")", place: whole,
            help: parts.count == 6 || parts.count == 7
                ? "there are no fields for seconds and years: leave them out"
                : "write minute, hour, day of the month, month and day of the week: 30 3 * * mon-fri")
    }

    private static func values(of item: Substring, _ field: Field, in text: String) throws(Problem) -> UInt64 {
        func problem(_ message: String, _ place: Substring, _ help: String) -> Problem {
            let start = text.utf8.distance(from: text.startIndex, to: place.startIndex)
            return Problem(message: message, place: start..<start + max(1, place.utf8.count), help: help)
        }
        let halves = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let step = halves.count == 2 ? Int(halves[1]) : 1
        guard let step, step >= 1 else {
            throw problem("\"\(item)\" has no step above 0 behind its stroke (\(field.name))", item, "write a number: \(halves[0])/5")
        }
        var first = field.range.lowerBound
        var last = field.range.upperBound
        if halves[0] != "*" {
            var numbers: [Int] = []
            let ends = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            for end in ends {
                guard let number = number(end, field) else {
                    if end == "?" { throw problem("\"?\" is no \(field.name)", end, "write * for any \(field.name)") }
                    throw problem(
                        end.isEmpty ? "a \(field.name) is missing" : "\"\(end)\" is no \(field.name)", end.isEmpty ? item : end,
                        "write \(field.values)")
                }
                numbers.append(number)
            }
            // A week may end with its Sunday: `mon-sun`.
            if numbers.count == 2, numbers[0] > 0, field.names == weekday.names, ends[1].lowercased() == "sun" { numbers[1] = 7 }
            if numbers.count == 2, numbers[0] > numbers[1] {
                let (least, greatest) = field.ends(areNames: ends[0].first.map(\.isLetter) ?? false)
                throw problem(
                    "\"\(halves[0])\" ends before it starts (\(field.name))", halves[0],
                    "write two ranges: \(ends[0])-\(greatest),\(least)-\(ends[1])")
            }
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
