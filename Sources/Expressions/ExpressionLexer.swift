internal import Support

struct ExpressionToken: Equatable {
    enum Kind: Equatable {
        case name(String)
        case literal(JSONValue)
        /// `( ) [ ] , . ?. ?[`
        case symbol(String)
        case end
    }

    let kind: Kind
    /// Bytes of the text.
    let range: Range<Int>
    /// True where blanks stand in front of it.
    let followsBlank: Bool

    func isSymbol(_ text: String) -> Bool { kind == .symbol(text) }
}

struct ExpressionSyntaxError: Error {
    let message: String
    let range: Range<Int>
    var help: String?
}

/// Splits the bytes of an expression. Works on UTF-8; whatever is no ASCII may stand in names and literals only.
struct ExpressionLexer {
    private let bytes: [UInt8]
    private let end: Int
    private(set) var position: Int
    private var lastWasOperand = false

    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    mutating func next() throws(ExpressionSyntaxError) -> ExpressionToken {
        let beforeBlanks = position
        while position < end, Self.isBlank(bytes[position]) { position += 1 }
        let start = position
        let kind = try scan()
        switch kind {
        case .name, .literal: lastWasOperand = true
        case .symbol(let text): lastWasOperand = text == ")" || text == "]"
        case .end: lastWasOperand = false
        }
        return ExpressionToken(kind: kind, range: start..<position, followsBlank: start > beforeBlanks)
    }

    private mutating func scan() throws(ExpressionSyntaxError) -> ExpressionToken.Kind {
        guard position < end else { return .end }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "'"): return .literal(.string(try text()))
        case _ where Self.isDigit(byte): return try number()
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            let followed = position + 1 < end ? bytes[position + 1] : 0
            let isFraction = followed == UInt8(ascii: ".") && position + 2 < end && Self.isDigit(bytes[position + 2])
            if !lastWasOperand, Self.isDigit(followed) || byte != UInt8(ascii: ".") && isFraction { return try number() }
            if byte == UInt8(ascii: ".") { return symbol(".") }
            throw unexpected()
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","):
            return symbol(String(UnicodeScalar(byte)))
        case UInt8(ascii: "?"):
            let followed = position + 1 < end ? bytes[position + 1] : 0
            if followed == UInt8(ascii: ".") { return symbol("?.") }
            if followed == UInt8(ascii: "[") { return symbol("?[") }
            throw unexpected()
        case _ where Self.startsName(byte): return name()
        default: throw unexpected()
        }
    }

    private mutating func symbol(_ text: String) -> ExpressionToken.Kind {
        position += text.utf8.count
        return .symbol(text)
    }

    /// There is no subtraction, so a hyphen may stand within a name.
    private mutating func name() -> ExpressionToken.Kind {
        let start = position
        while position < end, Self.continuesName(bytes[position]) { position += 1 }
        while bytes[position - 1] == UInt8(ascii: "-") { position -= 1 }
        return .name(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func text() throws(ExpressionSyntaxError) -> String {
        let start = position
        var content: [UInt8] = []
        position += 1
        while position < end {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "'") else { content.append(byte); continue }
            guard position < end, bytes[position] == byte else { return String(decoding: content, as: UTF8.self) }
            content.append(byte)
            position += 1
        }
        throw ExpressionSyntaxError(
            message: "this text is not closed", range: start..<end, help: "end it with a single quote")
    }

    private mutating func number() throws(ExpressionSyntaxError) -> ExpressionToken.Kind {
        let start = position
        var isIntegral = true
        if bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") { position += 1 }
        skipDigits()
        if position + 1 < end, bytes[position] == UInt8(ascii: "."), Self.isDigit(bytes[position + 1]) {
            isIntegral = false
            position += 1
            skipDigits()
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isIntegral = false
            position += 1
            if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") { position += 1 }
            skipDigits()
        }
        if position < end, Self.continuesName(bytes[position]) {
            while position < end, Self.continuesName(bytes[position]) { position += 1 }
            throw ExpressionSyntaxError(
                message: "a number ends in letters", range: start..<position, help: "text is written in single quotes")
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isIntegral {
            guard let value = Int64(text) else {
                throw ExpressionSyntaxError(message: "the number is outside the range of 64 bits", range: start..<position)
            }
            return .literal(.integer(value))
        }
        guard let value = Double(text), value.isFinite else {
            throw ExpressionSyntaxError(message: "this is no number", range: start..<position)
        }
        return .literal(.double(value))
    }

    private mutating func skipDigits() {
        while position < end, Self.isDigit(bytes[position]) { position += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func startsName(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) && byte < 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || byte >= 0x80
    }
    private static func continuesName(_ byte: UInt8) -> Bool {
        startsName(byte) || isDigit(byte) || byte == UInt8(ascii: "-")
    }

    /// What people bring along from other languages gets a hint.
    private func unexpected() -> ExpressionSyntaxError {
        let rest = bytes[position..<end]
        let operators: [(String, String)] = [
            ("==", "equals(a, b)"), ("!=", "not(equals(a, b))"), (">=", "greaterOrEquals(a, b)"),
            ("<=", "lessOrEquals(a, b)"), ("&&", "and(a, b)"), ("||", "or(a, b)"), (">", "greater(a, b)"),
            ("<", "less(a, b)"), ("!", "not(a)"), ("??", "coalesce(a, b)"), ("?", "if(condition, a, b)"),
            ("+", "add(a, b) or concat(a, b)"), ("-", "sub(a, b)"), ("*", "mul(a, b)"), ("/", "div(a, b)"),
            ("%", "mod(a, b)"), ("=", "equals(a, b)"), ("|", "a function"),
        ]
        for (sign, function) in operators where rest.starts(with: sign.utf8) {
            return ExpressionSyntaxError(
                message: "there is no operator '\(sign)'", range: position..<(position + sign.utf8.count),
                help: "write \(function)")
        }
        if rest.first == UInt8(ascii: "\"") {
            return ExpressionSyntaxError(
                message: "text is not written in double quotes", range: position..<(position + 1),
                help: "use single quotes: 'text'")
        }
        if rest.first == UInt8(ascii: "@") {
            return ExpressionSyntaxError(
                message: "no '@' stands inside ${{ }}", range: position..<(position + 1), help: "leave it out")
        }
        let character = String(decoding: rest.prefix(1), as: UTF8.self)
        return ExpressionSyntaxError(message: "unexpected '\(character)'", range: position..<(position + 1))
    }
}
