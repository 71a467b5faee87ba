internal import Support

/// One cell of a notebook, without what running it changes.
struct NotebookCell: Sendable, Hashable {
    /// `code`, `markdown`, `raw`, or the language of a cell that names one: `sql`, `sh`.
    let kind: String
    /// Lines end in a line feed; what stands at the end and is not seen is left out.
    let source: String
    /// They tell programs what a cell is for: `parameters`.
    let tags: [String]
    /// In the file, from 1.
    let number: Int

    init(_ kind: String, _ source: some StringProtocol, tags: [String] = [], number: Int) {
        self.kind = kind
        self.source = Self.normal(source)
        self.tags = Set(tags).sorted()
        self.number = number
    }

    /// Such a cell does nothing, and editors leave them behind.
    var isEmpty: Bool { source.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 } }

    /// The first line that says something.
    var firstLine: String {
        source.utf8.split(separator: 0x0A).lazy.map { String($0) ?? "" }.first { !$0.allSatisfy(\.isWhitespace) } ?? ""
    }

    /// Where it stands says nothing of what it does.
    static func == (a: Self, b: Self) -> Bool { a.kind == b.kind && ExactText(a.source) == ExactText(b.source) && a.tags == b.tags }

    func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(ExactText(source))
    }

    /// How much of two is alike: 0 to 1, by their lines.
    func likeness(to other: NotebookCell) -> Double {
        guard kind == other.kind else { return 0 }
        let (one, two) = (lines, other.lines)
        let both = one.reduce(into: 0) { sum, line in sum += min(line.value, two[line.key] ?? 0) }
        let all = max(one.values.reduce(0, +), two.values.reduce(0, +))
        return all == 0 ? 0 : Double(both) / Double(all)
    }

    private var lines: [ExactText: Int] {
        var counts: [ExactText: Int] = [:]
        for line in source.utf8.split(separator: 0x0A) { counts[ExactText(String(line) ?? ""), default: 0] += 1 }
        return counts
    }

    private static func normal(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if byte == 0x0A, bytes.last == 0x0D { bytes.removeLast() }
            bytes.append(byte)
        }
        while let last = bytes.last, last == 0x0A || last == 0x0D || last == 0x20 || last == 0x09 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
