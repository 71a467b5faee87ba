internal import CDuckDB
internal import Glibc
internal import Synchronization

/// Tables that a query names and that are in no catalog: their columns are given for the one query, and they have no rows.
///
/// The engine asks for a table it does not find (a replacement scan), by the last part of its name and on the thread that
/// binds the query, and is answered with a call of a table function that has the columns. A table of the catalog costs
/// twenty times as much to make.
enum GivenTables {
    private static let functionName = "pipectl_given_table"

    private struct State {
        /// Of the library that is loaded; callbacks are handed nothing that would lead there.
        var functions: duckdb_functions?
        /// Of the query being bound on a thread: columns by name in lower case.
        var tables: [pthread_t: [String: [SQLColumn]]] = [:]
    }
    private static let state = Mutex(State())

    /// Runs `body` on this thread with these tables, in a database that `register` was called for.
    static func with<Value>(_ tables: [String: [SQLColumn]], _ body: () throws(EngineError) -> Value) throws(EngineError) -> Value {
        guard !tables.isEmpty else { return try body() }
        let thread = pthread_self()
        state.withLock { $0.tables[thread] = tables }
        defer { state.withLock { _ = $0.tables.removeValue(forKey: thread) } }
        return try body()
    }

    /// Once a database.
    static func register(_ database: duckdb_database, _ connection: DuckDBConnection) throws(EngineError) {
        let functions = connection.library.functions
        state.withLock { $0.functions = functions }
        var function = functions.create_table_function()
        defer { functions.destroy_table_function(&function) }
        functions.table_function_set_name(function, functionName)
        var text = functions.create_logical_type(duckdb_type_id(DUCKDB_TYPE_VARCHAR))
        functions.table_function_add_parameter(function, text)
        functions.destroy_logical_type(&text)
        functions.table_function_set_bind(function) { info in GivenTables.bind(info) }
        functions.table_function_set_init(function) { _ in }
        functions.table_function_set_function(function) { _, output in
            if let functions = GivenTables.functions { functions.data_chunk_set_size(output, 0) }
        }
        guard functions.register_table_function(connection.handle, function) == 0 else {
            throw EngineError(.other, "the engine takes no table function")
        }
        functions.add_replacement_scan(database, { info, table, _ in GivenTables.replace(info, table) }, nil, nil)
    }

    // MARK: What the engine calls

    private static var functions: duckdb_functions? { state.withLock { $0.functions } }

    /// The library's functions, and the columns of a table of the query being bound on this thread.
    private static func found(_ table: String) -> (functions: duckdb_functions, columns: [SQLColumn])? {
        let thread = pthread_self()
        return state.withLock { state in
            guard let functions = state.functions, let columns = state.tables[thread]?[table.lowercased()] else { return nil }
            return (functions, columns)
        }
    }

    private static func replace(_ info: duckdb_replacement_scan_info?, _ table: UnsafePointer<CChar>?) {
        guard let table, let (functions, _) = found(String(cString: table)) else { return }
        functions.replacement_scan_set_function_name(info, functionName)
        var name = functions.create_varchar_length(table, duckdb_idx(strlen(table)))
        functions.replacement_scan_add_parameter(info, name)
        functions.destroy_value(&name)
    }

    private static func bind(_ info: duckdb_bind_info?) {
        guard let functions else { return }
        var parameter = functions.bind_get_parameter(info, 0)
        let text = functions.get_varchar(parameter)
        defer {
            functions.free(text)
            functions.destroy_value(&parameter)
        }
        guard let text, let (_, columns) = found(String(cString: text)) else { return functions.bind_set_error(info, "no columns are given") }
        for column in columns {
            var type = logicalType(column.type, functions)
            guard type != nil else {
                return functions.bind_set_error(info, "columns of type \(column.type.sql) cannot be given")
            }
            functions.bind_add_result_column(info, column.name, type)
            functions.destroy_logical_type(&type)
        }
    }

    /// nil for types that nest others, and for those without a name.
    private static func logicalType(_ type: SQLType, _ functions: duckdb_functions) -> duckdb_logical_type? {
        if case .decimal(let precision, let scale) = type {
            return UInt8(exactly: precision).flatMap { precision in
                UInt8(exactly: scale).flatMap { functions.create_decimal_type(precision, $0) }
            }
        }
        return simpleID(type).flatMap { functions.create_logical_type(duckdb_type_id($0)) }
    }

    static func canGive(_ type: SQLType) -> Bool {
        if case .decimal = type { return true }
        return simpleID(type) != nil
    }

    private static func simpleID(_ type: SQLType) -> Int? {
        switch type {
        case .boolean: DUCKDB_TYPE_BOOLEAN
        case .tinyInt: DUCKDB_TYPE_TINYINT
        case .smallInt: DUCKDB_TYPE_SMALLINT
        case .integer: DUCKDB_TYPE_INTEGER
        case .bigInt: DUCKDB_TYPE_BIGINT
        case .hugeInt: DUCKDB_TYPE_HUGEINT
        case .unsignedTinyInt: DUCKDB_TYPE_UTINYINT
        case .unsignedSmallInt: DUCKDB_TYPE_USMALLINT
        case .unsignedInteger: DUCKDB_TYPE_UINTEGER
        case .unsignedBigInt: DUCKDB_TYPE_UBIGINT
        case .unsignedHugeInt: DUCKDB_TYPE_UHUGEINT
        case .float: DUCKDB_TYPE_FLOAT
        case .double: DUCKDB_TYPE_DOUBLE
        case .varchar: DUCKDB_TYPE_VARCHAR
        case .blob: DUCKDB_TYPE_BLOB
        case .uuid: DUCKDB_TYPE_UUID
        case .bit: DUCKDB_TYPE_BIT
        case .date: DUCKDB_TYPE_DATE
        case .time: DUCKDB_TYPE_TIME
        case .interval: DUCKDB_TYPE_INTERVAL
        case .timestamp(.seconds): DUCKDB_TYPE_TIMESTAMP_S
        case .timestamp(.milliseconds): DUCKDB_TYPE_TIMESTAMP_MS
        case .timestamp(.microseconds): DUCKDB_TYPE_TIMESTAMP
        case .timestamp(.nanoseconds): DUCKDB_TYPE_TIMESTAMP_NS
        case .timestampWithTimeZone: DUCKDB_TYPE_TIMESTAMP_TZ
        case .decimal, .enumeration, .list, .array, .structure, .map, .null, .other: nil
        }
    }
}
