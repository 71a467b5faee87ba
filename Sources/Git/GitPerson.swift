internal import Support

/// Who did something, and when.
package struct GitPerson: Sendable, Hashable {
    package let name: String
    package let mail: String
    /// Seconds since 1970.
    package let time: Int64
    /// Minutes east of Greenwich.
    package let offset: Int

    package init(name: String, mail: String, time: Int64, offset: Int = 0) {
        self.name = Self.cleaned(name)
        self.mail = Self.cleaned(mail)
        self.time = time
        self.offset = offset
    }

    /// As it stands in commits: `Ada <ada@example.com> 1700000000 +0100`.
    var encoded: String {
        let minutes = abs(offset)
        let digits = String(10_000 + minutes / 60 * 100 + minutes % 60).dropFirst()
        return "\(name) <\(mail)> \(time) \(offset < 0 ? "-" : "+")\(digits)"
    }

    /// Read leniently, as git does: what is missing is empty or zero.
    package init(parsing line: some StringProtocol) {
        let line = Substring(line)
        let open = line.firstIndex(of: "<") ?? line.endIndex
        let close = line.lastIndex(of: ">") ?? line.endIndex
        name = Self.trimmed(line[..<open])
        mail = open < close ? String(line[line.index(after: open)..<close]) : ""
        let rest = close < line.endIndex ? line[line.index(after: close)...].split(separator: " ") : []
        time = rest.first.flatMap { Int64($0) } ?? 0
        let zone = rest.dropFirst().first.flatMap { Int($0) } ?? 0
        offset = zone / 100 * 60 + zone % 100
    }

    /// Without what would end the name or the line, as git leaves it out.
    private static func cleaned(_ text: String) -> String {
        trimmed(Substring(String(text.unicodeScalars.filter { $0.value >= 32 && $0 != "<" && $0 != ">" && $0.value != 127 })))
    }

    private static func trimmed(_ text: Substring) -> String {
        let isCrud = { (character: Character) in " .,:;\"\\'".contains(character) }
        var text = text.drop(while: isCrud)
        // A dot at the end is part of a name, as in `Jr.`.
        while let last = text.last, last != ".", isCrud(last) { text.removeLast() }
        return String(text)
    }
}
