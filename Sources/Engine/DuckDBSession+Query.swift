internal import Synchronization

extension DuckDBSession {
    @discardableResult
    package func execute(_ sql: String) async throws(EngineError) -> Int {
        try await perform { connection throws(EngineError) in
            let statements = try connection.extract(sql)
            var changed = 0
            for index in 0..<statements.count {
                try self.checkInterruption()
                changed = try statements.prepare(index).execute().rowsChanged
            }
            return changed
        }
    }

    package func query(_ sql: String, _ parameters: [SQLValue]) async throws(EngineError) -> RowSet {
        try await perform { connection throws(EngineError) in try Self.rows(connection, sql, parameters) }
    }

    /// All rows of one statement; on the session's thread.
    static func rows(_ connection: DuckDBConnection, _ sql: String, _ parameters: [SQLValue] = []) throws(EngineError) -> RowSet {
        let statement = try connection.prepare(sql)
        try statement.bind(parameters)
        let result = try statement.execute()
        let columns = result.columns()
        var rows: [[SQLValue]] = []
        while let next = try result.nextRows(columns) { rows += next }
        return RowSet(columns: columns.map(\.column), rows: rows)
    }

    package func describe(_ sql: String) async throws(EngineError) -> [SQLColumn] {
        try await perform(optimizing: false) { connection throws(EngineError) in try Self.describe(sql, connection) }
    }

    private static func describe(_ sql: String, _ connection: DuckDBConnection) throws(EngineError) -> [SQLColumn] {
        let statement = try connection.prepare(sql)
        guard statement.isQuery else { throw EngineError(.syntax, "this is no query: it returns no rows", sql: sql) }
        guard !statement.hasParameters else {
            throw EngineError(.syntax, "a query cannot have parameters such as ? and $1; values are written ${{ }}", sql: sql)
        }
        return statement.columns().map(\.column)
    }

    package func describe(
        _ queries: [DescribedQuery], after definitions: [String]
    ) async -> Result<[Result<[SQLColumn], EngineError>], EngineError> {
        await result(optimizing: false) { connection throws(EngineError) in
            for text in definitions {
                do throws(EngineError) {
                    try Self.run("BEGIN;\n\(text)\n;COMMIT", connection)
                } catch {
                    // The transaction is still open, unless parsing failed. The first error is the one to tell.
                    _ = try? connection.prepare("ROLLBACK").execute()
                    throw error
                }
            }
            var answers: [Result<[SQLColumn], EngineError>] = []
            answers.reserveCapacity(queries.count)
            for query in queries {
                try self.checkInterruption()
                do throws(EngineError) {
                    if !query.definitions.isEmpty { try Self.run(query.definitions, connection) }
                    if !query.given.isEmpty { try self.takeGivenTables(connection) }
                    let columns = try GivenTables.with(query.given) { () throws(EngineError) in try Self.describe(query.sql, connection) }
                    answers.append(.success(columns))
                } catch {
                    guard error.kind != .interrupted else { throw error }
                    answers.append(.failure(error))
                }
            }
            return answers
        }
    }

    private static func run(_ sql: String, _ connection: DuckDBConnection) throws(EngineError) {
        let statements = try connection.extract(sql)
        for index in 0..<statements.count { _ = try statements.prepare(index).execute() }
    }

    /// Runs one statement and hands over its rows chunk by chunk (about 2,000 rows each) as the engine makes them, so
    /// the memory used does not grow with the result. Other statements of this session wait until it has ended; one that
    /// `body`, or a task it starts, asks for fails.
    package func forEachChunk(
        _ sql: String, _ parameters: [SQLValue] = [], _ body: (RowSet) async throws -> Void
    ) async throws {
        guard try await acquireSlot() else { throw Self.interrupted }
        defer { releaseSlot() }
        let stream = RowStream()
        do {
            try await performHoldingSlot { connection throws(EngineError) in
                self.optimizer.set(true, connection)
                try stream.open(connection, sql, parameters)
            }
            while let chunk = try await performHoldingSlot({ _ throws(EngineError) in try stream.next() }) {
                try await Self.$streaming.withValue(Self.streaming.union([ObjectIdentifier(self)])) { try await body(chunk) }
            }
        } catch {
            await close(stream)
            throw error
        }
        await close(stream)
    }

    /// The result is destroyed on the session's thread, whether or not the task is cancelled.
    private func close(_ stream: RowStream) async {
        await Task { try? await self.performHoldingSlot { _ throws(EngineError) in stream.close() } }.value
    }
}

/// An open result; used on the session's thread only.
private final class RowStream: @unchecked Sendable {
    private var result: StatementResult?
    private var columns: [ColumnLayout] = []

    func open(_ connection: DuckDBConnection, _ sql: String, _ parameters: [SQLValue]) throws(EngineError) {
        let statement = try connection.prepare(sql)
        try statement.bind(parameters)
        let result = try statement.execute(streaming: true)
        columns = result.columns()
        self.result = consume result
    }

    func next() throws(EngineError) -> RowSet? {
        guard let rows = try result?.nextRows(columns) else { return nil }
        return RowSet(columns: columns.map(\.column), rows: rows)
    }

    func close() { result = nil }

    deinit { assert(result == nil, "a stream of rows is closed on its session's thread") }
}
