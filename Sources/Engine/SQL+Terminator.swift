extension SQL {
    /// The text without what follows its last token (blanks and comments) and without the semicolons there, so that it can
    /// be put in parentheses. Knows the engine's strings, quoted names, dollar quotes and nested comments.
    package static func withoutTerminator(_ sql: String) -> String {
        var scanner = TokenScanner(bytes: Array(sql.utf8))
        var end = 0
        while let token = scanner.next() {
            if token.first != UInt8(ascii: ";") { end = token.end }
        }
        return String(decoding: scanner.bytes[..<end], as: UTF8.self)
    }

    /// Offset of the first `)` that closes no bracket of the text, as in `true) or (false`; nil where there is none.
    package static func unopenedBracket(in sql: String) -> Int? {
        guard sql.utf8.contains(UInt8(ascii: ")")) else { return nil }
        var scanner = TokenScanner(bytes: Array(sql.utf8))
        var depth = 0
        while let token = scanner.next() {
            if token.first == UInt8(ascii: "(") { depth += 1 }
            guard token.first == UInt8(ascii: ")") else { continue }
            if depth == 0 { return token.end - 1 }
            depth -= 1
        }
        return nil
    }

    /// Whether the text is made of names, values and operators alone, without calls, lists and queries: evaluating it
    /// takes no longer than reading it.
    package static func isPlainExpression(_ sql: String) -> Bool {
        var scanner = TokenScanner(bytes: Array(sql.utf8))
        var word: [UInt8] = []
        var end = -1
        while let token = scanner.next() {
            let isWord = scanner.isNamePart(token.first)
            if isWord, token.end == end + 1 {
                word.append(token.first | 0x20)
            } else {
                if isQueryWord(word) || (token.first == UInt8(ascii: "(") && !mayStandBeforeBracket(word)) { return false }
                word = isWord ? [token.first | 0x20] : token.first == UInt8(ascii: "\"") ? Array("\"".utf8) : []
            }
            if [UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "$"), UInt8(ascii: ";")].contains(token.first) { return false }
            end = token.end
        }
        return !isQueryWord(word)
    }

    private static func isQueryWord(_ word: [UInt8]) -> Bool { ["select", "from", "table", "values", "with"].contains(String(decoding: word, as: UTF8.self)) }

    /// `in (1, 2)`; other words before a bracket call something.
    private static func mayStandBeforeBracket(_ word: [UInt8]) -> Bool {
        ["", "in", "and", "or", "not", "between", "when", "then", "else", "like"].contains(String(decoding: word, as: UTF8.self))
    }
}

/// Cuts SQL into tokens, as coarsely as finding its end needs.
private struct TokenScanner {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The next token that is neither blank nor comment: its first byte, and where it ends.
    mutating func next() -> (first: UInt8, end: Int)? {
        while let byte = at(position) {
            switch byte {
            case 9...13, 32: position += 1
            case UInt8(ascii: "-") where at(position + 1) == byte:
                while let byte = at(position), byte != 10, byte != 13 { position += 1 }
            case UInt8(ascii: "/") where at(position + 1) == UInt8(ascii: "*"): skipBlockComment()
            case UInt8(ascii: ";"):
                position += 1
                return (byte, position)
            case UInt8(ascii: "'"):
                let escapes = position > 0 && bytes[position - 1] | 0x20 == UInt8(ascii: "e") && !isNamePart(at(position - 2))
                skipQuoted(byte, backslashEscapes: escapes)
                return (byte, position)
            case UInt8(ascii: "\""):
                skipQuoted(byte, backslashEscapes: false)
                return (byte, position)
            case UInt8(ascii: "$") where !isNamePart(at(position - 1)):
                skipDollarQuoted()
                return (byte, position)
            default:
                position += 1
                return (byte, position)
            }
        }
        return nil
    }

    private func at(_ index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }

    func isNamePart(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return byte >= 0x80 || byte == UInt8(ascii: "_") || (48...57).contains(byte) || (97...122).contains(byte | 0x20)
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if at(position) == UInt8(ascii: "/"), at(position + 1) == UInt8(ascii: "*") {
                depth += 1
                position += 2
            } else if at(position) == UInt8(ascii: "*"), at(position + 1) == UInt8(ascii: "/") {
                depth -= 1
                position += 2
            } else {
                position += 1
            }
        } while depth > 0 && position < bytes.count
    }

    /// A doubled quote inside reads as two strings in a row, which ends at the same place.
    private mutating func skipQuoted(_ quote: UInt8, backslashEscapes: Bool) {
        position += 1
        while let byte = at(position) {
            position += 1
            if byte == quote { return }
            if backslashEscapes, byte == UInt8(ascii: "\\"), position < bytes.count { position += 1 }
        }
    }

    /// `$$ ... $$` or `$tag$ ... $tag$`; a `$` that begins neither (`$1`) is a token of one byte.
    private mutating func skipDollarQuoted() {
        var tagEnd = position + 1
        if let first = at(tagEnd), !(48...57).contains(first) {
            while isNamePart(at(tagEnd)) { tagEnd += 1 }
        }
        guard at(tagEnd) == UInt8(ascii: "$") else {
            position += 1
            return
        }
        let tag = bytes[position...tagEnd]
        position = tagEnd + 1
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "$"), bytes[position...].starts(with: tag) {
                position += tag.count
                return
            }
            position += 1
        }
    }
}
