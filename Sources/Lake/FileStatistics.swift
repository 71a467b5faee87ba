internal import Engine
internal import Support

/// "Per-file Statistics": the `stats` text of a data file, made from what the engine tells of it.
///
/// A bound that may not be true is left out: readers skip files by them; so is one that holds a secret. Booleans, binaries and nested columns have
/// none. Only the first 32 columns are described, as is Delta's default (`delta.dataSkippingNumIndexedCols`).
enum FileStatistics {
    static let columnLimit = 32
    /// Longer text is cut, as by the reference implementation.
    static let textLimit = 32

    static func json(rowCount: Int, schema: DeltaSchema, statistics: [String: ColumnStatistics]) -> String {
        var minimums: [String] = []
        var maximums: [String] = []
        var nulls: [String] = []
        for field in schema.fields.prefix(columnLimit) {
            guard let column = statistics[field.name] else { continue }
            let key = JSONValue.string(field.name).text() + ":"
            if let count = column.nullCount { nulls.append("\(key)\(count)") }
            // Either both or none: some readers take one bound for the promise of the other.
            if let low = column.minimum, let high = column.maximum, !holdsSecret(low), !holdsSecret(high), let minimum = bound(low, field.type, isMaximum: false),
                let maximum = bound(high, field.type, isMaximum: true)
            {
                minimums.append(key + minimum)
                maximums.append(key + maximum)
            }
        }
        return "{\"numRecords\":\(rowCount),\"minValues\":{\(minimums.joined(separator: ","))},"
            + "\"maxValues\":{\(maximums.joined(separator: ","))},\"nullCount\":{\(nulls.joined(separator: ","))}}"
    }

    /// Whoever reads the log need not be allowed to read the rows.
    private static func holdsSecret(_ text: String) -> Bool { SecretScrubber.shared.finds(in: text) }

    /// One bound as JSON text, from the engine's text of the value; nil where none can be given.
    static func bound(_ text: String, _ type: DeltaType, isMaximum: Bool) -> String? {
        switch type {
        case .byte, .short, .integer, .long: return Int64(text).map { String($0) }
        case .decimal: return isDecimal(text) ? text : nil
        case .float, .double:
            guard let value = Double(text), value.isFinite else { return nil }
            return JSONValue.double(value).text()
        case .date: return isDate(text.utf8[...]) ? "\"\(text)\"" : nil
        case .timestamp: return moment(text, withZone: true, roundedUp: isMaximum).map { "\"\($0)\"" }
        case .timestampNtz: return moment(text, withZone: false, roundedUp: isMaximum).map { "\"\($0)\"" }
        case .string: return cut(text, isMaximum: isMaximum).map { JSONValue.string($0).text() }
        case .boolean, .binary, .structure, .array, .map: return nil
        }
    }

    /// The first characters; as an upper bound with the last scalar of Unicode after them, which is above all that was cut
    /// off unless that begins with the same scalar.
    static func cut(_ text: String, isMaximum: Bool) -> String? {
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: textLimit, limitedBy: scalars.endIndex), end < scalars.endIndex
        else { return text }
        let prefix = String(scalars[..<end])
        guard isMaximum else { return prefix }
        return scalars[end] == "\u{10FFFF}" ? nil : prefix + "\u{10FFFF}"
    }

    /// `2024-01-02 03:04:05.123456+00` as `2024-01-02T03:04:05.123Z`: milliseconds, rounded outward. nil for years
    /// beyond four digits, infinity and offsets other than zero.
    static func moment(_ text: String, withZone: Bool, roundedUp: Bool) -> String? {
        var bytes = Array(text.utf8)
        if withZone {
            guard bytes.suffix(3).elementsEqual("+00".utf8) else { return nil }
            bytes.removeLast(3)
        }
        guard let microseconds = microseconds(bytes) else { return nil }
        let milliseconds = microseconds >= 0 || microseconds % 1000 == 0 ? microseconds / 1000 : microseconds / 1000 - 1
        let rounded = roundedUp && microseconds % 1000 != 0 ? milliseconds + 1 : milliseconds
        let instant = Instant(microseconds: rounded * 1000)
        let result = instant.dateAndTime(separator: "T", fractionDigits: 3)
        guard isDate(result.utf8.prefix(10)), result.utf8.count == 23 else { return nil }
        return result + (withZone ? "Z" : "")
    }

    /// Microseconds since 1970 of `yyyy-MM-dd HH:mm:ss[.ffffff]`; nil where the bytes are none.
    static func microseconds(_ bytes: [UInt8]) -> Int64? {
        guard bytes.count >= 19, isDate(bytes.prefix(10)), bytes[10] == UInt8(ascii: " ") || bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":")
        else { return nil }
        func number(_ range: Range<Int>) -> Int? { Int(String(decoding: bytes[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        var fraction = 0
        if bytes.count > 19 {
            let digits = bytes[20...]
            guard bytes[19] == UInt8(ascii: "."), (1...6).contains(digits.count), let value = number(20..<bytes.count) else { return nil }
            fraction = value
            for _ in digits.count..<6 { fraction *= 10 }
        }
        let seconds = Int64(date.daysSinceEpoch) * 86400 + Int64(hour * 3600 + minute * 60 + second)
        return seconds * 1_000_000 + Int64(fraction)
    }

    private static func isDate(_ text: some Collection<UInt8>) -> Bool {
        let bytes = Array(text)
        return bytes.count == 10
            && bytes.indices.allSatisfy { [4, 7].contains($0) ? bytes[$0] == UInt8(ascii: "-") : (0x30...0x39).contains(bytes[$0]) }
    }

    private static func isDecimal(_ text: String) -> Bool {
        var bytes = text.utf8[...]
        if bytes.first == UInt8(ascii: "-") { bytes = bytes.dropFirst() }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return (1...2).contains(parts.count) && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
            && (parts[0].count == 1 || parts[0].first != UInt8(ascii: "0"))
    }
}

extension DataFile {
    /// Rows, by the statistics.
    package var rowCount: Int? {
        guard let stats else { return nil }
        return (try? JSONValue(parsing: stats))?["numRecords"]?.asInteger.map { Int($0) }
    }
}

/// Least and greatest value of a key among the incoming rows of a merge.
struct KeyRange {
    let column: String
    let minimum: SQLValue
    let maximum: SQLValue

    /// Whether the file may hold a value within the range, by its statistics. Only types whose bounds every writer
    /// gives exactly are looked at: integers, text and dates.
    func mayOverlap(_ file: DataFile) -> Bool {
        guard let stats = file.stats, let json = try? JSONValue(parsing: stats), let low = json["minValues"]?[column],
            let high = json["maxValues"]?[column]
        else { return true }
        switch (minimum, maximum, low, high) {
        case (.integer(let minimum), .integer(let maximum), .integer(let low), .integer(let high)):
            return low <= maximum && high >= minimum
        case (.text(let minimum), .text(let maximum), .string(let low), .string(let high)):
            return !maximum.utf8.lexicographicallyPrecedes(low.utf8) && !high.utf8.lexicographicallyPrecedes(minimum.utf8)
        case (.date(let minimum), .date(let maximum), .string(let low), .string(let high)):
            guard let low = days(low), let high = days(high) else { return true }
            return low <= Int(maximum) && high >= Int(minimum)
        default: return true
        }
    }

    private func days(_ text: String) -> Int? {
        FileStatistics.microseconds(Array(text.utf8) + Array(" 00:00:00".utf8)).map { Int($0 / 86_400_000_000) }
    }
}
