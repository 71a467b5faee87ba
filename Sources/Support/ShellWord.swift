/// A word of a command line that is shown for copying.
package enum ShellWord {
    private static let isPlain: [Bool] = (0..<256).map { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case 0x80...: true
        default: "/._-+,@%:".utf8.contains(UInt8(byte))
        }
    }

    /// The word as it is, or in single quotes where a shell would read it as something else.
    package static func quoted(_ word: String) -> String {
        var word = word
        let needsQuotes = word.isEmpty || word.withUTF8 { bytes in bytes.contains { !isPlain[Int($0)] } }
        return needsQuotes ? "'" + word.replacing("'", with: "'\\''") + "'" : word
    }
}
