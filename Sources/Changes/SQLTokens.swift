/// SQL without its comments and layout. What stands in quotes is kept as it is.
struct SQLTokens: Sendable, Hashable {
    /// Tokens with one blank between them, as they are written.
    let text: String
    /// On one line, with blanks where blanks were.
    let line: String
    /// The same with words that are not quoted in lower case.
    let folded: String

    init(_ sql: String) {
        var scanner = TokenScanner(sql)
        var (written, folded): ([String], [String]) = ([], [])
        var line = ""
        while let token = scanner.next() {
            let text = String(decoding: token.bytes, as: UTF8.self)
            if scanner.hadBlanks, !written.isEmpty { line += " " }
            line += text
            written.append(text)
            folded.append(token.isWord ? text.lowercased() : text)
        }
        // A statement's end may be marked or not.
        while written.last == ";" {
            written.removeLast()
            folded.removeLast()
        }
        self.line = line
        text = written.joined(separator: " ")
        self.folded = folded.joined(separator: " ")
    }
}

/// Tokens by the engine's lexical rules: '...' with '' in it, e'...' with escapes, "...", $tag$...$tag$, nested comments.
private struct TokenScanner {
    private let bytes: [UInt8]
    private var position = 0
    /// Something stood before the last token.
    private(set) var hadBlanks = false

    init(_ sql: String) {
        // Ends of lines are of no meaning, in texts either: files come with both.
        bytes = Array(sql.utf8.filter { $0 != UInt8(ascii: "\r") })
    }

    mutating func next() -> (bytes: ArraySlice<UInt8>, isWord: Bool)? {
        let end = position
        skipBlanks()
        hadBlanks = position > end
        guard position < bytes.count else { return nil }
        let start = position
        let byte = bytes[position]
        if isEscapedStart { position += 1; skipQuoted(UInt8(ascii: "'"), escapes: true) }
        else if byte == UInt8(ascii: "'") { skipQuoted(byte, escapes: false) }
        else if byte == UInt8(ascii: "\"") { skipQuoted(byte, escapes: false) }
        else if starts(with: "${{") { skipExpression() }
        else if byte == UInt8(ascii: "$"), let end = dollarEnd() { position = end }
        else if Self.isWordByte(byte) {
            while position < bytes.count, Self.isWordByte(bytes[position]) { position += 1 }
            let isNumber = (0x30...0x39).contains(byte)
            return (bytes[start..<position], !isNumber)
        } else {
            // Operators of several characters are one token, so that `a - -1` is not `a--1`.
            position += 1
            let operators = Set("<>=!|&*:~^@#%+".utf8)
            if operators.contains(byte) {
                while position < bytes.count, operators.contains(bytes[position]) { position += 1 }
            }
        }
        return (bytes[start..<position], false)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }

    private var isEscapedStart: Bool {
        (bytes[position] | 0x20) == UInt8(ascii: "e") && position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "'")
    }

    private func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            if bytes[position] <= 0x20 {
                position += 1
            } else if starts(with: "--") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            } else if starts(with: "/*") {
                skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() {
        var depth = 0
        while position < bytes.count {
            if starts(with: "/*") {
                depth += 1
                position += 2
            } else if starts(with: "*/") {
                depth -= 1
                position += 2
                if depth == 0 { return }
            } else {
                position += 1
            }
        }
    }

    private mutating func skipQuoted(_ quote: UInt8, escapes: Bool) {
        position += 1
        while position < bytes.count {
            if starts(with: "${{") {
                // The quotes in it are its own.
                skipExpression()
            } else if escapes, bytes[position] == UInt8(ascii: "\\") {
                position = min(position + 2, bytes.count)
            } else if bytes[position] == quote {
                position += 1
                guard position < bytes.count, bytes[position] == quote else { return }
                position += 1
            } else {
                position += 1
            }
        }
    }

    /// `$$...$$`, `$tag$...$tag$`.
    private func dollarEnd() -> Int? {
        guard let second = bytes[(position + 1)...].firstIndex(where: { !Self.isWordByte($0) }), bytes[second] == UInt8(ascii: "$") else { return nil }
        let tag = bytes[position...second]
        var place = second + 1
        while place + tag.count <= bytes.count {
            if bytes[place..<place + tag.count].elementsEqual(tag) { return place + tag.count }
            place += 1
        }
        return nil
    }

    /// `${{ ... }}`, whose texts may hold the braces.
    private mutating func skipExpression() {
        var inText = false
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "'") { inText.toggle() }
            if !inText, starts(with: "}}") {
                position += 2
                return
            }
            position += 1
        }
    }
}
