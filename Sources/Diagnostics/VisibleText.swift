/// Text from files and messages made safe to show: a control character would move the cursor, change colours or
/// reorder what is read, and the agents of CI services obey commands that they find in a log.
package enum VisibleText {
    /// Control characters, those that change the direction of writing, line separators and what is no character as
    /// `<U+001B>`; `##vso[` as `# #vso[`, and `::` at the beginning, which may be that of a line, as `: :`.
    package static func escaped(_ text: some StringProtocol) -> String {
        var breaks = commandBreaks(in: text)
        let blanks = text.utf8.prefix { $0 == UInt8(ascii: " ") }.count
        if text.utf8.dropFirst(blanks).starts(with: "::".utf8) { breaks.insert(blanks + 1) }
        guard !breaks.isEmpty || text.unicodeScalars.contains(where: needsEscape) else { return String(text) }
        var result = String.UnicodeScalarView()
        for (number, scalar) in text.unicodeScalars.enumerated() {
            if breaks.contains(number) { result.append(" ") }
            if needsEscape(scalar) { result.append(contentsOf: name(scalar).unicodeScalars) } else { result.append(scalar) }
        }
        return String(result)
    }

    /// Numbers of the scalars before which a blank keeps an agent from reading a command: it looks for `##vso[` and `##[`
    /// anywhere in a line (https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands). Case, and
    /// characters that comparisons may ignore, do not matter.
    package static func commandBreaks(in text: some StringProtocol) -> Set<Int> {
        guard mayHoldCommand(text.utf8) else { return [] }
        let seen = text.unicodeScalars.enumerated().filter { $1.isASCII || !$1.properties.isDefaultIgnorableCodePoint }
        var breaks: Set<Int> = []
        for (second, scalar) in seen.enumerated().dropFirst() where scalar.element == "#" && seen[second - 1].element == "#" {
            let rest = String(String.UnicodeScalarView(seen[(second + 1)...].prefix(4).map(\.element))).lowercased()
            if rest.hasPrefix("[") || rest.hasPrefix("vso[") { breaks.insert(scalar.offset) }
        }
        return breaks
    }

    /// A quick look, which most texts pass.
    private static func mayHoldCommand(_ bytes: some Sequence<UInt8>) -> Bool {
        var last: UInt8 = 0
        for byte in bytes {
            if last == UInt8(ascii: "#"), byte == last || byte >= 0x80 { return true }
            last = byte
        }
        return false
    }

    /// A JSON document that means the same and holds no command: `#\u0023vso[`.
    package static func withoutCommands(json: String) -> String {
        let breaks = commandBreaks(in: json)
        guard !breaks.isEmpty else { return json }
        var result = String.UnicodeScalarView()
        for (number, scalar) in json.unicodeScalars.enumerated() {
            if breaks.contains(number) { result.append(contentsOf: "\\u0023".unicodeScalars) } else { result.append(scalar) }
        }
        return String(result)
    }

    package static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: false
        case 0...0x1F, 0x7F...0x9F, 0x61C, 0x200B, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE, 0xFFFF,
            0xE0000...0xE007F:
            true
        default: false
        }
    }

    package static func name(_ scalar: Unicode.Scalar) -> String {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        return "<U+" + String(repeating: "0", count: max(0, 4 - hex.utf8.count)) + hex + ">"
    }
}
