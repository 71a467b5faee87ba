internal import CDuckDB

/// A `duckdb_connection`, for use on its own thread only.
struct DuckDBConnection: @unchecked Sendable {
    let library: DuckDBLibrary
    let handle: duckdb_connection

    /// The statements in a text, ready to be prepared.
    func extract(_ sql: String, shift: Int = 0, reporting: String? = nil) throws(EngineError) -> ExtractedStatements {
        if let offset = sql.utf8.firstIndex(of: 0) {
            throw EngineError(
                .syntax, "the statement holds a NUL byte", sql: reporting ?? sql,
                offset: sql.utf8.distance(from: sql.utf8.startIndex, to: offset) - shift)
        }
        if let offset = SQL.endlessComment(in: sql) {
            throw EngineError(.syntax, "comments are nested too deep here", sql: reporting ?? sql, offset: max(0, offset - shift))
        }
        var extracted: duckdb_extracted_statements?
        let count = library.functions.extract_statements(handle, sql, &extracted)
        let statements = ExtractedStatements(
            connection: self, handle: extracted, count: Int(count), sql: reporting ?? sql, shift: shift)
        if count == 0, let text = library.functions.extract_statements_error(extracted) {
            throw EngineError(duckDB: String(cString: text), sql: statements.sql, shift: shift)
        }
        return statements
    }

    /// The one statement of a text, prepared. A text with none or several is refused.
    func prepare(_ sql: String, shift: Int = 0, reporting: String? = nil) throws(EngineError) -> PreparedStatement {
        let statements = try extract(sql, shift: shift, reporting: reporting)
        guard statements.count == 1 else {
            let what = statements.count == 0 ? "there is no statement" : "one statement is expected, and here are several"
            let hint = statements.count > 1 ? " (a PIVOT counts as several unless its values are listed with IN)" : ""
            throw EngineError(.syntax, what + hint, sql: reporting ?? sql)
        }
        return try statements.prepare(0)
    }
}

/// Owns what parsing a text gave.
struct ExtractedStatements: ~Copyable {
    let connection: DuckDBConnection
    let handle: duckdb_extracted_statements?
    let count: Int
    /// The user's text, and how far into the text that was parsed it begins.
    let sql: String
    let shift: Int

    func prepare(_ index: Int) throws(EngineError) -> PreparedStatement {
        let functions = connection.library.functions
        var prepared: duckdb_prepared_statement?
        let state = functions.prepare_extracted_statement(connection.handle, handle, duckdb_idx(index), &prepared)
        let statement = PreparedStatement(connection: connection, handle: prepared, sql: sql, shift: shift)
        guard state == 0 else {
            let text = functions.prepare_error(prepared).map { String(cString: $0) } ?? "cannot prepare the statement"
            throw EngineError(duckDB: text, sql: sql, shift: shift)
        }
        return statement
    }

    deinit {
        var handle = handle
        connection.library.functions.destroy_extracted(&handle)
    }
}

/// Owns a prepared statement.
struct PreparedStatement: ~Copyable {
    let connection: DuckDBConnection
    let handle: duckdb_prepared_statement?
    let sql: String
    let shift: Int

    /// Columns of its rows, known before it runs.
    func columns() -> [ColumnLayout] {
        let functions = connection.library.functions
        return (0..<functions.prepared_statement_column_count(handle)).map { index in
            let name = functions.prepared_statement_column_name(handle, index)
            defer { functions.free(UnsafeMutableRawPointer(mutating: name)) }
            return ColumnLayout(
                name: name.map { String(cString: $0) } ?? "",
                type: TypeLayout(consuming: functions.prepared_statement_column_logical_type(handle, index), functions))
        }
    }

    /// Whether it returns rows a query would: SELECT in all its forms, and CALL.
    var isQuery: Bool {
        let type = connection.library.functions.prepared_statement_type(handle)
        return Int(type) == DUCKDB_STATEMENT_TYPE_SELECT || Int(type) == DUCKDB_STATEMENT_TYPE_CALL
    }

    var hasParameters: Bool { connection.library.functions.nparams(handle) > 0 }

    func bind(_ parameters: [SQLValue]) throws(EngineError) {
        let functions = connection.library.functions
        let expected = Int(functions.nparams(handle))
        guard expected == parameters.count else {
            throw EngineError(.binder, "the statement has \(expected) parameters, and \(parameters.count) values are given", sql: sql)
        }
        for (index, parameter) in parameters.enumerated() {
            let value = try BoundValue(parameter, functions)
            guard functions.bind_value(handle, duckdb_idx(index + 1), value.handle) == 0 else {
                let reason = functions.prepare_error(handle).map { String(cString: $0) } ?? "the value does not fit"
                throw EngineError(duckDB: "cannot bind parameter \(index + 1): \(reason)", sql: sql)
            }
        }
    }

    /// Runs it; `streaming` leaves the rows to be made as they are fetched.
    func execute(streaming: Bool = false) throws(EngineError) -> StatementResult {
        let functions = connection.library.functions
        var raw = duckdb_result()
        let state = streaming ? functions.execute_prepared_streaming(handle, &raw) : functions.execute_prepared(handle, &raw)
        let result = StatementResult(connection: connection, raw: raw, sql: sql, shift: shift)
        guard state == 0 else { throw result.failure ?? EngineError(.other, "the statement failed", sql: sql) }
        return result
    }

    deinit {
        var handle = handle
        connection.library.functions.destroy_prepare(&handle)
    }
}

/// Owns a result, and hands out its rows chunk by chunk.
struct StatementResult: ~Copyable {
    let connection: DuckDBConnection
    let raw: duckdb_result
    let sql: String
    let shift: Int

    var failure: EngineError? {
        var raw = raw
        guard let text = connection.library.functions.result_error(&raw) else { return nil }
        return EngineError(duckDB: String(cString: text), sql: sql, shift: shift)
    }

    var rowsChanged: Int {
        var raw = raw
        return Int(connection.library.functions.rows_changed(&raw))
    }

    func columns() -> [ColumnLayout] {
        let functions = connection.library.functions
        var raw = raw
        return (0..<functions.column_count(&raw)).map { index in
            ColumnLayout(
                name: functions.column_name(&raw, index).map { String(cString: $0) } ?? "",
                type: TypeLayout(consuming: functions.column_logical_type(&raw, index), functions))
        }
    }

    /// The next rows; nil after the last.
    func nextRows(_ columns: [ColumnLayout]) throws(EngineError) -> [[SQLValue]]? {
        let functions = connection.library.functions
        var chunk: duckdb_data_chunk? = functions.fetch_chunk(raw)
        guard chunk != nil else {
            // A stream ends the same way whether it is complete or failed.
            if let failure { throw failure }
            return nil
        }
        defer { functions.destroy_data_chunk(&chunk) }
        let count = Int(functions.data_chunk_get_size(chunk))
        var rows = [[SQLValue]](repeating: [], count: count)
        for index in 0..<count { rows[index].reserveCapacity(columns.count) }
        for (index, column) in columns.enumerated() {
            let reader = VectorReader(functions: functions, column: column.name, sql: sql)
            let values = try reader.values(functions.data_chunk_get_vector(chunk, duckdb_idx(index)), column.type, count: count)
            for (row, value) in values.enumerated() { rows[row].append(value) }
        }
        return rows
    }

    deinit {
        var raw = raw
        connection.library.functions.destroy_result(&raw)
    }
}
