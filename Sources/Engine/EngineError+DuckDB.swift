internal import Support

/// DuckDB's errors, from the JSON form that `errors_as_json` gives: kind, offset and candidates are members of it, so
/// nothing is decided by an error's text.
extension EngineError {
    /// - Parameters:
    ///   - text: what the C API returned, a JSON object, perhaps after a prefix such as `Binder Error: `.
    ///   - shift: bytes in front of the user's statement within the one that was sent.
    init(duckDB text: String, sql: String?, shift: Int = 0) {
        guard let details = Self.details(in: text) else {
            self.init(Self.kind(ofPrefixed: text), Self.cleaned(text), sql: sql)
            return
        }
        let kind = Self.kind(named: details["exception_type"]?.asString ?? "")
        let message = Self.cleaned(details["exception_message"]?.asString ?? text)
        self.init(
            kind, message, sql: sql,
            offset: sql.flatMap { Self.offset(details, in: $0, shift: shift) },
            candidates: Self.candidates(details), isUnknownColumn: details["error_subtype"]?.asString == "COLUMN_NOT_FOUND")
    }

    /// The byte offset by the members `position` and `error_subtype`: the grammar's own errors count code points, all
    /// later ones bytes. `shift` counts ASCII, so it is the same in both.
    static func offset(_ details: JSONObject, in sql: String, shift: Int = 0) -> Int? {
        guard let text = details["position"]?.asString, let position = Int(text), position >= shift else { return nil }
        let offset = position - shift
        guard details["error_subtype"]?.asString == "SYNTAX_ERROR" else { return offset <= sql.utf8.count ? offset : nil }
        let scalars = sql.unicodeScalars
        guard let index = scalars.index(scalars.startIndex, offsetBy: offset, limitedBy: scalars.endIndex) else { return nil }
        return sql.utf8.distance(from: sql.startIndex, to: index)
    }

    private static func details(in text: String) -> JSONObject? {
        guard let brace = text.utf8.firstIndex(of: UInt8(ascii: "{")) else { return nil }
        // An error raised outside of a statement has a plain text, which may hold a brace of its own.
        guard let object = (try? JSONValue(parsing: String(text[brace...])))?.asObject else { return nil }
        return object["exception_type"] == nil ? nil : object
    }

    /// Names only: for a call that fits no function the engine lists signatures, which the message shows already.
    private static func candidates(_ details: JSONObject) -> [String] {
        guard let text = details["candidates"]?.asString, !text.utf8.contains(UInt8(ascii: "(")) else { return [] }
        return text.split(separator: ",").map(String.init)
    }

    private static func cleaned(_ text: String) -> String {
        var text = text
        if let trace = text.firstRange(of: "\n\nStack Trace:") { text = String(text[..<trace.lowerBound]) }
        while let last = text.utf8.last, last == 10 || last == 32 { text.removeLast() }
        return text
    }

    /// `IO Error: Cannot open file`.
    private static func kind(ofPrefixed text: String) -> Kind {
        guard let range = text.firstRange(of: " Error: ") else { return .other }
        return kind(named: String(text[..<range.lowerBound]))
    }

    /// By the engine's names of its exception types.
    private static func kind(named name: String) -> Kind {
        switch name {
        case "Parser", "Syntax": .syntax
        case "Catalog", "Dependency": .catalog
        case "Binder", "Parameter Not Resolved", "Parameter Not Allowed", "Mismatch Type", "Invalid type", "Unknown Type": .binder
        case "Conversion", "Out of Range", "Divide by Zero", "Decimal": .conversion
        case "Constraint": .constraint
        case "IO", "HTTP", "Permission", "Connection": .inputOutput
        case "Out of Memory": .outOfMemory
        case "INTERRUPT": .interrupted
        case "TransactionContext": .transaction
        case "Missing Extension", "Extension Autoloading": .unavailable
        default: .other
        }
    }
}
