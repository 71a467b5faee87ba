import Diagnostics

extension DiagnosticCode {
    static let sample = DiagnosticCode(
        "unknown-key", summary: "a key is not known", explanation: "Keys are checked.\nAll of them.", example: "a: 1\n",
        fix: "b: 1\n")
    static let mild = DiagnosticCode("mild-thing", .warning, summary: "mild", explanation: "Mild.")
}

/// A range in the text by the first place where `part` stands in it.
func range(of part: String, in text: String, path: String = "a.yml") -> SourceRange {
    let bytes = Array(text.utf8)
    let wanted = Array(part.utf8)
    let start = (0...bytes.count - wanted.count).first { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) }!
    let lines = LineTable(bytes)
    return SourceRange(
        path: path, start: lines.position(ofOffset: start, in: bytes),
        end: lines.position(ofOffset: start + wanted.count, in: bytes))
}
