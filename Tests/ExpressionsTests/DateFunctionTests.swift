import Expressions
import Support
import Testing

@Suite struct DateFunctionTests {
    @Test(arguments: [
        ("addDays('2018-03-15T13:00:00Z', 10)", "2018-03-25T13:00:00.0000000Z"), ("addDays('2018-03-15T00:00:00Z', -5)", "2018-03-10T00:00:00.0000000Z"),
        ("addHours('2018-03-15T00:00:00Z', 10)", "2018-03-15T10:00:00.0000000Z"), ("addHours('2018-03-15T15:00:00Z', -5)", "2018-03-15T10:00:00.0000000Z"),
        ("addMinutes('2018-03-15T00:10:00Z', 10)", "2018-03-15T00:20:00.0000000Z"), ("addSeconds('2018-03-15T00:00:30Z', -5)", "2018-03-15T00:00:25.0000000Z"),
        ("addDays('2018-02-28', 1, 'yyyy-MM-dd')", "2018-03-01"), ("addToTime('2018-01-01T00:00:00Z', 1, 'Day')", "2018-01-02T00:00:00.0000000Z"),
        ("addToTime('2018-01-01T00:00:00Z', 1, 'Day', 'D')", "Tuesday, January 2, 2018"),
        ("addToTime('2020-01-31T10:00:00Z', 1, 'month')", "2020-02-29T10:00:00.0000000Z"), ("addToTime('2020-02-29', 1, 'Year', 'd')", "2/28/2021"),
        ("addToTime('2020-01-31', -2, 'Month', 'yyyyMMdd')", "20191130"), ("addToTime('2020-01-01', 2, 'Week', 's')", "2020-01-15T00:00:00"),
        ("subtractFromTime('2018-01-02T00:00:00Z', 1, 'Day')", "2018-01-01T00:00:00.0000000Z"), ("subtractFromTime('2018-01-02T00:00:00Z', 1, 'Day', 'D')", "Monday, January 1, 2018"),
        ("convertFromUtc('2018-01-01T08:00:00.0000000Z', 'Pacific Standard Time')", "2018-01-01T00:00:00.0000000"),
        ("convertFromUtc('2018-01-01T08:00:00.0000000Z', 'Pacific Standard Time', 'D')", "Monday, January 1, 2018"),
        ("convertFromUtc('2024-07-01T12:00:00', 'europe/berlin')", "2024-07-01T14:00:00.0000000"),
        ("convertTimeZone('2018-01-01T08:00:00.0000000Z', 'UTC', 'Pacific Standard Time')", "2018-01-01T00:00:00.0000000"),
        ("convertTimeZone('2024-07-01T12:00:00.1234567', 'India Standard Time', 'W. Europe Standard Time')", "2024-07-01T08:30:00.1234567"),
        ("convertToUtc('01/01/2018 00:00:00', 'Pacific Standard Time')", "2018-01-01T08:00:00.0000000Z"),
        ("convertToUtc('01/01/2018 00:00:00', 'Pacific Standard Time', 'D')", "Monday, January 1, 2018"),
        // The hour that occurs twice is taken for standard time, as .NET does.
        ("convertToUtc('2024-10-27T02:30:00', 'Europe/Berlin')", "2024-10-27T01:30:00.0000000Z"),
        ("formatDateTime('03/15/2018 12:00:00', 'yyyy-MM-ddTHH:mm:ss')", "2018-03-15T12:00:00"), ("formatDateTime('03/15/2018')", "2018-03-15T00:00:00.0000000"),
        ("formatDateTime('2018-03-15T00:30:00+02:00')", "2018-03-14T22:30:00.0000000Z"), ("formatDateTime('2018-03-15T13:27:36.12345678Z', 'o')", "2018-03-15T13:27:36.1234567Z"),
        ("formatDateTime('Thu, 15 Mar 2018 13:27:36 GMT', 'u')", "2018-03-15 13:27:36Z"), ("formatDateTime('March 15, 2018 1:05 PM', 's')", "2018-03-15T13:05:00"),
        ("formatDateTime('3/5/2018 12:01:02 am', 's')", "2018-03-05T00:01:02"), ("formatDateTime('2018-03', 'd')", "3/1/2018"),
        ("formatDateTime('2018-03-05T09:07:03.1200000Z', 'd/M/yy h:m:s tt t z zz zzz K g')", "5/3/18 9:7:3 AM A +0 +00 +00:00 Z A.D."),
        ("formatDateTime('2018-03-05T21:07:03.1200000Z', 'dddd ddd MMMM MMM yyyyy hh HH f ff fff F FFFF')", "Monday Mon March Mar 02018 09 21 1 12 120 1 12"),
        ("formatDateTime('2018-03-05T21:07:03Z', 'ss.FFF')", "03"), ("formatDateTime('2018-03-05', '%d')", "5"), ("formatDateTime('2018-03-05', 'd')", "3/5/2018"),
        ("formatDateTime('2018-03-05', '''year'' yyyy \\y')", "year 2018 y"), ("formatDateTime('2018-03-05', '''''')", ""),
        ("formatDateTime('2018-03-05T21:07:03Z', 'r')", "Mon, 05 Mar 2018 21:07:03 GMT"), ("formatDateTime('2018-03-05T21:07:03Z', 'F')", "Monday, March 5, 2018 9:07:03 PM"),
        ("formatDateTime('2018-03-05T21:07:03Z', 'g')", "3/5/2018 9:07 PM"), ("formatDateTime('2018-03-05T21:07:03Z', 'm')", "March 5"), ("formatDateTime('2018-03-05T21:07:03Z', 'Y')", "March 2018"),
        ("getFutureTime(5, 'Day')", "2018-04-20T13:00:00.0000000Z"), ("getFutureTime(5, 'Day', 'D')", "Friday, April 20, 2018"),
        ("getPastTime(5, 'Day')", "2018-04-10T13:00:00.0000000Z"), ("getPastTime(1, 'Month', 'D')", "Thursday, March 15, 2018"),
        ("startOfDay('2018-03-15T13:30:30Z')", "2018-03-15T00:00:00.0000000Z"), ("startOfHour('2018-03-15T13:30:30Z')", "2018-03-15T13:00:00.0000000Z"),
        ("startOfMonth('2018-03-15T13:30:30Z')", "2018-03-01T00:00:00.0000000Z"), ("startOfMonth('2018-03-15T13:30:30Z', 'yyyy-MM-dd')", "2018-03-01"),
        ("utcNow()", "2018-04-15T13:00:00.0000000Z"), ("utcNow('D')", "Sunday, April 15, 2018"), ("utcNow(null)", "2018-04-15T13:00:00.0000000Z"),
        ("concat('Test_', formatDateTime(utcnow(), 'yyyy-dd-MM'))", "Test_2018-15-04"),
    ])
    func texts(_ expression: String, _ wanted: String) throws {
        #expect(try value(expression) == .string(wanted))
    }

    @Test(arguments: [
        ("dayOfMonth('2018-03-15T13:27:36Z')", 15), ("dayOfWeek('2018-03-15T13:27:36Z')", 4), ("dayOfWeek('2018-03-18')", 0),
        ("dayOfYear('2018-03-15T13:27:36Z')", 74), ("dayOfYear('2020-12-31')", 366), ("ticks('0001-01-01')", 0), ("ticks('1970-01-01T00:00:00Z')", 621_355_968_000_000_000),
        ("ticks('2022-09-09T10:00:00Z')", 637_983_144_000_000_000), ("ticks('9999-12-31T23:59:59.9999999')", 3_155_378_975_999_999_999),
    ] as [(String, Int64)])
    func numbers(_ expression: String, _ wanted: Int64) throws {
        #expect(try value(expression) == .integer(wanted))
    }

    @Test(arguments: [
        ("formatDateTime('20180315')", "formatDateTime: '20180315' is no timestamp; write it like 2018-03-15T13:27:36Z"), ("dayOfYear('2018-02-29')", "dayOfYear: '2018-02-29' is no timestamp; write it like 2018-03-15T13:27:36Z"),
        ("formatDateTime('2018-03-15T')", "formatDateTime: '2018-03-15T' is no timestamp; write it like 2018-03-15T13:27:36Z"),
        ("formatDateTime('2018-03-15T24:00:00')", "formatDateTime: '2018-03-15T24:00:00' is no timestamp; write it like 2018-03-15T13:27:36Z"),
        ("formatDateTime('0000-01-01')", "formatDateTime: '0000-01-01' is no timestamp; write it like 2018-03-15T13:27:36Z"),
        ("addDays('9999-12-31', 1)", "addDays: the result lies outside the years 1 to 9999"), ("addDays('0001-01-01', -1)", "addDays: the result lies outside the years 1 to 9999"),
        ("addSeconds('2018-01-01', 9223372036854775807)", "addSeconds: the result lies outside the years 1 to 9999"), ("addToTime('2018-01-01', -9223372036854775808, 'Month')", ""),
        ("subtractFromTime('2018-01-01', -9223372036854775808, 'Day')", "subtractFromTime: the interval is too long"),
        ("addToTime('2018-01-01', 1, 'Days')", "addToTime: there is no unit of time 'Days'; there are Second, Minute, Hour, Day, Week, Month and Year"),
        ("formatDateTime('2018-01-01', 'q')", "formatDateTime: 'q' is no standard format of dates; they are d D f F g G m o r s t T u U y"), ("formatDateTime('2018-01-01', 'ffffffff')", "formatDateTime: the format asks for more than seven digits of a second's fraction"),
        ("formatDateTime('2018-01-01', '''abc')", "formatDateTime: a quote in the format is not closed"),
        ("convertToUtc('2024-03-31T02:30:00', 'Europe/Berlin')", "convertToUtc: clocks in 'Europe/Berlin' skip this time"),
        ("convertToUtc('2024-03-31T02:30:00Z', 'Europe/Berlin')", "convertToUtc: the timestamp says that it is in UTC, not in 'Europe/Berlin'; leave out its 'Z' or offset"),
        ("convertFromUtc('2024-03-31', 'Europe/Berln')", "convertFromUtc: there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
        ("convertFromUtc('2024-03-31', '../../../etc/passwd')", "convertFromUtc: there is no time zone '../../../etc/passwd'"),
    ])
    func failures(_ expression: String, _ message: String) throws {
        let found = try failure(expression)
        if message.isEmpty { #expect(!found.isEmpty) } else { #expect(found == message) }
    }
}
