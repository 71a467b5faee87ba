/// SQL text made from names and values.
package enum SQL {
    /// `"name"`, quotes doubled. Throws `.syntax` for a name with a NUL byte, which no statement can carry.
    package static func identifier(_ name: String) throws(EngineError) -> String {
        try refuseNUL(name)
        return quotedIdentifier(name)
    }

    /// `'text'`, quotes doubled. Throws `.syntax` for a text with a NUL byte.
    package static func literal(_ text: String) throws(EngineError) -> String {
        try refuseNUL(text)
        return "'" + doubled(text, "'") + "'"
    }

    /// `"a"."b"."c"`.
    package static func qualified(_ parts: [String]) throws(EngineError) -> String {
        precondition(!parts.isEmpty, "a name has at least one part")
        var quoted: [String] = []
        for part in parts { quoted.append(try identifier(part)) }
        return quoted.joined(separator: ".")
    }

    static func quotedIdentifier(_ name: String) -> String { "\"" + doubled(name, "\"") + "\"" }

    /// On bytes: as a `Character` a quote and the combining mark after it are one, and not equal to a quote.
    private static func doubled(_ text: String, _ quote: Unicode.Scalar) -> String {
        let quote = UInt8(quote.value)
        guard text.utf8.contains(quote) else { return text }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func refuseNUL(_ text: String) throws(EngineError) {
        if text.utf8.contains(0) { throw EngineError(.syntax, "a name or text with a NUL byte cannot be part of SQL") }
    }
}

extension SQLType {
    /// The type as SQL text: `DECIMAL(18,2)`, `STRUCT("a" INTEGER)[]`. That of `.other` is its name as it stands.
    package var sql: String {
        switch self {
        case .boolean: "BOOLEAN"
        case .tinyInt: "TINYINT"
        case .smallInt: "SMALLINT"
        case .integer: "INTEGER"
        case .bigInt: "BIGINT"
        case .hugeInt: "HUGEINT"
        case .unsignedTinyInt: "UTINYINT"
        case .unsignedSmallInt: "USMALLINT"
        case .unsignedInteger: "UINTEGER"
        case .unsignedBigInt: "UBIGINT"
        case .unsignedHugeInt: "UHUGEINT"
        case .float: "FLOAT"
        case .double: "DOUBLE"
        case .decimal(let precision, let scale): "DECIMAL(\(precision),\(scale))"
        case .varchar: "VARCHAR"
        case .blob: "BLOB"
        case .uuid: "UUID"
        case .bit: "BIT"
        case .date: "DATE"
        case .time: "TIME"
        case .interval: "INTERVAL"
        case .timestamp(.seconds): "TIMESTAMP_S"
        case .timestamp(.milliseconds): "TIMESTAMP_MS"
        case .timestamp(.microseconds): "TIMESTAMP"
        case .timestamp(.nanoseconds): "TIMESTAMP_NS"
        case .timestampWithTimeZone: "TIMESTAMP WITH TIME ZONE"
        case .enumeration(let values): "ENUM(" + values.map { "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" }.joined(separator: ", ") + ")"
        case .list(let element): element.sql + "[]"
        case .array(let element, let count): "\(element.sql)[\(count)]"
        case .structure(let fields): "STRUCT(" + fields.map { "\(SQL.quotedIdentifier($0.name)) \($0.type.sql)" }.joined(separator: ", ") + ")"
        case .map(let key, let value): "MAP(\(key.sql), \(value.sql))"
        case .null: "\"NULL\""
        case .other(let name): name
        }
    }
}
