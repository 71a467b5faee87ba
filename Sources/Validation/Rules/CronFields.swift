/// The five fields of a cron schedule, as crontab(5) has them: lists, ranges, steps and English names.
enum CronFields {
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

    /// nil where the text is a schedule; else what is wrong with it.
    static func problem(with text: String) -> String? {
        let parts = text.split { $0 == " " || $0 == "\t" }
        guard parts.count == fields.count else { return "a schedule has five fields, and here \(parts.count == 1 ? "is 1" : "are \(parts.count)")" }
        for (part, field) in zip(parts, fields) {
            for item in part.split(separator: ",", omittingEmptySubsequences: false) {
                if let problem = problem(with: item, field) { return problem }
            }
        }
        return nil
    }

    private static func problem(with item: Substring, _ field: Field) -> String? {
        let halves = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if halves.count == 2, Int(halves[1]).map({ $0 < 1 }) ?? true {
            return "\"\(item)\" has no step above 0 behind its stroke (\(field.name))"
        }
        if halves[0] == "*" { return nil }
        let ends = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        var numbers: [Int] = []
        for end in ends {
            guard let number = number(end, field) else {
                return "\"\(end)\" is no \(field.name): \(field.range.lowerBound) to \(field.range.upperBound)"
            }
            numbers.append(number)
        }
        if numbers.count == 2, numbers[0] > numbers[1] { return "\"\(item)\" ends before it starts (\(field.name))" }
        return nil
    }

    private static func number(_ text: Substring, _ field: Field) -> Int? {
        if let position = field.names.firstIndex(of: text.lowercased()) { return position + field.firstName }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else { return nil }
        return field.range.contains(number) ? number : nil
    }
}
