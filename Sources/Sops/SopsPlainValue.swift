package import Crypto
internal import Support

/// A value of a SOPS file in the clear. It prints no content.
package enum SopsPlainValue: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    case null
    /// UTF-8.
    case string(SensitiveBytes)
    case integer(Int64)
    case float(Double)
    case bool(Bool)
    case bytes(SensitiveBytes)
    /// RFC 3339.
    case time(String)

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// With the bytes that are encrypted and that the MAC covers (getsops/sops, `ToBytes`). The pointer is good in the closure only.
    package func withEncoded<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        let text: String
        switch self {
        case .string(let bytes), .bytes(let bytes): return try bytes.withBytes(body)
        case .null: text = ""
        case .integer(let value): text = String(value)
        case .float(let value): text = Self.positional(value)
        case .bool(let value): text = value ? "True" : "False"
        case .time(let moment): text = moment
        }
        var bytes = Array(text.utf8)
        defer { for i in bytes.indices { bytes[i] = 0 } }
        return try bytes.withUnsafeBufferPointer { (bytes) throws(E) in try body(UnsafeRawBufferPointer(bytes)) }
    }

    /// A copy of those bytes.
    package var encoded: SensitiveBytes { withEncoded { bytes in SensitiveBytes(bytes) } }

    var isEmpty: Bool {
        switch self {
        case .null: true
        case .string(let bytes), .bytes(let bytes): bytes.count == 0
        default: false
        }
    }

    var kind: SopsEncryptedValue.Kind {
        switch self {
        case .null, .string: .string
        case .integer: .integer
        case .float: .float
        case .bool: .bool
        case .bytes: .bytes
        case .time: .time
        }
    }

    /// nil where the bytes are no value of that kind.
    init?(_ bytes: SensitiveBytes, kind: SopsEncryptedValue.Kind) {
        var text: String { bytes.withBytes { String(decoding: $0, as: UTF8.self) } }
        switch kind {
        case .string, .comment: self = .string(bytes)
        case .bytes: self = .bytes(bytes)
        case .integer:
            guard let value = Int64(text) else { return nil }
            self = .integer(value)
        case .float:
            switch text {
            case "+Inf": self = .float(.infinity)
            case "-Inf": self = .float(-.infinity)
            case "NaN": self = .float(.nan)
            default:
                guard let value = Double(text) else { return nil }
                self = .float(value)
            }
        case .bool:
            switch text {
            case "True", "true", "TRUE", "t", "T", "1": self = .bool(true)
            case "False", "false", "FALSE", "f", "F", "0": self = .bool(false)
            default: return nil
            }
        case .time: self = .time(text)
        }
    }

    /// The shortest digits that read back as the same number, without an exponent (Go's `FormatFloat(x, 'f', -1, 64)`).
    static func positional(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        var text = value.magnitude.description[...]
        var exponent = 0
        if let mark = text.firstIndex(of: "e") {
            exponent = Int(text[text.index(after: mark)...]) ?? 0
            text = text[..<mark]
        }
        let parts = text.split(separator: ".")
        var digits = String(parts[0])
        var point = digits.count + exponent
        if parts.count > 1, parts[1] != "0" { digits += parts[1] }
        if point <= 0 {
            digits = String(repeating: "0", count: 1 - point) + digits
            point = 1
        }
        if digits.count < point { digits += String(repeating: "0", count: point - digits.count) }
        let whole = String(digits.prefix(point)).drop { $0 == "0" }
        let fraction = digits.dropFirst(point)
        return (value.sign == .minus ? "-" : "") + (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// The moment that a plain YAML text stands for, as RFC 3339; nil where it is no date. YAML 1.1 dates are times for SOPS.
    static func time(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            range.upperBound <= bytes.count && bytes[range].allSatisfy { (0x30...0x39).contains($0) }
                ? Int(String(decoding: bytes[range], as: UTF8.self)) : nil
        }
        guard bytes.count >= 10, bytes[4] == 0x2D, bytes[7] == 0x2D,
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            CivilDate(year: year, month: month, day: day) != nil
        else { return nil }
        if bytes.count == 10 { return text + "T00:00:00Z" }
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"), bytes[13] == 0x3A, bytes[16] == 0x3A,
            number(11..<13) != nil, number(14..<16) != nil, number(17..<19) != nil, bytes.last == UInt8(ascii: "Z")
        else { return nil }
        return text
    }
}
