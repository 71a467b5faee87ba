extension SQLValue {
    /// The value as the engine prints it: `CAST(value AS VARCHAR)`, and `NULL`. A FLOAT is printed like a DOUBLE, as the
    /// value does not tell which it was; `displayText(as:)` knows.
    package var displayText: String { displayText(as: .null) }

    /// The same for a value of a column of this type.
    package func displayText(as type: SQLType) -> String {
        switch self {
        case .null: return "NULL"
        case .boolean(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .decimal(let text), .text(let text): return text
        case .double(let value): return type == .float ? "\(Float(value))" : "\(value)"
        case .blob(let bytes): return Self.blobText(bytes)
        case .date(let days): return ValueText.date(days)
        case .time(let microseconds): return ValueText.time(microseconds: microseconds)
        case .timestamp(let microseconds): return ValueText.timestamp(microseconds: microseconds)
        case .timestampWithTimeZone(let microseconds):
            let text = ValueText.timestamp(microseconds: microseconds)
            return ValueText.isFinite(timestamp: microseconds) ? text + "+00" : text
        case .interval(let months, let days, let microseconds):
            return ValueText.interval(months: months, days: days, microseconds: microseconds)
        case .list(let items):
            let element: SQLType = switch type {
            case .list(let element), .array(let element, _): element
            default: .null
            }
            return "[" + items.map { $0.nestedText(as: element) }.joined(separator: ", ") + "]"
        case .structure(let fields):
            var types: [SQLType] = fields.map { _ in .null }
            if case .structure(let columns) = type, columns.count == fields.count { types = columns.map(\.type) }
            let texts = zip(fields, types).map { $0.value.nestedText(as: $1) }
            // Fields without names are what `row(...)` makes.
            if fields.allSatisfy({ $0.name.isEmpty }) { return "(" + texts.joined(separator: ", ") + ")" }
            return "{" + zip(fields, texts).map { "\(Self.quoted($0.name)): \($1)" }.joined(separator: ", ") + "}"
        case .map(let entries):
            var types: (key: SQLType, value: SQLType) = (.null, .null)
            if case .map(let key, let value) = type { types = (key, value) }
            return "{" + entries.map { "\($0.key.nestedText(as: types.key))=\($0.value.nestedText(as: types.value))" }
                .joined(separator: ", ") + "}"
        }
    }

    /// Inside a list, struct or map a scalar's text is quoted where it could be mistaken for something else.
    private func nestedText(as type: SQLType) -> String {
        let text = displayText(as: type)
        switch self {
        case .null, .list, .structure, .map: return text
        default: return Self.needsQuotes(text) ? Self.quoted(text) : text
        }
    }

    private static func needsQuotes(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return true }
        if first == 0x20 || last == 0x20 || text.lowercased() == "null" { return true }
        return text.utf8.contains { special.contains($0) }
    }

    private static let special = Set(",'\"[]{}()=:".utf8)

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = [0x27]
        for byte in text.utf8 {
            if byte == 0x27 || byte == 0x5C { bytes.append(0x5C) }
            bytes.append(byte)
        }
        return String(decoding: bytes + [0x27], as: UTF8.self)
    }

    /// Printable ASCII as it is, other bytes as `\xFF`.
    private static func blobText(_ bytes: [UInt8]) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            if (0x20...0x7E).contains(byte), byte != 0x5C, byte != 0x27, byte != 0x22 {
                text.append(byte)
            } else {
                text += [0x5C, 0x78, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
