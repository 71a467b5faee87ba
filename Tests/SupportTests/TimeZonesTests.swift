import Support
import Testing

@Suite struct TimeZonesTests {
    /// Seconds east of Greenwich, at an instant in seconds since 1970.
    @Test(arguments: [
        ("Europe/Berlin", 1_704_067_200, 3600), ("W. Europe Standard Time", 1_719_792_000, 7200), ("europe/BERLIN", 1_719_792_000, 7200),
        // Summer time of 2024 begins at 2024-03-31T01:00:00Z and ends at 2024-10-27T01:00:00Z.
        ("Europe/Berlin", 1_711_846_799, 3600), ("Europe/Berlin", 1_711_846_800, 7200), ("Europe/Berlin", 1_729_990_799, 7200), ("Europe/Berlin", 1_729_990_800, 3600),
        // Far beyond the table of transitions: 2200-07-01 and 2200-01-01.
        ("Europe/Berlin", 7_274_016_000, 7200), ("America/New_York", 7_258_118_400, -18_000), ("Australia/Sydney", 7_258_118_400, 39_600), ("Australia/Sydney", 7_274_016_000, 36_000),
        ("India Standard Time", 0, 19_800), ("UTC", 1_719_792_000, 0), ("UTC-11", 1_719_792_000, -39_600), ("Asia/Kathmandu", 1_719_792_000, 20_700), ("Europe/Dublin", 1_719_792_000, 3600), ("Europe/Dublin", 1_704_067_200, 0),
        // Before the first transition: local mean time.
        ("Europe/Berlin", -3_000_000_000, 3208),
    ] as [(String, Int64, Int)])
    func offsets(_ name: String, _ second: Int64, _ offset: Int) throws {
        #expect(try TimeZones.system.named(name).offset(at: Instant(microseconds: second * 1_000_000)) == offset)
    }

    @Test func localTimes() throws {
        let berlin = try TimeZones.system.named("Europe/Berlin")
        func utc(_ second: Int64) -> Instant { Instant(microseconds: second * 1_000_000) }
        // 2024-07-01T12:00, 2024-10-27T02:30 and 2024-03-31T02:30 by the clock.
        #expect(berlin.resolve(local: utc(1_719_835_200)) == .unique(utc(1_719_828_000)))
        #expect(berlin.resolve(local: utc(1_729_996_200)) == .ambiguous(earlier: utc(1_729_989_000), later: utc(1_729_992_600)))
        #expect(berlin.resolve(local: utc(1_711_852_200)) == .skipped(shifted: utc(1_711_848_600)))
    }

    @Test(arguments: TimeZones.windowsZoneNames) func everyWindowsNameIsKnown(_ name: String) throws {
        _ = try TimeZones.system.named(name).offset(at: Instant(microseconds: 1_700_000_000_000_000))
    }

    @Test(arguments: ["Nowhere/Land", "", "/etc/passwd", "../etc/passwd", "Europe/../Europe/Berlin", "zone.tab", "Europe", "right/Europe/Berlin", "Europe/Berlin\u{0}", "posix/UTC"])
    func unknownNames(_ name: String) {
        #expect {
            try TimeZones.system.named(name)
        } throws: { error in
            if case .unknown(name, _)? = error as? TimeZoneError { true } else { false }
        }
    }

    @Test func suggestions() {
        #expect(throws: TimeZoneError.unknown("Europe/Berln", suggestion: "Europe/Berlin")) { try TimeZones.system.named("Europe/Berln") }
        #expect(throws: TimeZoneError.unknown("Pacific Standart Time", suggestion: "Pacific Standard Time")) { try TimeZones.system.named("Pacific Standart Time") }
    }

    @Test func damagedFiles() throws {
        let folder = FileSystem.join("/tmp", "pipectl-zones-\(UInt64.random(in: 0 ... .max))")
        try FileSystem.createDirectory(folder)
        defer { try? FileSystem.removeTree(folder) }
        let whole = try FileSystem.read("/usr/share/zoneinfo/Europe/Berlin")
        try FileSystem.writeAtomically(whole, to: folder + "/Whole")
        #expect(try TimeZones(directory: folder).named("Whole").offset(at: Instant(microseconds: 0)) == 3600)
        // Cut off at every length: an error, never a crash. The last byte ends the rule.
        for length in stride(from: 4, to: whole.count, by: 7) {
            try FileSystem.writeAtomically(Array(whole[..<length]), to: folder + "/Cut\(length)")
            #expect(throws: TimeZoneError.self) { try TimeZones(directory: folder).named("Cut\(length)") }
        }
        var random = SystemRandomNumberGenerator()
        for round in 0..<200 {
            var bytes = whole
            for _ in 0..<4 { bytes[Int.random(in: 4..<bytes.count, using: &random)] = UInt8.random(in: 0 ... .max, using: &random) }
            try FileSystem.writeAtomically(bytes, to: folder + "/Changed\(round)")
            if let rules = try? TimeZones(directory: folder).named("Changed\(round)") {
                _ = rules.resolve(local: Instant(microseconds: 1_700_000_000_000_000))
            }
        }
    }
}
