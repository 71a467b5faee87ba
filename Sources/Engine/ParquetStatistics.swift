/// Reads the `column_statistics` that `COPY ... (RETURN_STATS)` gives: a map from a quoted path (`"s"."a"`) to a map of
/// texts (`min`, `max`, `null_count`, `num_values`, `has_nan`).
enum ParquetStatistics {
    /// Of the top-level columns; `types` are the query's.
    static func columns(_ value: SQLValue, rowCount: Int, types: [String: SQLType]) -> [String: ColumnStatistics] {
        guard case .map(let entries) = value else { return [:] }
        var result: [String: ColumnStatistics] = [:]
        for entry in entries {
            guard case .text(let path) = entry.key, case .map(let members) = entry.value,
                let name = singleIdentifier(path), let type = types[name]
            else { continue }
            var texts: [String: String] = [:]
            for member in members {
                if case .text(let key) = member.key, case .text(let text) = member.value { texts[key] = text }
            }
            result[name] = statistics(texts, type, rowCount: rowCount)
        }
        return result
    }

    private static func statistics(_ texts: [String: String], _ type: SQLType, rowCount: Int) -> ColumnStatistics {
        // For types Parquet has no statistics for (intervals, times with a zone) every count is 0.
        let isKnown = texts["num_values"].flatMap { Int($0) } == rowCount
        let hasNaN = texts["has_nan"] == "true"
        return ColumnStatistics(
            nullCount: isKnown ? texts["null_count"].flatMap { Int($0) } : nil,
            minimum: hasNaN ? nil : texts["min"].flatMap { bound($0, type) },
            maximum: hasNaN ? nil : texts["max"].flatMap { bound($0, type) })
    }

    private static func bound(_ text: String, _ type: SQLType) -> String? {
        switch type {
        case .boolean: text == "1" ? "true" : text == "0" ? "false" : nil
        case .float, .double: Double(text).flatMap { $0.isFinite ? text : nil }
        case .date, .timestamp, .timestampWithTimeZone: text.utf8.last.map { $0 < 0x61 } == true ? text : nil  // not `infinity`
        case .tinyInt, .smallInt, .integer, .bigInt, .unsignedTinyInt, .unsignedSmallInt, .unsignedInteger, .unsignedBigInt,
            .decimal, .varchar, .uuid, .time:
            text
        default: nil
        }
    }

    /// The name in `"name"`; nil for a path of several.
    static func singleIdentifier(_ path: String) -> String? {
        var bytes = Array(path.utf8)
        guard bytes.count >= 2, bytes.first == 0x22, bytes.last == 0x22 else { return nil }
        bytes = Array(bytes[1..<bytes.count - 1])
        var name: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x22 {
                guard index + 1 < bytes.count, bytes[index + 1] == 0x22 else { return nil }
                index += 1
            }
            name.append(bytes[index])
            index += 1
        }
        return String(decoding: name, as: UTF8.self)
    }
}
