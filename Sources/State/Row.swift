internal import CSQLite
package import Support

/// The row a statement stands on, valid inside the closure that is given it. Each call reads the next column.
package struct Row: ~Copyable {
    private let statement: OpaquePointer
    private let path: String
    private let sql: String
    private var column: Int32 = 0

    init(statement: OpaquePointer, path: String, sql: String) {
        self.statement = statement
        self.path = path
        self.sql = sql
    }

    package mutating func optionalText() -> String? {
        defer { column += 1 }
        guard let start = sqlite3_column_text(statement, column) else { return nil }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    package mutating func text() throws(StateError) -> String {
        guard let text = optionalText() else { throw unexpected("a NULL") }
        return text
    }

    package mutating func optionalInteger() -> Int64? {
        defer { column += 1 }
        return sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : sqlite3_column_int64(statement, column)
    }

    package mutating func integer() throws(StateError) -> Int64 {
        guard let number = optionalInteger() else { throw unexpected("a NULL") }
        return number
    }

    package mutating func optionalInstant() -> Instant? { optionalInteger().map(Instant.init(microseconds:)) }

    package mutating func instant() throws(StateError) -> Instant { Instant(microseconds: try integer()) }

    package mutating func optionalJSON() throws(StateError) -> JSONValue? {
        guard let text = optionalText() else { return nil }
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw unexpected("text that is no JSON")
        }
    }

    package mutating func json() throws(StateError) -> JSONValue {
        guard let value = try optionalJSON() else { throw unexpected("a NULL") }
        return value
    }

    /// A value of an enumeration stored by its raw text.
    package mutating func choice<Choice: RawRepresentable<String>>(_: Choice.Type = Choice.self) throws(StateError) -> Choice {
        guard let choice = Choice(rawValue: try text()) else { throw unexpected("an unknown value") }
        return choice
    }

    private func unexpected(_ what: String) -> StateError {
        StateError(.damaged, StateError.damagedMessage(path, "\(what) in column \(column) of a row"), path: path, sql: sql)
    }
}
