package import Diagnostics
internal import Support

/// A comment that allows a finding: `# pipectl: allow CODE - reason`, in SQL `-- pipectl: allow CODE - reason`. With
/// several codes, `allow CODE, CODE - reason`, it is one waiver for each.
///
/// It stands on the line it is about, or on lines of its own directly above it.
package struct Waiver: Sendable, Hashable {
    /// The code, as it is written; empty where there is none.
    package let code: String
    package let codeRange: SourceRange
    /// nil where none is given.
    package let reason: String?
    /// From `pipectl:` to the end of the line.
    package let range: SourceRange
    /// The line whose findings it allows; the waiver's own counts as well.
    package let line: Int

    package init(code: String, codeRange: SourceRange, reason: String?, range: SourceRange, line: Int) {
        self.code = code
        self.codeRange = codeRange
        self.reason = reason
        self.range = range
        self.line = line
    }
}

/// Finds waivers in the bytes of a file.
package enum WaiverScanner {
    /// In any case of letters.
    private static let mark = Array("pipectl:".utf8)
    private static let search = ByteSearch(mark, ignoresCase: true)

    /// - Parameter isSQL: comments start with `--`; else with `#`.
    package static func scan(_ bytes: [UInt8], path: String, isSQL: Bool) -> [Waiver] {
        let marks = bytes.withUnsafeBufferPointer { places(in: $0, isSQL: isSQL) }
        guard !marks.isEmpty else { return [] }
        let lines = LineTable(bytes)
        return marks.flatMap { read(at: $0, bytes, lines, path, isSQL) }
    }

    /// Offsets of `pipectl:` in comments.
    private static func places(in bytes: UnsafeBufferPointer<UInt8>, isSQL: Bool) -> [Int] {
        search.places(in: bytes).filter { start in
            var before = start - 1
            while before >= 0, bytes[before] == 0x20 || bytes[before] == 0x09 { before -= 1 }
            guard before >= 0 else { return false }
            if isSQL { return bytes[before] == UInt8(ascii: "-") && before > 0 && bytes[before - 1] == UInt8(ascii: "-") }
            return bytes[before] == UInt8(ascii: "#") && (before == 0 || bytes[before - 1] <= 0x20 || bytes[before - 1] == UInt8(ascii: "#"))
        }
    }

    private static func read(at start: Int, _ bytes: [UInt8], _ lines: LineTable, _ path: String, _ isSQL: Bool) -> [Waiver] {
        let line = lines.line(ofOffset: start)
        let end = lines.content(ofLine: line, in: bytes).upperBound
        var words = Words(bytes: bytes, position: start + mark.count, end: end)
        guard words.next().map({ bytes[$0].elementsEqual("allow".utf8) { $0 | 0x20 == $1 } }) ?? false else { return [] }
        let codes = words.codes()
        var reason = String(decoding: bytes[words.position..<end], as: UTF8.self).drop { $0 == " " || $0 == "\t" }
        // `-`, an en or em dash, or a colon, then words.
        let hasMark = reason.first.map { "-–—:".contains($0) } ?? false
        reason = reason.drop { "-–—: \t".contains($0) }
        while reason.last?.isWhitespace ?? false { reason.removeLast() }
        func range(_ range: Range<Int>) -> SourceRange {
            SourceRange(
                path: path, start: lines.position(ofOffset: range.lowerBound, in: bytes), end: lines.position(ofOffset: range.upperBound, in: bytes))
        }
        let covered = covered(from: line, lines, bytes, isSQL) + 1
        return codes.map { code in
            Waiver(
                code: String(decoding: bytes[code], as: UTF8.self), codeRange: range(code), reason: hasMark && !reason.isEmpty ? String(reason) : nil,
                range: range(start..<end), line: covered)
        }
    }

    /// The line, counted from 0, that a comment on `line` speaks of: its own, or the next that is more than a comment.
    private static func covered(from line: Int, _ lines: LineTable, _ bytes: [UInt8], _ isSQL: Bool) -> Int {
        var current = line
        while current < lines.count, isComment(lines.content(ofLine: current, in: bytes), bytes, isSQL) { current += 1 }
        return current < lines.count ? current : line
    }

    private static func isComment(_ line: Range<Int>, _ bytes: [UInt8], _ isSQL: Bool) -> Bool {
        let text = bytes[line].drop { $0 == 0x20 || $0 == 0x09 }
        return isSQL ? text.starts(with: "--".utf8) : text.first == UInt8(ascii: "#")
    }

    private struct Words {
        let bytes: [UInt8]
        var position: Int
        let end: Int

        mutating func next() -> Range<Int>? {
            skipBlanks()
            let start = position
            while position < end, bytes[position] != 0x20, bytes[position] != 0x09 { position += 1 }
            return start < position ? start..<position : nil
        }

        /// Codes with commas between them; an empty one where there is none.
        mutating func codes() -> [Range<Int>] {
            var codes: [Range<Int>] = []
            while true {
                skipBlanks()
                let start = position
                while position < end, bytes[position] > 0x20, bytes[position] != UInt8(ascii: ","), bytes[position] != UInt8(ascii: ":") { position += 1 }
                // `-` alone begins the reason.
                if position == start + 1, bytes[start] == UInt8(ascii: "-") { position = start }
                codes.append(start..<position)
                skipBlanks()
                guard position < end, bytes[position] == UInt8(ascii: ",") else { return codes }
                position += 1
            }
        }

        private mutating func skipBlanks() {
            while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
        }
    }
}
