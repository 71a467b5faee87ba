package import Support

/// The SQL engine: one database instance in this process (or, later, a session on a cluster).
package protocol Engine: Sendable {
    /// A new connection to the same instance; views and temporary tables made in the shared catalog are seen by all.
    func openSession() async throws(EngineError) -> any EngineSession
    /// `DuckDB 1.5.5`.
    var version: String { get }
    /// Makes an extension usable in all sessions: `postgres_scanner`. Throws `.unavailable` where there is none.
    func loadExtension(_ name: String) async throws(EngineError)
    /// Ends the engine; sessions that are still open stay usable until they are closed.
    func close() async
}

extension Engine {
    package func loadExtension(_ name: String) async throws(EngineError) {
        throw EngineError(.unavailable, "\(version) has no extension \(name)")
    }

    package func close() async {}

    /// Calls `body` with a session that is closed afterwards, whatever happens.
    package func withSession<Value>(_ body: (any EngineSession) async throws -> Value) async throws -> Value {
        let session = try await openSession()
        do {
            let value = try await body(session)
            await session.close()
            return value
        } catch {
            await session.close()
            throw error
        }
    }
}

/// One connection. Statements on a session run one after the other, never on the cooperative thread pool.
///
/// Cancelling the task that waits for a statement interrupts it; it then throws `EngineError.Kind.interrupted`.
package protocol EngineSession: Sendable {
    /// Runs one or more statements and drops their results.
    /// - Returns: rows changed by the last statement.
    @discardableResult
    func execute(_ sql: String) async throws(EngineError) -> Int

    /// Runs one statement and returns all of its rows. For answers that fit in memory many times over.
    func query(_ sql: String, _ parameters: [SQLValue]) async throws(EngineError) -> RowSet

    /// Columns of a query, without running it.
    func describe(_ sql: String) async throws(EngineError) -> [SQLColumn]

    /// Runs a query and writes its rows as Parquet.
    /// - Returns: the files written, in no order, with the statistics their footers hold. No rows: no file.
    func writeParquet(_ request: ParquetWriteRequest) async throws(EngineError) -> [ParquetFile]

    /// Tables a query names, without common table expressions it defines; parsed, not bound. See `TableReference`.
    func tableReferences(in sql: String) async throws(EngineError) -> [TableReference]

    /// The same, and columns that are named with a table and its schema.
    func names(in sql: String) async throws(EngineError) -> SQLNames

    /// The same for each of many queries, as one piece of work.
    func tableReferences(inEach queries: [String]) async -> Result<[Result<[TableReference], EngineError>], EngineError>

    /// Runs definitions, each text in one transaction, and then describes each of the queries, as one piece of work.
    func describe(_ queries: [DescribedQuery], after definitions: [String]) async -> Result<[Result<[SQLColumn], EngineError>], EngineError>

    /// The logical plan of one query in the engine's own JSON, with names bound to tables and columns; nothing is run.
    func boundPlan(of sql: String) async throws(EngineError) -> JSONValue

    /// Share of the running statement that is done, 0 to 1; nil where nothing runs or the engine cannot tell.
    var progress: Double? { get }

    /// Ends the running statement, from any thread.
    func interrupt()

    /// Runs one statement and hands over its rows in parts, in order, for results of any size.
    func forEachChunk(_ sql: String, _ parameters: [SQLValue], _ body: (RowSet) async throws -> Void) async throws

    /// Waits for the statements before it, then ends the session; every session has to be closed.
    func close() async
}

/// Names in a query that hold one of a schema.
package struct SQLNames: Sendable {
    package let tables: [TableReference]
    /// `gold.kpi_sales.revenue`, or a field of a column: `kpi_sales.address.city`.
    package let columns: [TableReference]
}

/// A query whose columns are asked for, and what has to be run for it alone, just before.
package struct DescribedQuery: Sendable {
    package let definitions: String
    package let sql: String
    /// Columns of tables that are in no catalog, by the last part of their names in lower case. What is said of such a
    /// query is right where its columns are told; an error may be due to the tables not being real ones.
    package let given: [String: [SQLColumn]]

    package init(_ sql: String, after definitions: String = "", given: [String: [SQLColumn]] = [:]) {
        self.sql = sql
        self.definitions = definitions
        self.given = given
    }

    /// Whether a table of these columns can be given.
    package static func canGive(_ columns: [SQLColumn]) -> Bool {
        !columns.isEmpty && columns.allSatisfy { GivenTables.canGive($0.type) && !$0.name.isEmpty && !$0.name.utf8.contains(0) }
            && Set(columns.map { $0.name.lowercased() }).count == columns.count
    }
}

extension EngineSession {
    package func tableReferences(inEach queries: [String]) async -> Result<[Result<[TableReference], EngineError>], EngineError> {
        var answers: [Result<[TableReference], EngineError>] = []
        for query in queries {
            do throws(EngineError) {
                answers.append(.success(try await tableReferences(in: query)))
            } catch {
                guard error.kind != .unavailable, error.kind != .interrupted else { return .failure(error) }
                answers.append(.failure(error))
            }
        }
        return .success(answers)
    }

    package func describe(
        _ queries: [DescribedQuery], after definitions: [String]
    ) async -> Result<[Result<[SQLColumn], EngineError>], EngineError> {
        var answers: [Result<[SQLColumn], EngineError>] = []
        do throws(EngineError) {
            for text in definitions { try await execute(text) }
        } catch {
            return .failure(error)
        }
        for query in queries {
            do throws(EngineError) {
                if !query.definitions.isEmpty { try await execute(query.definitions) }
                answers.append(.success(try await describe(query.sql)))
            } catch {
                guard error.kind != .unavailable, error.kind != .interrupted else { return .failure(error) }
                answers.append(.failure(error))
            }
        }
        return .success(answers)
    }

    package func query(_ sql: String) async throws(EngineError) -> RowSet { try await query(sql, []) }

    package func forEachChunk(_ sql: String, _ parameters: [SQLValue] = [], _ body: (RowSet) async throws -> Void) async throws {
        try await body(try await query(sql, parameters))
    }

    package func boundPlan(of sql: String) async throws(EngineError) -> JSONValue {
        throw EngineError(.unavailable, "this engine tells no plans")
    }

    package func close() async {}
}

/// A table as named in a query: `a.b.c` is `["a", "b", "c"]`.
package struct TableReference: Sendable, Hashable {
    package let name: [String]
    /// Byte offset of the name's first part in the query text; nil where the engine does not tell.
    package let offset: Int?

    package init(name: [String], offset: Int?) {
        self.name = name
        self.offset = offset
    }
}

/// Rows with the columns' names and types.
package struct RowSet: Sendable, Hashable {
    package let columns: [SQLColumn]
    package let rows: [[SQLValue]]

    package init(columns: [SQLColumn], rows: [[SQLValue]]) {
        self.columns = columns
        self.rows = rows
    }
}

/// Where and how `writeParquet` writes.
package struct ParquetWriteRequest: Sendable {
    /// One SELECT.
    package var query: String
    /// An existing folder; the files are made in it.
    package var directory: String
    /// Files are named `<fileNamePrefix>-<n>.parquet`, with a number of at least five digits.
    package var fileNamePrefix: String
    /// A BOOLEAN, never-NULL column of the query that is not written: rows where it is true and rows where it is
    /// false go to different files (`ParquetFile.partition`). One pass, so a query need not be run twice to sort out rows.
    package var splitColumn: String?
    /// Bytes after which the next file is begun; nil writes one file. Not observed together with `splitColumn`.
    package var targetFileSize: Int?
    /// Rows of a row group; nil leaves it to the engine.
    package var rowGroupSize: Int?

    package init(
        query: String, directory: String, fileNamePrefix: String, splitColumn: String? = nil, targetFileSize: Int? = nil,
        rowGroupSize: Int? = nil
    ) {
        self.query = query
        self.directory = directory
        self.fileNamePrefix = fileNamePrefix
        self.splitColumn = splitColumn
        self.targetFileSize = targetFileSize
        self.rowGroupSize = rowGroupSize
    }
}

/// A file that was written, and is durable on disk.
package struct ParquetFile: Sendable, Hashable {
    /// Name within the folder asked for.
    package let name: String
    package let rowCount: Int
    /// Bytes.
    package let size: Int
    /// Value of the split column for the rows of this file; nil without one.
    package let partition: Bool?
    /// By top-level column name; nested columns have none.
    package let statistics: [String: ColumnStatistics]

    package init(name: String, rowCount: Int, size: Int, partition: Bool?, statistics: [String: ColumnStatistics]) {
        self.name = name
        self.rowCount = rowCount
        self.size = size
        self.partition = partition
        self.statistics = statistics
    }
}

/// Of one column in one file. `minimum` and `maximum` are bounds as the engine's text form of the type; nil where unknown.
///
/// - Whole numbers, decimals (`-12.30`, with the column's scale), UUIDs, `true`/`false`: the least and greatest value.
/// - `DATE`: `2024-01-31`; `TIME`: `10:11:12.5`; `TIMESTAMP`: `2024-01-31 10:11:12.123456`, as many digits of the fraction as
///   the value has, up to its unit; with time zone `2024-01-31 10:11:12.5+00`. nil where a bound is infinite.
/// - `FLOAT`, `DOUBLE`: nil where a bound is infinite; none at all where the file holds a NaN, which sorts above all.
/// - `VARCHAR`: by UTF-8 bytes. Texts of more than 256 bytes are cut: the minimum to a prefix, the maximum to a prefix
///   with a greater last character, so both stay bounds but need not be values; nil where the engine finds no such text.
/// - Blobs, enumerations, intervals, huge integers (stored as DOUBLE in Parquet!), nested types: no bounds.
///
/// `nullCount` is exact; nil where the file keeps no statistics for the type (intervals, times with a zone, nested ones).
package struct ColumnStatistics: Sendable, Hashable {
    package let nullCount: Int?
    package let minimum: String?
    package let maximum: String?

    package init(nullCount: Int?, minimum: String?, maximum: String?) {
        self.nullCount = nullCount
        self.minimum = minimum
        self.maximum = maximum
    }
}
