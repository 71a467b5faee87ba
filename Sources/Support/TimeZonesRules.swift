/// The offsets of one time zone through the ages.
package struct TimeZoneRules: Sendable {
    /// IANA name as its file is called.
    package let name: String
    /// Seconds since 1970 at which the offset changes, ascending, and the offset in force from then on.
    let transitions: [(at: Int64, offset: Int)]
    let initialOffset: Int
    /// What holds after the last transition.
    let afterwards: PosixTimeZone?

    /// Seconds east of Greenwich at that moment.
    package func offset(at instant: Instant) -> Int {
        let (second, rest) = instant.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return offset(atSecond: rest < 0 ? second - 1 : second)
    }

    func offset(atSecond second: Int64) -> Int {
        guard let last = transitions.last else { return afterwards?.offset(atSecond: second) ?? initialOffset }
        if second >= last.at { return afterwards?.offset(atSecond: second) ?? last.offset }
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= second { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? initialOffset : transitions[low - 1].offset
    }

    /// What a reading of the local clock stands for.
    package enum LocalTime: Sendable, Equatable {
        case unique(Instant)
        /// The clock was put back and showed this twice. `later` is standard time where summer time ended.
        case ambiguous(earlier: Instant, later: Instant)
        /// The clock was put forward past this; `shifted` is the moment read with the offset before the change, and so
        /// as much after the gap as the reading is after the gap's start.
        case skipped(shifted: Instant)
    }

    /// Resolves a local date and time, given as the instant that the same reading would be in UTC.
    package func resolve(local: Instant) -> LocalTime {
        let day: Int64 = 86_400_000_000
        let before = offset(at: Instant(microseconds: local.microseconds - day))
        let after = offset(at: Instant(microseconds: local.microseconds + day))
        var found: [Instant] = []
        for candidate in before == after ? [before] : [before, after] {
            let instant = Instant(microseconds: local.microseconds - Int64(candidate) * 1_000_000)
            if offset(at: instant) == candidate { found.append(instant) }
        }
        switch found.count {
        case 1: return .unique(found[0])
        case 2: return .ambiguous(earlier: min(found[0], found[1]), later: max(found[0], found[1]))
        default: return .skipped(shifted: Instant(microseconds: local.microseconds - Int64(before) * 1_000_000))
        }
    }
}
