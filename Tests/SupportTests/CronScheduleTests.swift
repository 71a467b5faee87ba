import Support
import Testing

@Suite struct CronScheduleTests {
    @Test(arguments: [
        ("0 6 * * mon-sun", "0 6 * * *"), ("0 6 * * sat-sun", "0 6 * * 0,6"), ("0 6 * * tue-SUN", "0 6 * * 0,2-6"), ("0 6 * * fri-7", "0 6 * * 0,5,6"),
        ("0 6 * * sun-tue", "0 6 * * 0-2"), ("0 6 * * sun-sun", "0 6 * * 7"), ("0 6 * * mon-sun/3", "0 6 * * 0,1,4"), ("*/20 6 * jan-mar *", "0,20,40 6 * 1-3 *"),
        ("50/5 6 * * *", "50,55 6 * * *"), ("0\t6  * * *", "0 6 * * *"),
    ])
    func theSameDaysAndTimes(written: String, plain: String) throws {
        let (a, b) = (try CronSchedule(written), try CronSchedule(plain))
        #expect(a.weekdays == b.weekdays && a.minutes == b.minutes && a.hours == b.hours && a.months == b.months && a.days == b.days)
    }

    /// The place is that of the part which is wrong, and the help can be written as it stands.
    @Test(arguments: [
        ("60 3 * * *", "60", "write 0 to 59"), ("0 3 * * mon,funday", "funday", "write 0 to 7, or sun to sat"), ("0 8-6 * * *", "8-6", "write two ranges: 8-23,0-6"),
        ("0 6 * * fri-mon", "fri-mon", "write two ranges: fri-sat,sun-mon"), ("0 6 * * 5-1", "5-1", "write two ranges: 5-6,0-1"),
        ("0 6 * nov-feb *", "nov-feb", "write two ranges: nov-dec,jan-feb"), ("0 6 ? * mon", "?", "write * for any day of the month"), ("*/0 6 * * *", "*/0", "write a number: */5"),
        ("@daily", "@daily", "write 0 0 * * *"), ("@Weekly", "@Weekly", "write 0 0 * * 0"), ("@reboot", "@reboot", "write points in time, such as 0 0 * * *"),
        ("0 30 6 * * *", "0 30 6 * * *", "there are no fields for seconds and years: leave them out"), ("0 6 1, * *", ",", "write 1 to 31"), ("0 6 L * *", "L", "write 1 to 31"),
    ])
    func placeAndHelp(text: String, part: String, help: String) throws {
        let problem = try #require(throws: CronSchedule.Problem.self) { try CronSchedule(text) }
        let bytes = Array(text.utf8)
        #expect(problem.help == help)
        #expect(problem.place.upperBound <= bytes.count)
        if part != "," { #expect(String(decoding: bytes[problem.place], as: UTF8.self) == part) }
    }
}
