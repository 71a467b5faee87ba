import Testing

import Engine

struct ErrorCase: Sendable {
    let sql: String
    let kind: EngineError.Kind
    /// The text the error points at, which is where its first occurrence begins; nil where the engine gives no place.
    var at: String?
    var candidates: [String] = []
    var says: String?
}

let errorCases: [ErrorCase] = [
    ErrorCase(sql: "SELECT 'é' AS x, FROM WHERE", kind: .syntax, at: "WHERE", says: "syntax error"),
    ErrorCase(sql: "SELECT 'é', custome FROM (SELECT 1 AS customer)", kind: .binder, at: "custome", candidates: ["customer"]),
    ErrorCase(sql: "SELECT nosuch(1)", kind: .catalog, at: "nosuch"),
    ErrorCase(sql: "SELECT * FROM nope", kind: .catalog, at: "nope"),
    ErrorCase(sql: "SELECT * FROM nosuch.a.b", kind: .binder),
    ErrorCase(sql: "SELECT 'x'::INTEGER", kind: .conversion, at: "::INTEGER", says: "Could not convert"),
    ErrorCase(sql: "SELECT date_trunc('day', 1)", kind: .binder, at: "date_trunc"),
    ErrorCase(sql: "SELECT * FROM read_csv('/nope.csv')", kind: .inputOutput, at: "read_csv", says: "/nope.csv"),
    ErrorCase(sql: "SELECT sum(range) OVER (ORDER BY missing) FROM range(3)", kind: .binder, at: "missing", candidates: ["range"]),
    ErrorCase(sql: "SELECT 9223372036854775807::BIGINT + range FROM range(1, 2)", kind: .conversion, says: "Overflow"),
    ErrorCase(sql: "SELECT error('a {brace} and \"quotes\"')", kind: .other, says: "a {brace} and \"quotes\""),
    ErrorCase(sql: "SELECT 1 \u{0} 2", kind: .syntax, at: "\u{0}"),
]

@Suite struct ErrorTests {
    @Test func kindPlaceAndCandidates() async throws {
        try await TestEngine.withSession { session async throws in
            for item in errorCases {
                guard let error = await TestEngine.engineError({ _ = try await session.query(item.sql) }) else { continue }
                #expect(error.kind == item.kind, "\(item.sql): \(error)")
                #expect(error.sql == item.sql)
                #expect(error.offset == item.at.flatMap { Self.offset(of: $0, in: item.sql) }, "\(item.sql): \(error)")
                if !item.candidates.isEmpty { #expect(error.candidates == item.candidates) }
                if let words = item.says { #expect(error.message.contains(words), "\(error.message)") }
                #expect(!error.message.contains("exception_type") && !error.message.contains("Stack Trace"))
            }
        }
    }

    @Test func laterStatementsAreCountedFromTheStartOfTheText() async throws {
        try await TestEngine.withSession { session async throws in
            let sql = "CREATE TABLE a (i INTEGER); INSERT INTO a VALUES (1); SELECT wrong FROM a"
            let error = await TestEngine.engineError { try await session.execute(sql) }
            #expect(error?.offset == Self.offset(of: "wrong", in: sql))
            #expect(try await session.query("SELECT count(*) FROM a").rows == [[.integer(1)]])
        }
    }

    @Test func constraintsAndTransactions() async throws {
        try await TestEngine.withSession { session async throws in
            try await session.execute("CREATE TABLE t (a INTEGER NOT NULL)")
            #expect(await TestEngine.engineError { try await session.execute("INSERT INTO t VALUES (NULL)") }?.kind == .constraint)
            #expect(await TestEngine.engineError { try await session.execute("BEGIN; BEGIN") }?.kind == .transaction)
        }
    }

    @Test func aFullDiskIsAnInputOutputError() async throws {
        try await TestEngine.withSession { session async throws in
            let error = await TestEngine.engineError {
                try await session.execute("COPY (SELECT range FROM range(100000)) TO '/dev/full' (FORMAT parquet, USE_TMP_FILE false)")
            }
            #expect(error?.kind == .inputOutput)
            #expect(error?.message.contains("No space left on device") == true, "\(error?.message ?? "")")
        }
    }

    @Test func describeAndTheDescribedPlace() async throws {
        try await TestEngine.withSession { session async throws in
            let sql = "SELECT a.id, b.nme\nFROM (SELECT 1 AS id) a JOIN (SELECT 1 AS id, 'x' AS name) b USING (id)"
            let error = await TestEngine.engineError { _ = try await session.describe(sql) }
            #expect(error?.kind == .binder)
            #expect(error?.offset == Self.offset(of: "b.nme", in: sql))
        }
    }

    static func offset(of text: String, in sql: String) -> Int? {
        let haystack = Array(sql.utf8)
        let needle = Array(text.utf8)
        return haystack.indices.first { haystack[$0...].starts(with: needle) }
    }
}
