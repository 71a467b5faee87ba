/// `layer.name`: a table's name, and the two folders it lies in under the lake's root.
package struct LakeTableName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let layer: String
    package let name: String

    /// Any text that can name a folder: quotes, blanks and letters of any script are fine. Refused are empty parts,
    /// `/`, NUL, control characters, a leading `.` (so also `..`) or `_` (hidden to Spark), more than 200 bytes, and what
    /// other readers of Delta take for something else in a path: `\\` and an escape such as `%25`.
    package init(layer: String, name: String) throws(LakeError) {
        try Self.validate(layer, as: "layer")
        try Self.validate(name, as: "table")
        self.layer = layer
        self.name = name
    }

    package var description: String { "\(layer).\(name)" }

    package static func == (a: Self, b: Self) -> Bool {
        a.layer.utf8.elementsEqual(b.layer.utf8) && a.name.utf8.elementsEqual(b.name.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for part in [layer, name] {
            for byte in part.utf8 { hasher.combine(byte) }
            hasher.combine(UInt8(0))
        }
    }

    package static func < (a: Self, b: Self) -> Bool {
        if a.layer.utf8.elementsEqual(b.layer.utf8) { return a.name.utf8.lexicographicallyPrecedes(b.name.utf8) }
        return a.layer.utf8.lexicographicallyPrecedes(b.layer.utf8)
    }

    private static func validate(_ part: String, as what: String) throws(LakeError) {
        let problem: String? =
            if part.isEmpty { "is empty" }
            else if part.utf8.contains(UInt8(ascii: "/")) { "contains '/'" }
            else if part.utf8.contains(UInt8(ascii: "\\")) { "contains '\\', which other readers take for '/'" }
            else if !FilePath.decode(part).utf8.elementsEqual(part.utf8) { "contains a '%' and two digits, which other readers decode" }
            else if part.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { "contains a control character" }
            else if part.utf8.first == UInt8(ascii: ".") || part.utf8.first == UInt8(ascii: "_") {
                "begins with '.' or '_', which hides it"
            }
            else if part.utf8.count > 200 { "is longer than 200 bytes" }
            else { nil }
        if let problem {
            throw LakeError(.invalidTableName, "the \(what) name \"\(part)\" \(problem)", help: "choose another name")
        }
    }
}
