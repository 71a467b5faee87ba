import Support
import Testing

@Suite struct SecretScrubberTests {
    private static let awkward = "p\"w'\\ä/<&>+ ü~$`%\u{1F600}\tx"

    private func scrubber(_ secrets: String...) -> SecretScrubber {
        let scrubber = SecretScrubber()
        for secret in secrets { scrubber.register(secret) }
        return scrubber
    }

    private static func base64(_ bytes: [UInt8], _ last: String = "+/") -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8) + Array(last.utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            var word = 0
            for index in 0..<3 { word = word << 8 | (index < part.count ? Int(part[start + index]) : 0) }
            for index in 0..<4 { text.append(index <= part.count ? alphabet[word >> (18 - 6 * index) & 63] : UInt8(ascii: "=")) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    @Test(arguments: [
        awkward,
        "p\\\"w'\\\\ä/<&>+ ü~$`%😀\\tx",
        "p\\\"w'\\\\ä\\/<&>+ ü~$`%😀\\tx",
        "p\\\"w'\\\\\\u00e4/<&>+ \\u00fc~$`%\\ud83d\\ude00\\tx",
        "p\\\"w'\\\\\\u00E4\\/<&>+ \\u00FC~$`%\\uD83D\\uDE00\\tx",
        "p\\u0022w\\u0027\\\\\\u00E4/\\u003C\\u0026\\u003E\\u002B \\u00FC~$\\u0060%\\uD83D\\uDE00\\tx",
        "p\\\"w'\\\\ä/\\u003c\\u0026\\u003e+ ü~$`%😀\\tx",
        "p%22w%27%5C%C3%A4%2F%3C%26%3E%2B%20%C3%BC~%24%60%25%F0%9F%98%80%09x",
        "p%22w%27%5c%c3%a4%2f%3c%26%3e%2b%20%c3%bc~%24%60%25%f0%9f%98%80%09x",
        "p%22w%27%5C%C3%A4%2F%3C%26%3E%2B+%C3%BC%7E%24%60%25%F0%9F%98%80%09x",
        "p\"w''\\ä/<&>+ ü~$`%😀\tx",
        "p\"w''\\\\ä/<&>+ ü~$`%😀\tx",
        "p\"\"w'\\ä/<&>+ ü~$`%😀\tx",
        "p\"w'\\''\\ä/<&>+ ü~$`%😀\tx",
        "p&quot;w&apos;\\ä/&lt;&amp;&gt;+ ü~$`%😀\tx",
        "p\"w'\\ä/&lt;&amp;&gt;+ ü~$`%😀\tx",
        "p\\\\\\\"w'\\\\\\\\ä/<&>+ ü~$`%😀\\\\tx",
    ])
    func aFormIsFound(form: String) {
        let found = scrubber(Self.awkward).scrub("before \(form) behind")
        #expect(found == "before *** behind")
    }

    @Test(arguments: ["hunter2!", "s3cr", "äöü€", awkward]) func hexAndBase64InEveryAlignment(secret: String) {
        let scrubber = scrubber(secret)
        let bytes = Array(secret.utf8)
        let hex = bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
        #expect(scrubber.scrub("0x\(hex);") == "0x***;")
        #expect(scrubber.scrub(hex.uppercased()) == "***")
        for before in ["", "u", "us", "use", "user:"] {
            for behind in ["", "1", "12", "123"] {
                for last in ["+/", "-_"] {
                    let whole = Array(before.utf8) + bytes + Array(behind.utf8)
                    let encoded = Self.base64(whole, last)
                    let result = scrubber.scrub(encoded)
                    #expect(result.contains("***"), "\(before)…\(behind): \(encoded)")
                    // What is left tells nothing of more than the bits at the edges.
                    #expect(result.utf8.count <= (before.utf8.count + behind.utf8.count) * 4 / 3 + 3 + 8)
                }
            }
        }
        #expect(scrubber.scrub("Basic " + Self.base64(Array("abc".utf8) + bytes)) == "Basic YWJj***")
    }

    @Test func overlappingSecretsLeaveNothing() {
        let scrubber = scrubber("abcdef", "defghi", "abcdefgh-long", "cdef")
        #expect(scrubber.scrub("x abcdefghi y") == "x *** y")
        #expect(scrubber.scrub("abcdefgh-lon abcdefgh-long") == "***gh-lon ***")
        #expect(scrubber.scrub("cdefcdef") == "******")
    }

    @Test func linesOfALongSecretAreSecrets() {
        let scrubber = scrubber("first line\nshort\r\nthe third line\n")
        #expect(scrubber.scrub("a first line, short, the third line.") == "a ***, short, ***.")
        #expect(scrubber.scrub("first line\\nshort\\r\\nthe third line") == "***")
    }

    @Test func shortValuesAreNoSecrets() {
        let scrubber = scrubber("abc", "")
        #expect(!scrubber.isActive)
        #expect(scrubber.scrub("abc") == "abc")
    }

    @Test func aStreamFindsWhatIsCutAnywhere() {
        let secret = "hunter2-correct-horse"
        let scrubber = scrubber(secret, "other1")
        let text = Array("one \(secret) two hunter2-correct-hors \(secret)\(secret) other other1 h".utf8)
        let expected = "one *** two hunter2-correct-hors ****** other *** h"
        for size in 1...text.count {
            var stream = ScrubbingStream(scrubber)
            var out: [UInt8] = []
            for start in stride(from: 0, to: text.count, by: size) {
                out += stream.take(text[start..<min(start + size, text.count)])
                #expect(stream.heldBack < secret.utf8.count * 2)
            }
            out += stream.finish()
            #expect(String(decoding: out, as: UTF8.self) == expected)
        }
    }

    @Test func aStreamHoldsBackNoMoreThanABeginning() {
        var stream = ScrubbingStream(scrubber("hunter2"))
        #expect(stream.take("Continue? [y/N] ".utf8).count == 16)
        #expect(stream.take("the h".utf8) == Array("the ".utf8))
        #expect(stream.take("at".utf8) == Array("hat".utf8))
        #expect(stream.take("aaaa hunt".utf8).count == 5)
        #expect(stream.finish() == Array("hunt".utf8))
    }

    @Test func aTextThatRepeatsItsSecretWithoutEndIsNotGathered() {
        var stream = ScrubbingStream(scrubber("aaaa"))
        for _ in 0..<100 {
            #expect(!stream.take("aaaaaaaaa".utf8).contains(UInt8(ascii: "a")))
            #expect(stream.heldBack < 40)
        }
    }

    @Test func registeredLaterIsFoundToo() {
        let scrubber = scrubber("first-secret")
        #expect(scrubber.scrub("first-secret second-secret") == "*** second-secret")
        scrubber.register("second-secret")
        scrubber.register(Array("first-secret".utf8))
        #expect(scrubber.scrub("first-secret second-secret") == "*** ***")
    }

    @Test func itShowsNothing() {
        let scrubber = scrubber("hunter2-secret")
        _ = scrubber.scrub("x")
        var text = "\(scrubber)"
        dump(scrubber, to: &text)
        #expect(!text.contains("hunter2"))
    }

    /// Against the plain definition, with random texts of few letters, so that all kinds of overlaps come about.
    @Test func agreesWithSearchingEachAlone() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            func word(_ count: Int) -> String { String((0..<count).map { _ in "ab".randomElement(using: &generator)! }) }
            let secrets = (0..<3).map { _ in word(Int.random(in: 4...9)) }
            let scrubber = SecretScrubber()
            for secret in secrets { scrubber.register(secret) }
            let text = Array(word(60).utf8)
            var covered = Array(repeating: false, count: text.count)
            for secret in secrets.map({ Array($0.utf8) }) {
                for start in 0...text.count - secret.count where Array(text[start..<start + secret.count]) == secret {
                    for index in start..<start + secret.count { covered[index] = true }
                }
            }
            let left = text.indices.filter { !covered[$0] }.map { text[$0] }
            let result = scrubber.scrub(String(decoding: text, as: UTF8.self))
            #expect(result.utf8.filter { $0 != UInt8(ascii: "*") } == left, "\(secrets)")
        }
    }
}
