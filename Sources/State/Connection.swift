internal import CSQLite
internal import Glibc
package import Support

/// A value bound to a statement. Texts and documents are scrubbed of secrets as they are bound: this is the one way into the
/// database.
package enum StateValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)
    case document(JSONValue)
    /// What rows are found by: ids, states, names and paths as the project's files have them. It stays as it is; were a
    /// weak password the name of a table too, that table's pins would no longer be found. No secret gets into a name: where
    /// one is evaluated, a sensitive value is refused.
    case name(String)

    package init(_ text: String?) { self = text.map(StateValue.text) ?? .null }
    package init(_ document: JSONValue?) { self = document.map(StateValue.document) ?? .null }
    package init(name: String?) { self = name.map(StateValue.name) ?? .null }
    package init(_ number: Int64?) { self = number.map(StateValue.integer) ?? .null }
}

/// An open SQLite handle with its prepared statements. Owned by `Database`, which lets one thread in at a time.
package struct Connection: ~Copyable, @unchecked Sendable {
    // Unchecked: the pointers are used only through `mutating` methods under the database's lock.
    private var handle: OpaquePointer?
    private var statements: [String: OpaquePointer] = [:]
    /// Whether commits reach the disk before they return; nil where never set.
    private var durable: Bool?
    let path: String

    init(path: String, create: Bool, busyTimeout: Duration) throws(StateError) {
        self.path = path
        let flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK else {
            // SQLite tries once more for reading only, and reports the error of that.
            let mayCreate = access(FileSystem.parent(of: path), W_OK) == 0
            let error = failure(code, systemCode: create && !mayCreate ? errno : nil)
            // Whether deinit runs after a throw or not, nothing stays open and nothing is closed twice.
            sqlite3_close(handle)
            handle = nil
            throw error
        }
        sqlite3_busy_timeout(handle, Int32(clamping: Int64(busyTimeout / .milliseconds(1))))
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    mutating func close() throws(StateError) {
        guard handle != nil else { return }
        for statement in statements.values { sqlite3_finalize(statement) }
        statements = [:]
        let code = sqlite3_close(handle)
        guard code == SQLITE_OK else { throw failure(code) }
        handle = nil
    }

    var inTransaction: Bool { handle != nil && sqlite3_get_autocommit(handle) == 0 }

    /// Runs one statement to its end, dropping rows.
    /// - Returns: the number of rows it changed.
    @discardableResult
    package mutating func execute(_ sql: String, _ values: [StateValue] = []) throws(StateError) -> Int {
        _ = try rows(sql, values) { (_) throws(StateError) in }
        return Int(sqlite3_changes64(handle))
    }

    /// Runs one statement and reads its rows, each column once and in order.
    package mutating func rows<Value>(
        _ sql: String, _ values: [StateValue] = [], _ read: (inout Row) throws(StateError) -> Value
    ) throws(StateError) -> [Value] {
        let statement = try prepare(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        precondition(Int(sqlite3_bind_parameter_count(statement)) == values.count, "values do not fit: \(sql)")
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1), of: statement, sql) }
        var result: [Value] = []
        while true {
            let code = sqlite3_step(statement)
            switch code {
            case SQLITE_ROW:
                var row = Row(statement: statement, path: path, sql: sql)
                result.append(try read(&row))
            case SQLITE_DONE: return result
            default: throw failure(code, sql)
            }
        }
    }

    /// Runs several statements without values or rows, such as a migration.
    mutating func executeScript(_ sql: String) throws(StateError) {
        guard handle != nil else { throw closed(sql) }
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code, sql) }
    }

    /// Rowid of the last insertion.
    var lastRowID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Full: a commit survives a power cut. Otherwise it survives the end of the process only, and costs no fsync.
    mutating func setDurable(_ wanted: Bool) throws(StateError) {
        guard durable != wanted else { return }
        try executeScript("PRAGMA synchronous = \(wanted ? "FULL" : "NORMAL")")
        durable = wanted
    }

    private mutating func prepare(_ sql: String) throws(StateError) -> OpaquePointer {
        guard handle != nil else { throw closed(sql) }
        if let statement = statements[sql] { return statement }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw failure(code, sql) }
        statements[sql] = statement
        return statement
    }

    private func bind(_ value: StateValue, at index: Int32, of statement: OpaquePointer, _ sql: String) throws(StateError) {
        // SQLITE_TRANSIENT: SQLite copies the text before the call returns.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        func bind(_ text: String) -> Int32 { sqlite3_bind_text(statement, index, text, Int32(text.utf8.count), transient) }
        let scrubber = SecretScrubber.shared
        let code: Int32 =
            switch value {
            case .null: sqlite3_bind_null(statement, index)
            case .integer(let number): sqlite3_bind_int64(statement, index, number)
            case .text(let text): bind(scrubber.scrub(text))
            case .document(let document): bind(scrubber.scrub(document).text())
            case .name(let name): bind(name)
            }
        guard code == SQLITE_OK else { throw failure(code, sql) }
    }

    private func closed(_ sql: String) -> StateError {
        StateError(.closed, "the state database \(path) has been closed", path: path, sql: sql)
    }

    private func failure(_ code: Int32, _ sql: String? = nil, systemCode given: Int32? = nil) -> StateError {
        // A full disk shows as a failed write with this errno; other codes leave an old one behind.
        let primary = code & 0xFF
        let systemCode = given ?? (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN ? sqlite3_system_errno(handle) : 0)
        let reason = handle == nil ? String(cString: sqlite3_errstr(code)) : String(cString: sqlite3_errmsg(handle))
        return StateError(code: code, reason: reason, systemCode: systemCode, path: path, sql: sql)
    }
}
