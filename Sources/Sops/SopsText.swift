internal import Support
internal import YAML

/// The text that is written into a file for a key or a value.
enum SopsText {
    /// A key that YAML reads back as the same text.
    static func key(_ name: String, quoted: Bool) -> String {
        let bytes = Array(name.utf8)
        let isWord = bytes.first.map { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == 0x5F } ?? false
        let isSafe = isWord && bytes.allSatisfy { b in
            (b | 0x20) >= 0x61 && (b | 0x20) <= 0x7A || (0x30...0x39).contains(b) || b == 0x5F || b == 0x2D || b == 0x2E
        }
        // Words of YAML 1.1 that some readers take for other things than text.
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return quoted || !isSafe || words.contains(name.lowercased()) ? self.quoted(name) : name
    }

    /// JSON's strings are strings of YAML too, where what YAML takes for a line break or does not allow is escaped.
    static func quoted(_ text: String) -> String {
        let json = JSONValue.string(text).text()
        guard json.unicodeScalars.contains(where: { !isPrintable($0) }) else { return json }
        var result = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            guard !isPrintable(scalar) else { result.append(scalar); continue }
            let digits = String(scalar.value, radix: 16)
            result.append(contentsOf: ("\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits).unicodeScalars)
        }
        return String(result)
    }

    /// Whether YAML may hold it as it is, and an editor shows it. What is not lies within the first 65,536 characters.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F, 0xA0..<0x2028, 0x202A..<0xD800, 0xE000..<0xFEFF, 0xFF00..<0xFFFE, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// A text without special characters in the manner of what it replaces.
    static func replacement(_ text: String, for old: ArraySlice<UInt8>) -> String {
        switch old.first {
        case UInt8(ascii: "\""): "\"\(text)\""
        case UInt8(ascii: "'"): "'\(text)'"
        default: text
        }
    }
}
