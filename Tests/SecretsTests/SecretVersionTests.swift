import Secrets
import Support
import Testing

@Suite struct SecretVersionTests {
    @Test func boundsOfTime() throws {
        let start = try #require(Instant(parsing: "2026-01-01T00:00:00Z"))
        let end = try #require(Instant(parsing: "2026-02-01"))
        var version = SecretVersion(id: "a", notBefore: start, expires: end)
        #expect(version.refusal(at: start) == nil)
        #expect(version.refusal(at: end) != nil)
        #expect(version.refusal(at: try #require(Instant(parsing: "2026-01-01T00:59:59.999+01:00"))) != nil)
        version.isEnabled = false
        #expect(version.refusal(at: start) == "is disabled")
    }

    @Test(arguments: ["", "2026-13-01", "2026-02-30", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00Zx", "26-01-01"])
    func noMoment(_ text: String) { #expect(Instant(parsing: text) == nil) }
}
