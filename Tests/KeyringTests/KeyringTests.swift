import Crypto
import Foundation
import Keyring
import Testing

@Suite struct KeyringTests {
    private func failure<Value>(_ body: () throws(KeyringError) -> Value) -> KeyringError? {
        do throws(KeyringError) { _ = try body() } catch { return error }
        return nil
    }

    @Test func withoutASessionBusNothingIsAsked() {
        for variables in [[:], ["DBUS_SESSION_BUS_ADDRESS": ""], ["XDG_RUNTIME_DIR": "/nowhere"]] {
            let store = KeyringStore(variables: variables)
            #expect(!store.hasSessionBus)
            #expect(failure { () throws(KeyringError) in try store.lookup() }?.kind == .noSessionBus)
        }
        #expect(KeyringStore(variables: ["DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"]).hasSessionBus)
    }

    /// One step against the session bus of this process; `acceptance/system/test_keyring.py` makes one and looks at what it did.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PIPECTL_TEST_KEYRING"] != nil))
    func step() throws {
        let variables = ProcessInfo.processInfo.environment
        let words = try #require(variables["PIPECTL_TEST_KEYRING"]).split(separator: " ").map(String.init)
        let store = KeyringStore(variables: variables, limit: words.contains("timedOut") ? .seconds(1) : .seconds(10))
        let began = ContinuousClock.now
        switch words[0] {
        case "store": try store.store(SensitiveBytes(words[2].utf8), recipient: words[1], label: "pipectl test")
        case "lookup":
            let found = try store.lookup().map { $0.withBytes { String(decoding: $0, as: UTF8.self) } }
            #expect(found.sorted() == words.dropFirst().sorted())
        case "clear": #expect(try store.clear(recipient: words[1]) == (words[2] == "true"))
        case "fails":
            let calls: [String: () throws(KeyringError) -> Void] = [
                "lookup": { () throws(KeyringError) in _ = try store.lookup() },
                "store": { () throws(KeyringError) in try store.store(SensitiveBytes("x".utf8), recipient: "age1x", label: "x") },
                "clear": { () throws(KeyringError) in _ = try store.clear(recipient: "age1x") },
            ]
            for word in words.dropFirst(2) {
                let error = failure(try #require(calls[word]))
                #expect(error.map { "\($0.kind)" } == words[1], "\(word): \(String(describing: error))")
                #expect(error?.help != nil)
            }
        default: Issue.record("unknown step \(words)")
        }
        #expect(ContinuousClock.now - began < .seconds(12))
    }
}
