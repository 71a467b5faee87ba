/// Names for findings that stay the same while the lines around them move: from code, file, asset, message and the text
/// of the line. Of several findings that agree in all of it, the later ones have a number.
struct FindingFingerprints {
    private var files: SourceFiles
    /// More of a line tells nothing new.
    private static let lineLimit = 4096
    private var used: [UInt64: Int] = [:]

    init(source: @escaping (String) -> [UInt8]?) { files = SourceFiles(source) }

    /// 16 hexadecimal digits. Ask for findings in the order of the report.
    mutating func next(of diagnostic: Diagnostic) -> String {
        var hash = FNV()
        hash.add(diagnostic.code.name.utf8)
        hash.add((diagnostic.range?.path ?? "").utf8)
        hash.add((diagnostic.asset ?? "").utf8)
        hash.add(diagnostic.message.utf8)
        hash.add(line(of: diagnostic))
        let number = used[hash.value, default: 0]
        used[hash.value] = number + 1
        if number > 0 { hash.add(String(number).utf8) }
        let digits = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Without the blanks around it, which formatting changes.
    private mutating func line(of diagnostic: Diagnostic) -> ArraySlice<UInt8> {
        guard let range = diagnostic.range, !range.isWholeFile, let file = files[range.path],
            range.start.line <= file.lines.count
        else { return [] }
        var line = file.bytes[file.lines.content(ofLine: range.start.line - 1, in: file.bytes)].prefix(Self.lineLimit)
        while let first = line.first, first == 0x20 || first == 0x09 { line.removeFirst() }
        while let last = line.last, last == 0x20 || last == 0x09 { line.removeLast() }
        return line
    }
}

/// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
private struct FNV {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The bytes and an end that no text contains.
    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { add(byte) }
        add(0xFF)
    }

    private mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
