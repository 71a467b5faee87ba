import Diagnostics
import Support
import Testing
import YAML

func parsed(
    _ text: String, limits: YAMLLimits = .standard
) -> (document: YAMLDocument?, diagnostics: [Diagnostic]) {
    YAMLDocument.parse(Array(text.utf8), path: "test.yml", limits: limits)
}

/// The root of text without findings.
func root(of text: String, _ location: SourceLocation = #_sourceLocation) throws -> YAMLNode {
    let (document, diagnostics) = parsed(text)
    #expect(diagnostics == [], sourceLocation: location)
    return try #require(document, sourceLocation: location).root
}

/// `line:column-line:column` of the range.
func place(_ range: SourceRange?) -> String {
    guard let range else { return "nowhere" }
    return "\(range.start.line):\(range.start.column)-\(range.end.line):\(range.end.column)"
}

func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

/// Random numbers that are the same in every run (splitmix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
