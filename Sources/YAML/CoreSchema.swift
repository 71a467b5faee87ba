/// The tags of YAML 1.2's core schema; others are refused.
enum CoreTag: UInt8, Sendable {
    case none, str, int, float, bool, null, seq, map

    static let prefix = "tag:yaml.org,2002:"

    init?(_ tag: String) {
        switch tag {
        case "!", Self.prefix + "str": self = .str
        case Self.prefix + "int": self = .int
        case Self.prefix + "float": self = .float
        case Self.prefix + "bool": self = .bool
        case Self.prefix + "null": self = .null
        case Self.prefix + "seq": self = .seq
        case Self.prefix + "map": self = .map
        default: return nil
        }
    }

    var name: String? { self == .none ? nil : Self.prefix + "\(self)" }
}

/// What a scalar means by YAML 1.2's core schema (10.3.2): `yes`, `no`, `on`, dates and `1_000` are text.
enum CoreValue: Equatable {
    case null, bool(Bool), integer(Int64), double(Double), string

    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// nil where a tag asks for what the text is not: `!!int abc`.
    static func resolve(_ text: Bytes, style: YAMLScalarStyle, tag: CoreTag) -> CoreValue? {
        switch tag {
        case .none: return style == .plain ? plain(text) : .string
        case .str: return .string
        case .int:
            if case .integer(let value) = plain(text) { return .integer(value) }
        case .float:
            switch plain(text) {
            case .double(let value): return .double(value)
            case .integer(let value): return .double(Double(value))
            default: break
            }
        case .bool:
            if case .bool(let value) = plain(text) { return .bool(value) }
        case .null:
            if isNull(text) { return .null }
        case .seq, .map: break
        }
        return nil
    }

    static func isNull(_ text: Bytes) -> Bool {
        switch text.count {
        case 0: true
        case 1: text[0] == UInt8(ascii: "~")
        case 4: equals(text, "null") || equals(text, "Null") || equals(text, "NULL")
        default: false
        }
    }

    static func plain(_ text: Bytes) -> CoreValue {
        guard let first = text.first else { return .null }
        switch first {
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"):
            return isNull(text) ? .null : .string
        case UInt8(ascii: "t"), UInt8(ascii: "T"):
            return equals(text, "true") || equals(text, "True") || equals(text, "TRUE") ? .bool(true) : .string
        case UInt8(ascii: "f"), UInt8(ascii: "F"):
            return equals(text, "false") || equals(text, "False") || equals(text, "FALSE") ? .bool(false) : .string
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            return number(text)
        default:
            return .string
        }
    }

    private static func equals(_ text: Bytes, _ word: StaticString) -> Bool {
        text.count == word.utf8CodeUnitCount
            && text.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}

// MARK: Numbers

extension CoreValue {
    private static func number(_ text: Bytes) -> CoreValue {
        if text.count > 2, text[0] == UInt8(ascii: "0") {
            if text[1] == UInt8(ascii: "x") { return integer(text[2...], radix: 16) }
            if text[1] == UInt8(ascii: "o") { return integer(text[2...], radix: 8) }
        }
        var i = 0
        let signed = text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-")
        if signed { i += 1 }
        let negative = text[0] == UInt8(ascii: "-")
        let unsigned = Bytes(rebasing: text[i...])
        if equals(unsigned, ".inf") || equals(unsigned, ".Inf") || equals(unsigned, ".INF") {
            return .double(negative ? -.infinity : .infinity)
        }
        if equals(text, ".nan") || equals(text, ".NaN") || equals(text, ".NAN") { return .double(.nan) }

        let integerDigits = skipDigits(text, &i)
        if i == text.count { return integerDigits > 0 ? decimal(text) : .string }
        var fractionDigits = 0
        if text[i] == UInt8(ascii: ".") {
            i += 1
            fractionDigits = skipDigits(text, &i)
        }
        guard integerDigits + fractionDigits > 0 else { return .string }
        if i < text.count, text[i] | 0x20 == UInt8(ascii: "e") {
            i += 1
            if i < text.count, text[i] == UInt8(ascii: "+") || text[i] == UInt8(ascii: "-") { i += 1 }
            guard skipDigits(text, &i) > 0 else { return .string }
        }
        return i == text.count ? double(text) : .string
    }

    private static func skipDigits(_ text: Bytes, _ i: inout Int) -> Int {
        let start = i
        while i < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[i]) { i += 1 }
        return i - start
    }

    private static func decimal(_ text: Bytes) -> CoreValue {
        let digits = String(decoding: text, as: UTF8.self)
        return Int64(digits).map(CoreValue.integer) ?? double(text)
    }

    private static func integer(_ digits: Slice<Bytes>, radix: Int) -> CoreValue {
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).hexDigitValue.map { $0 < radix } ?? false }) else {
            return .string
        }
        let text = String(decoding: digits, as: UTF8.self)
        return Int64(text, radix: radix).map(CoreValue.integer) ?? .double(radix == 16 ? Double("0x" + text)! : digits.reduce(0) { $0 * 8 + Double($1 - 48) })
    }

    /// `Double.init` reads every form the schema allows but a point without digits on either side.
    private static func double(_ text: Bytes) -> CoreValue {
        var digits = String(decoding: text, as: UTF8.self)
        if let point = digits.utf8.firstIndex(of: UInt8(ascii: ".")) {
            let after = digits.utf8.index(after: point)
            if after == digits.utf8.endIndex || !(48...57).contains(digits.utf8[after]) { digits.remove(at: point) }
        }
        return Double(digits).map(CoreValue.double) ?? .string
    }
}
