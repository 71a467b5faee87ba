package import Diagnostics

extension DynamicText {
    /// Finds and parses the expressions of a text. What is wrong is reported and leaves an expression that is not
    /// valid in its place.
    ///
    /// - Parameter position: the place in the file `path` of a byte offset in the text, from 0 to its length.
    package static func parse(
        _ text: String, path: String, position: (Int) -> SourcePosition
    ) -> (DynamicText, [Diagnostic]) {
        withoutActuallyEscaping(position) { position in
            let places = TextPlaces(path: path, position: position)
            let range = places.range(0..<text.utf8.count)
            guard text.utf8.contains(UInt8(ascii: "$")) else { return (DynamicText(literal: text, range: range), []) }
            let bytes = Array(text.utf8)
            var splitter = DynamicTextSplitter(bytes: bytes, places: places)
            splitter.run()
            return (DynamicText(segments: splitter.segments, range: range, offsets: splitter.offsets), splitter.diagnostics)
        }
    }
}

private let opening = Array("${{".utf8)

extension [UInt8] {
    fileprivate func hasOpening(at offset: Int) -> Bool {
        offset + 3 <= count && self[offset] == opening[0] && self[offset + 1] == opening[1] && self[offset + 2] == opening[2]
    }

    /// Where `}}` next begins, if anywhere.
    fileprivate func nextClosing(from start: Int) -> Int? {
        guard start < count - 1 else { return nil }
        return (start..<(count - 1)).first { self[$0] == UInt8(ascii: "}") && self[$0 + 1] == UInt8(ascii: "}") }
    }
}

private struct DynamicTextSplitter {
    let bytes: [UInt8]
    let places: TextPlaces
    var segments: [DynamicText.Segment] = []
    var offsets: [Int] = []
    var diagnostics: [Diagnostic] = []
    private var literal: [UInt8] = []
    private var literalStart = 0
    private var position = 0
    /// Quotes before `countedTo`: whether their number is odd.
    private var isOdd = false
    private var countedTo = 0
    /// After an even and after an odd number of quotes: no end of an expression follows. To look for one again and again
    /// would take time that grows with the square of the text.
    private var hasNoClosing = [false, false]

    init(bytes: [UInt8], places: TextPlaces) {
        self.bytes = bytes
        self.places = places
    }

    mutating func run() {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "$"), bytes.hasOpening(at: position + 1) {
                begin()
                literal += opening
                position += 4
            } else if bytes.hasOpening(at: position) {
                flush()
                expression()
            } else {
                begin()
                let next = bytes[(position + 1)...].firstIndex(of: UInt8(ascii: "$")) ?? bytes.count
                literal += bytes[position..<next]
                position = next
            }
        }
        flush()
    }

    private mutating func begin() { if literal.isEmpty { literalStart = position } }

    private mutating func flush() {
        if !literal.isEmpty {
            segments.append(.literal(String(decoding: literal, as: UTF8.self)))
            offsets.append(literalStart)
        }
        literal = []
    }

    private mutating func expression() {
        let start = position
        offsets.append(start)
        let content = start + 3
        guard let end = closing(from: content) ?? bytes.nextClosing(from: content) else {
            report("this expression is not closed", start..<content, help: "end it with }}")
            append(.invalid, content..<bytes.count)
            position = bytes.count
            return
        }
        let places = places.counting(content..<end, of: bytes)
        do {
            let node = try ExpressionParser.parse(bytes, in: content..<end, places: places)
            segments.append(.expression(Expression(root: node)))
        } catch {
            report(error.message, error.range, help: error.help)
            append(.invalid, content..<end)
        }
        position = end + 2
    }

    private mutating func append(_ kind: ExpressionNode.Kind, _ range: Range<Int>) {
        segments.append(.expression(Expression(root: ExpressionNode(kind, at: places.range(range)))))
    }

    private mutating func report(_ message: String, _ range: Range<Int>, help: String?) {
        diagnostics.append(Diagnostic(.expressionSyntax, message, at: places.range(range), help: help))
    }

    /// The `}}` outside quoted text. Where a quote is not closed there may be none; then the first `}}` of all will do,
    /// so that the parser can say what is wrong.
    private mutating func closing(from start: Int) -> Int? {
        while countedTo < start {
            if bytes[countedTo] == UInt8(ascii: "'") { isOdd.toggle() }
            countedTo += 1
        }
        guard !hasNoClosing[isOdd ? 1 : 0] else { return nil }
        if let end = scanToClosing(from: start) { return end }
        hasNoClosing[isOdd ? 1 : 0] = true
        return nil
    }

    private func scanToClosing(from start: Int) -> Int? {
        var position = start
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "'") {
                guard let end = bytes[(position + 1)...].firstIndex(of: UInt8(ascii: "'")) else { return nil }
                position = end + 1
            } else if bytes[position] == UInt8(ascii: "}"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "}") {
                return position
            } else {
                position += 1
            }
        }
        return nil
    }
}
