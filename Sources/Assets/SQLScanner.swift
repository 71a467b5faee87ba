/// Follows strings, names and comments through SQL as the engine's lexer does, a piece at a time.
///
/// What the lexer knows beside quotes: `E'…'` with backslashes; that it and `x'…'` go on in a string that follows after a line break;
/// `$tag$…$tag$`; block comments within each other; words that hold `$`; blanks beyond ASCII. Of these last it is not
/// known here whether they end a word, and where that decides, what follows is `unclear`.
struct SQLScanner {
    enum State { case code, string, escapedString, bitString, dollarString, identifier, lineComment, blockComment, unclear }
    /// What the last byte of code belongs to.
    private enum Token { case other, number, word, tag }

    private(set) var state = State.code
    private var token = Token.other
    /// The last byte of code, where no word or string has ended since.
    private var previous: UInt8 = 0

    /// Of the word: the bytes after the last one beyond ASCII, and the first of these.
    private var tailLength = 0
    private var tailStart: UInt8 = 0
    private var isForeignWord = false

    /// Between the dollars, as far as it was read; in the end with them.
    private var tag: [UInt8] = []
    private var matched = 0

    private var isEscaped = false
    /// The string since whose end there were only blanks and line comments: a string here is more of it.
    private var continued: State?
    private var continuedBeforeDash: State?
    private var hasForeignBlanks = false

    private var depth = 0
    private var previousInComment: UInt8 = 0

    /// Why no value can stand here; nil where one can.
    var refusal: String? {
        switch state {
        case .dollarString: "between dollar quotes nothing can be escaped"
        case .bitString: "it would be read as digits"
        case .escapedString where isEscaped: "it would be escaped by the backslash before it"
        case .code where continued == .bitString: "it would be read as digits"
        case .unclear: "whether this is code or text cannot be told, as a letter or blank that is not ASCII stands before a quote"
        default: nil
        }
    }

    /// Whether a literal here goes on an `E'…'`.
    var continuesEscaped: Bool { state == .code && continued == .escapedString }

    mutating func consume(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { consume(byte) }
    }

    private mutating func consume(_ byte: UInt8) {
        switch state {
        case .code: code(byte)
        // A doubled quote closes and opens again: the state after it is the right one.
        case .string: if byte == UInt8(ascii: "'") { leave() }
        case .identifier: if byte == UInt8(ascii: "\"") { leave() }
        case .bitString: if byte == UInt8(ascii: "'") { leave(.bitString) }
        case .escapedString:
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "'") {
                leave(.escapedString)
            }
        case .dollarString:
            // A tag holds no dollar but at its ends.
            matched = byte == tag[matched] ? matched + 1 : byte == UInt8(ascii: "$") ? 1 : 0
            if matched == tag.count { leave() }
        case .lineComment: if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { leave() }
        case .blockComment:
            let before = previousInComment
            previousInComment = 0
            if before == UInt8(ascii: "*"), byte == UInt8(ascii: "/") {
                depth -= 1
                if depth == 0 { leave() }
            } else if before == UInt8(ascii: "/"), byte == UInt8(ascii: "*") {
                depth += 1
            } else {
                previousInComment = byte
            }
        case .unclear: break
        }
    }

    private mutating func leave(_ string: State? = nil) {
        state = .code
        token = .other
        previous = 0
        guard let string else { return }
        continued = string
        hasForeignBlanks = false
    }

    private mutating func enter(_ new: State) {
        state = new
        continued = nil
    }

    // MARK: Code

    private mutating func code(_ byte: UInt8) {
        if token == .tag {
            if byte == UInt8(ascii: "$") { return openDollarString() }
            if Self.continuesWord(byte), !tag.isEmpty || !Self.isDigit(byte) { return tag.append(byte) }
            // It was no tag: a dollar, and a word.
            token = .other
            for byte in tag { beginOrContinueWord(byte) }
        }
        switch token {
        case .number where Self.isDigit(byte) || byte == UInt8(ascii: "."): return
        case .word where Self.continuesWord(byte): return beginOrContinueWord(byte)
        case .word where byte == UInt8(ascii: "$"):
            if isForeignWord { enter(.unclear) } else { beginOrContinueWord(byte) }
            return
        case .word where byte == UInt8(ascii: "'"): return openStringAfterWord()
        default: break
        }
        token = .other
        let before = previous
        previous = byte
        switch byte {
        case UInt8(ascii: " "), 9...13: break
        case UInt8(ascii: "'"): openString()
        case UInt8(ascii: "\""): enter(.identifier)
        case UInt8(ascii: "$"):
            token = .tag
            tag = []
            continued = nil
        case UInt8(ascii: "-"):
            if before == byte {
                enter(.lineComment)
                continued = continuedBeforeDash
            } else {
                continuedBeforeDash = continued
                continued = nil
            }
        case UInt8(ascii: "*") where before == UInt8(ascii: "/"):
            enter(.blockComment)
            depth = 1
            previousInComment = 0
        case _ where Self.isDigit(byte):
            token = .number
            continued = nil
        case _ where Self.continuesWord(byte): beginOrContinueWord(byte)
        default: continued = nil
        }
    }

    private mutating func beginOrContinueWord(_ byte: UInt8) {
        if token != .word {
            token = .word
            isForeignWord = false
            tailLength = 0
            previous = 0
        }
        if byte >= 0x80 {
            isForeignWord = true
            hasForeignBlanks = true
            tailLength = 0
        } else {
            tailLength += 1
            if tailLength == 1 { tailStart = byte }
            continued = nil
        }
    }

    private mutating func openString() {
        enter(continued.map { hasForeignBlanks ? .unclear : $0 } ?? .string)
    }

    /// `E'…'`, `x'…'`; any other word is a word.
    private mutating func openStringAfterWord() {
        let prefix = tailLength == 1 ? tailStart | 0x20 : 0
        switch prefix {
        case UInt8(ascii: "e"): enter(isForeignWord ? .unclear : .escapedString)
        case UInt8(ascii: "x"), UInt8(ascii: "b"): enter(isForeignWord ? .unclear : .bitString)
        default: openString()
        }
    }

    private mutating func openDollarString() {
        enter(tag.contains { $0 >= 0x80 } ? .unclear : .dollarString)
        tag = [UInt8(ascii: "$")] + tag + [UInt8(ascii: "$")]
        matched = 0
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func continuesWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
