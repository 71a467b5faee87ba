import Secrets
import Support
import Testing

@Suite struct SecretVersionTests {
    @Test func boundsOfTime() {
        let start = Instant(microseconds: 1_767_225_600_000_000)
        let end = Instant(microseconds: 1_769_904_000_000_000)
        var version = SecretVersion(id: "a", notBefore: start, expires: end)
        #expect(version.refusal(at: start) == nil)
        #expect(version.refusal(at: end) != nil)
        #expect(version.refusal(at: Instant(microseconds: start.microseconds - 1)) != nil)
        version.isEnabled = false
        #expect(version.refusal(at: start) == "is disabled")
    }
}
