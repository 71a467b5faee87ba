import Foundation
import Support
import Testing

@Suite struct CivilDateTests {
    /// Every day of 1600 to 2400, against Foundation's proleptic calendar.
    @Test func daysAgreeWithFoundation() throws {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        let first = try #require(CivilDate(year: 1600, month: 1, day: 1)).daysSinceEpoch
        let last = try #require(CivilDate(year: 2400, month: 12, day: 31)).daysSinceEpoch
        for days in stride(from: first, through: last, by: 1) {
            let date = CivilDate(daysSinceEpoch: days)
            #expect(date.daysSinceEpoch == days)
            // Foundation is slow: one day in 97, which is no divisor of any period of the calendar.
            guard days % 97 == 0 else { continue }
            let parts = calendar.dateComponents(
                [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(days) * 86400))
            #expect(date.year == parts.year && date.month == parts.month && date.day == parts.day, "\(date)")
            #expect(date.isoWeekday == (try #require(parts.weekday) + 5) % 7 + 1, "\(date)")
        }
    }

    @Test(arguments: [(1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11016), (1900, 3, 1, -25508), (0, 3, 1, -719_468), (-4, 2, 29, -720_930)])
    func knownDays(_ year: Int, _ month: Int, _ day: Int, _ days: Int) throws {
        let date = try #require(CivilDate(year: year, month: month, day: day))
        #expect(date.daysSinceEpoch == days)
        #expect(CivilDate(daysSinceEpoch: days) == date)
    }

    @Test(arguments: [(2023, 2, 29), (1900, 2, 29), (2024, 4, 31), (2024, 0, 1), (2024, 13, 1), (2024, 1, 0), (2024, 1, 32)])
    func noSuchDay(_ year: Int, _ month: Int, _ day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test func orderAndText() throws {
        let dates = try [(2024, 2, 1), (2023, 12, 31), (2024, 1, 31)].map { try #require(CivilDate(year: $0.0, month: $0.1, day: $0.2)) }
        #expect(dates.sorted().map(\.description) == ["2023-12-31", "2024-01-31", "2024-02-01"])
        #expect(CivilDate(daysSinceEpoch: -719_528).description == "0000-01-01")
        #expect(CivilDate(year: -12, month: 3, day: 4)?.description == "-0012-03-04")
        #expect(CivilDate(year: 12024, month: 3, day: 4)?.description == "12024-03-04")
    }
}

@Suite struct InstantTests {
    @Test func endsWithTheYear9999() throws {
        let start = try #require(Instant(parsing: "2026-11-21T08:00:00Z"))
        #expect(start.adding(.milliseconds(1500))?.description == "2026-11-21T08:00:01.500000Z")
        #expect(start.adding(.seconds(106_751_991 * 86_400)) == nil)
        #expect(start.adding(.seconds(9_000_000 * 86_400)) == nil)
        #expect(Instant.last.adding(.zero)?.toTheSecond == "9999-12-31T23:59:59Z")
        #expect(Instant(seconds: 253_402_300_799)?.toTheSecond == "9999-12-31T23:59:59Z")
        #expect([253_402_300_800, .max, .min, -62_135_596_801].allSatisfy { Instant(seconds: $0) == nil })
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z", 0),
        (-1, "1969-12-31T23:59:59.999999Z", -1),
        (-86_400_000_000, "1969-12-31T00:00:00.000000Z", -86_400_000),
        (-86_400_000_001, "1969-12-30T23:59:59.999999Z", -86_400_001),
        (-1000, "1969-12-31T23:59:59.999000Z", -1),
        (1_795_243_503_000_001, "2026-11-21T06:45:03.000001Z", 1_795_243_503_000),
        (951_868_799_999_999, "2000-02-29T23:59:59.999999Z", 951_868_799_999),
        // Doubles cannot tell these apart from the next millisecond.
        (9_223_372_036_854_774_999, "294247-01-10T04:00:54.774999Z", 9_223_372_036_854_774),
        (.min, "-290308-12-21T19:59:05.224192Z", -9_223_372_036_854_776),
        (.max, "294247-01-10T04:00:54.775807Z", 9_223_372_036_854_775),
    ] as [(Int64, String, Int64)])
    func textAndMilliseconds(_ microseconds: Int64, _ text: String, _ milliseconds: Int64) {
        #expect(Instant(microseconds: microseconds).description == text)
        #expect(Instant(microseconds: microseconds).milliseconds == milliseconds)
    }

    @Test func fractionIsCutNotRounded() {
        let instant = Instant(microseconds: 1_999_999)
        #expect(instant.dateAndTime() == "1970-01-01 00:00:01")
        #expect(instant.dateAndTime(separator: "T", fractionDigits: 3) == "1970-01-01T00:00:01.999")
        #expect(Instant(microseconds: 5).dateAndTime(fractionDigits: 6) == "1970-01-01 00:00:00.000005")
    }

    @Test func digits() {
        #expect(Digits.padded(5, 3) == "005")
        #expect(Digits.padded(-5, 3) == "-005")
        #expect(Digits.padded(12345, 3) == "12345")
        #expect(Digits.padded(.min, 1) == "-9223372036854775808")
    }

    @Test func clocks() {
        let now = WallClock.system.now()
        #expect(abs(now.microseconds - Int64(Date().timeIntervalSince1970 * 1e6)) < 60_000_000)
        #expect(WallClock.fixed(now).now() == now)
    }
}

@Suite struct DurationsTests {
    @Test(arguments: [
        ("0", .zero), ("90", .seconds(90)), ("90s", .seconds(90)), ("15m", .seconds(900)), ("1h30m", .seconds(5400)),
        ("2d", .seconds(172_800)), ("250ms", .milliseconds(250)), ("1m5s10ms", .milliseconds(65_010)), ("007", .seconds(7)),
    ] as [(String, Duration)])
    func parses(_ text: String, _ expected: Duration) { #expect(Durations.parse(text) == expected) }

    @Test(arguments: [
        "", " ", "s", "-5", "+5", "-5s", "1.5h", "5 s", "5S", "5x", "5s ", "h5", "\u{0665}s", "5s\u{301}", "1h\r\n", "5m5",
        "9223372036854775807", "9223372036854775808", "99999999999999d",
    ])
    func refuses(_ text: String) { #expect(Durations.parse(text) == nil) }

    @Test(arguments: [
        (.zero, "0.00s"), (.milliseconds(420), "0.42s"), (.milliseconds(9_994), "9.99s"), (.milliseconds(9_996), "10.0s"),
        (.milliseconds(12_340), "12.3s"), (.milliseconds(59_940), "59.9s"), (.milliseconds(59_960), "1m 00s"),
        (.seconds(185), "3m 05s"), (.milliseconds(3_599_600), "1h 00m"), (.seconds(7440), "2h 04m"), (.seconds(360_000), "100h 00m"),
        (.milliseconds(-420), "-0.42s"),
    ] as [(Duration, String)])
    func text(_ duration: Duration, _ expected: String) { #expect(Durations.text(duration) == expected) }
}
