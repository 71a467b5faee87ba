internal import Assets
internal import Diagnostics

/// The word of SQL an engine's message points at.
struct SQLToken {
    /// As it is written; names with dots are one word.
    let text: String
    /// Bytes.
    let length: Int

    init(at offset: Int, in sql: String) {
        let bytes = Array(sql.utf8)
        var end = min(max(0, offset), bytes.count)
        let start = end
        func isWord(_ byte: UInt8) -> Bool {
            byte >= 0x80 || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
        }
        func skipPart() {
            guard end < bytes.count else { return }
            let quote = bytes[end]
            if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                let close = bytes[(end + 1)...].firstIndex { $0 == quote || $0 == 0x0A }
                end = close.map { bytes[$0] == quote ? $0 + 1 : $0 } ?? bytes.count
            } else {
                while end < bytes.count, isWord(bytes[end]) { end += 1 }
            }
        }
        skipPart()
        while end > start, end + 1 < bytes.count, bytes[end] == UInt8(ascii: "."), isWord(bytes[end + 1]) || bytes[end + 1] == UInt8(ascii: "\"") {
            end += 1
            skipPart()
        }
        if end == start, end < bytes.count { end += 1 }
        text = String(decoding: bytes[start..<end], as: UTF8.self)
        length = end - start
    }

    /// What stands after the last dot, without quotes.
    static func lastPart(_ name: String) -> String {
        String(name.split(separator: ".").last ?? "").replacing("\"", with: "")
    }
}

extension SQLText {
    /// The first word that is no comment: a place for what concerns the query as a whole.
    func firstWord(in rendered: RenderedSQL) -> SourceRange {
        let bytes = Array(rendered.sql.utf8)
        var offset = 0
        while offset < bytes.count {
            if bytes[offset] <= 0x20 {
                offset += 1
            } else if bytes[offset...].starts(with: "--".utf8) {
                offset = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
            } else if bytes[offset...].starts(with: "/*".utf8) {
                while offset < bytes.count, !bytes[offset...].starts(with: "*/".utf8) { offset += 1 }
                offset += 2
            } else {
                break
            }
        }
        guard offset < bytes.count else { return range }
        return range(at: offset, length: SQLToken(at: offset, in: rendered.sql).length, in: rendered)
    }
}
