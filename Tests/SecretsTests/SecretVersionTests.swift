import Secrets
import Support
import Testing

@Suite struct SecretVersionTests {
    @Test func boundsOfTime() throws {
        let start = try #require(Instant("2026-01-01T00:00:00Z"))
        let end = try #require(Instant("2026-02-01T00:00:00Z"))
        var version = SecretVersion(id: "a", notBefore: start, expires: end)
        #expect(version.refusal(at: start) == nil)
        #expect(version.refusal(at: end) != nil)
        #expect(version.refusal(at: try #require(Instant("2025-12-31T23:59:59Z"))) != nil)
        version.isEnabled = false
        #expect(version.refusal(at: start) == "is disabled")
    }
}
