package import Diagnostics

extension YAMLNode {
    /// The place in the file of a byte of a scalar's text, for findings inside SQL and expressions.
    ///
    /// Follows quotes, escapes, folded lines and the indentation of blocks. The offset of the text's end gives the
    /// place behind its last character. For a sequence or mapping: its start.
    package func position(ofByte offset: Int) -> SourcePosition {
        var marks: [ScalarScanner.Mark] = []
        return position(ofByte: offset, &marks, isKeeping: false)
    }

    /// For many places in one text: of a long one, how far each question came is kept for the next.
    package func positions() -> (Int) -> SourcePosition {
        guard record.count > 8 * ScalarScanner.markDistance else { return { position(ofByte: $0) } }
        var marks: [ScalarScanner.Mark] = []
        return { position(ofByte: $0, &marks, isKeeping: true) }
    }

    private func position(ofByte offset: Int, _ marks: inout [ScalarScanner.Mark], isKeeping: Bool) -> SourcePosition {
        let source = document.source
        let record = record
        let start = source.offset(ofScalar: Int(record.start))
        let end = source.offset(ofScalar: Int(record.end))
        guard record.kind == .scalar || record.kind == .null else { return source.position(ofOffset: start) }
        let wanted = max(0, min(offset, Int(record.count)))
        let place = withTextBytes { text in
            source.bytes.withUnsafeBufferPointer { bytes in
                var scanner = ScalarScanner(bytes: bytes, position: start, end: end, total: wanted, isKeeping: isKeeping, marks: marks)
                marks = []  // One owner, so that none is copied.
                scanner.skipProperties()
                switch record.style {
                case .plain: scanner.scanPlain()
                case .singleQuoted: scanner.scanSingleQuoted()
                case .doubleQuoted: scanner.scanDoubleQuoted()
                case .literal: scanner.scanBlock(of: text, source, isFolded: false)
                case .folded: scanner.scanBlock(of: text, source, isFolded: true)
                }
                marks = scanner.marks
                return scanner.position
            }
        }
        return source.position(ofOffset: place)
    }

    /// The same for a stretch of the text.
    package func range(ofBytes bytes: Range<Int>) -> SourceRange {
        SourceRange(
            path: document.path, start: position(ofByte: bytes.lowerBound), end: position(ofByte: bytes.upperBound))
    }
}

/// Reads a scalar's source again, counting the bytes of its text, and stops at the one that is wanted.
struct ScalarScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    var position: Int
    let end: Int
    /// Bytes of text to pass, in all and still.
    let total: Int
    private var wanted: Int
    /// Points from which a later scan of the same text can go on, in order.
    private(set) var marks: [Mark]
    private var nextMark: Int

    /// A point between two steps of a scan: bytes of text before it, and where it is in the file, or for a block the line.
    struct Mark {
        let passed: Int
        let place: Int
    }
    /// Bytes of text between two marks.
    static let markDistance = 128

    init(bytes: UnsafeBufferPointer<UInt8>, position: Int, end: Int, total: Int, isKeeping: Bool, marks: [Mark]) {
        self.bytes = bytes
        self.position = position
        self.end = end
        self.total = total
        wanted = total
        self.marks = marks
        nextMark = isKeeping ? (marks.last?.passed ?? 0) + Self.markDistance : .max
    }

    private mutating func keepMark(_ place: Int) {
        guard total - wanted >= nextMark else { return }
        marks.append(Mark(passed: total - wanted, place: place))
        nextMark = total - wanted + Self.markDistance
    }

    /// Goes to the last mark that is not behind what is wanted, and returns its place.
    private mutating func resume() -> Int? {
        var low = 0
        var high = marks.count
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].passed <= total { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        wanted = total - marks[low - 1].passed
        return marks[low - 1].place
    }

    private var byte: UInt8? { position < end ? bytes[position] : nil }
    private func isBlank(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 }
    private func isBreak(_ byte: UInt8?) -> Bool { byte == 0x0A || byte == 0x0D }

    /// Passes the tag and the anchor in front of the content, and the blanks, breaks and comments behind them.
    mutating func skipProperties() {
        while let first = byte, first == UInt8(ascii: "&") || first == UInt8(ascii: "!") {
            while let byte, !isBlank(byte), !isBreak(byte) { position += 1 }
            while let next = byte, isBlank(next) || isBreak(next) || next == UInt8(ascii: "#") {
                if next == UInt8(ascii: "#") {
                    while let byte, !isBreak(byte) { position += 1 }
                } else {
                    position += 1
                }
            }
        }
    }

    mutating func scanPlain() { scanFlow(quote: nil) }

    mutating func scanSingleQuoted() {
        position += 1
        scanFlow(quote: UInt8(ascii: "'"))
    }

    mutating func scanDoubleQuoted() {
        position += 1
        scanFlow(quote: UInt8(ascii: "\""))
    }

    private mutating func scanFlow(quote: UInt8?) {
        if let place = resume() { position = place }
        while wanted > 0, let current = byte {
            keepMark(position)
            if isBlank(current) || isBreak(current) {
                if !passWhitespace(afterEscapedBreak: false) { return }
            } else if quote == UInt8(ascii: "'"), current == quote {
                // Two quotes are one; a single one ends the text.
                position += 2
                wanted -= 1
            } else if quote == UInt8(ascii: "\""), current == UInt8(ascii: "\\") {
                if !passEscape() { return }
            } else {
                position += 1
                wanted -= 1
            }
        }
        // A line break that is folded away stands before the text that follows it.
    }

    /// Blanks inside a line stay; around line breaks they go, one break becomes a blank and each further one stays.
    /// false where the wanted byte is among them.
    private mutating func passWhitespace(afterEscapedBreak: Bool) -> Bool {
        var next = position
        while next < end, isBlank(bytes[next]) { next += 1 }
        guard next < end, isBreak(bytes[next]) || afterEscapedBreak else {
            // Trailing blanks before a closing quote, or blanks between words: all text.
            let passed = min(wanted, next - position)
            position += passed
            wanted -= passed
            return wanted > 0
        }
        var breaks = 0
        let first = next
        while next < end, isBlank(bytes[next]) || isBreak(bytes[next]) {
            if isBreak(bytes[next]) {
                breaks += 1
                if bytes[next] == 0x0D, next + 1 < end, bytes[next + 1] == 0x0A { next += 1 }
            }
            next += 1
        }
        let produced = afterEscapedBreak ? breaks : max(1, breaks - 1)
        if wanted < produced {
            position = first
            wanted = 0
            return false
        }
        position = next
        wanted -= produced
        return wanted > 0
    }

    /// false where the wanted byte is inside what the escape stands for.
    private mutating func passEscape() -> Bool {
        let escape = position + 1 < end ? bytes[position + 1] : 0
        if isBreak(escape) {
            position += escape == 0x0D && position + 2 < end && bytes[position + 2] == 0x0A ? 3 : 2
            return passWhitespace(afterEscapedBreak: true)
        }
        let digits = escape == UInt8(ascii: "x") ? 2 : escape == UInt8(ascii: "u") ? 4 : escape == UInt8(ascii: "U") ? 8 : 0
        let length =
            switch escape {
            case UInt8(ascii: "N"), UInt8(ascii: "_"): 2
            case UInt8(ascii: "L"), UInt8(ascii: "P"): 3
            default: digits == 0 ? 1 : encodedLength(at: position + 2, digits: digits)
            }
        guard wanted >= length else {
            wanted = 0
            return false
        }
        wanted -= length
        position += 2 + digits
        return true
    }

    private func encodedLength(at start: Int, digits: Int) -> Int {
        guard start + digits <= end else { return 1 }
        let text = String(decoding: bytes[start..<start + digits], as: UTF8.self)
        guard let value = UInt32(text, radix: 16), let scalar = Unicode.Scalar(value) else { return 1 }
        return UTF8.width(scalar)
    }
}

// MARK: Blocks

extension ScalarScanner {
    /// Each line of a literal block is a line of the file behind its indentation; in a folded block, lines that are
    /// joined have a blank for the break between them.
    mutating func scanBlock(of text: UnsafeBufferPointer<UInt8>, _ source: SourceText, isFolded: Bool) {
        let header = source.lines.line(ofOffset: position)
        let lastLine = source.lines.count - 1
        guard header < lastLine, let indentation = indentation(of: text, from: header + 1, source) else { return }
        var line = resume() ?? header + 1
        while line <= lastLine {
            keepMark(line)
            let content = content(of: line, indentation, source)
            if wanted <= content.count {
                position = content.lowerBound + wanted
                wanted = 0
                return
            }
            wanted -= content.count
            let isMoreIndented = isBlank(content.first.map { bytes[$0] })
            if isFolded, !content.isEmpty, !isMoreIndented {
                var next = line + 1
                while next <= lastLine, self.content(of: next, indentation, source).isEmpty { next += 1 }
                let following = next <= lastLine ? self.content(of: next, indentation, source).first : nil
                let isFolding = following.map { !isBlank(bytes[$0]) } ?? false
                if isFolding, next > line + 1 {
                    // Empty lines stand for the breaks; the break before the first of them is dropped.
                    line += 1
                    continue
                }
            }
            position = content.upperBound
            wanted -= 1
            line += 1
        }
    }

    private func content(of line: Int, _ indentation: Int, _ source: SourceText) -> Range<Int> {
        let whole = source.lines.content(ofLine: line, in: source.bytes)
        let blanks = whole.prefix { bytes[$0] == 0x20 }.count
        return whole.lowerBound + min(blanks, indentation)..<whole.upperBound
    }

    /// The first line of the text that is not empty, compared with the same line of the file; nil where all are.
    private func indentation(of text: UnsafeBufferPointer<UInt8>, from line: Int, _ source: SourceText) -> Int? {
        guard let first = text.firstIndex(where: { $0 != 0x0A }) else { return nil }
        let inText = text[first...].prefix { $0 == 0x20 }.count
        guard line + first < source.lines.count else { return nil }
        let inFile = source.lines.content(ofLine: line + first, in: source.bytes).prefix { bytes[$0] == 0x20 }.count
        return inFile >= inText ? inFile - inText : nil
    }
}
