package import Support

extension SQLValue {
    /// The value as JSON. Nothing is rounded: a decimal is a number where a double holds exactly that value, else the text
    /// of its digits. Moments are ISO 8601 texts (`2024-01-31T10:11:12.5`, with `Z` where they have a zone), days
    /// `2024-01-31`, blobs base64, intervals and numbers that are not finite the engine's text; a map whose keys are
    /// texts is an object, any other a list of `{"key", "value"}`.
    package var json: JSONValue {
        switch self {
        case .null: .null
        case .boolean(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .decimal(let text): Self.number(text)
        case .double(let value): value.isFinite ? .double(value) : .string(displayText)
        case .text(let text): .string(text)
        case .blob(let bytes): .string(Self.base64(bytes))
        case .date, .time, .interval: .string(displayText)
        case .timestamp(let microseconds): .string(Self.isoText(microseconds, zone: ""))
        case .timestampWithTimeZone(let microseconds): .string(Self.isoText(microseconds, zone: "Z"))
        case .list(let items): .array(items.map(\.json))
        case .structure(let fields): .object(JSONObject(fields.map { ($0.name, $0.value.json) }))
        case .map(let entries): Self.map(entries)
        }
    }

    private static func isoText(_ microseconds: Int64, zone: String) -> String {
        let text = ValueText.timestamp(microseconds: microseconds)
        guard ValueText.isFinite(timestamp: microseconds) else { return text }
        return text.split(separator: " ", maxSplits: 1).joined(separator: "T") + zone
    }

    private static func map(_ entries: [Entry]) -> JSONValue {
        var object = JSONObject()
        for entry in entries {
            guard case .text(let key) = entry.key else {
                return .array(entries.map { .object(["key": $0.key.json, "value": $0.value.json]) })
            }
            object[key] = entry.value.json
        }
        return .object(object)
    }

    /// A number where reading it back as a double gives the same digits.
    private static func number(_ text: String) -> JSONValue {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        var fraction = parts.count == 2 ? String(parts[1]) : ""
        while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
        if fraction.isEmpty, let value = Int64(parts[0]) { return .integer(value) }
        let significant = text.utf8.count(where: { (48...57).contains($0) })
        // Any decimal of up to 15 digits survives the way to a double and back.
        guard significant <= 15, let value = Double(text) else { return .string(text) }
        return .double(value)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0..<4 {
                text.append(index <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
