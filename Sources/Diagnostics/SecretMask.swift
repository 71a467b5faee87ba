/// Takes secrets out of whatever is shown of findings: out of the lines of source, and out of the words of every finding,
/// for another one may quote what stands there.
struct SecretMask {
    private var ranges: [String: [Range<Int>]] = [:]
    /// The secrets themselves, longest first.
    private var texts: [[UInt8]] = []
    private let read: (String) -> [UInt8]?

    /// Shorter texts stand in too many words to be taken out of them.
    private static let leastLength = 4

    init(_ diagnostics: [Diagnostic], source: @escaping (String) -> [UInt8]?) {
        read = source
        for range in diagnostics.flatMap(\.secrets) { ranges[range.path, default: []].append(range.start.offset..<max(range.start.offset, range.end.offset)) }
        var found: Set<[UInt8]> = []
        for (path, ranges) in ranges {
            guard let bytes = source(path) else { continue }
            for range in ranges { found.insert(Array(bytes[range.clamped(to: 0..<bytes.count)])) }
        }
        texts = found.filter { $0.count >= Self.leastLength }.sorted { a, b in a.count != b.count ? a.count > b.count : a.lexicographicallyPrecedes(b) }
    }

    /// The file with every character of a secret replaced by a star, or by a dot of as many bytes: places stay what they were.
    func source(_ path: String) -> [UInt8]? {
        guard var bytes = read(path) else { return nil }
        for range in ranges[path] ?? [] { Self.mask(&bytes, range.clamped(to: 0..<bytes.count)) }
        return bytes
    }

    func applied(to report: DiagnosticReport) -> DiagnosticReport {
        guard !texts.isEmpty else { return report }
        return report.mapping { diagnostic in
            var diagnostic = diagnostic
            diagnostic.message = masked(diagnostic.message)
            diagnostic.notes = diagnostic.notes.map(masked)
            diagnostic.help = diagnostic.help.map(masked)
            diagnostic.labels = diagnostic.labels.map { .init($0.range, masked($0.text)) }
            return diagnostic
        }
    }

    private func masked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        var isChanged = false
        for secret in texts {
            var start = 0
            while start + secret.count <= bytes.count {
                if bytes[start] == secret[0], bytes[start..<start + secret.count].elementsEqual(secret) {
                    Self.mask(&bytes, start..<start + secret.count)
                    isChanged = true
                    start += secret.count
                } else {
                    start += 1
                }
            }
        }
        return isChanged ? String(decoding: bytes, as: UTF8.self) : text
    }

    private static let dots: [[UInt8]] = ["*", "·", "•", "𐄁"].map { Array($0.utf8) }

    private static func mask(_ bytes: inout [UInt8], _ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            var length = 1
            while index + length < range.upperBound, bytes[index + length] & 0xC0 == 0x80, length < 4 { length += 1 }
            // Line breaks stay, so that lines keep their numbers.
            if bytes[index] != 0x0A, bytes[index] != 0x0D {
                bytes.replaceSubrange(index..<index + length, with: dots[length - 1])
            }
            index += length
        }
    }
}
