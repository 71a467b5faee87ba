import Engine
import Testing

@Suite struct TypeParsingTests {
    @Test(arguments: [
        "BOOLEAN", "HUGEINT", "UTINYINT", "DECIMAL(38,0)", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "TIME WITH TIME ZONE",
        "VARCHAR[][3]", #"STRUCT("a" INTEGER, "b ""c""" VARCHAR[])"#, "MAP(VARCHAR, DECIMAL(18,4))", "ENUM('a', 'it''s')",
        #"UNION("n" INTEGER, "w" VARCHAR)"#, #""NULL""#, "BIGNUM", "TIME_NS",
    ])
    func whatIsWrittenIsRead(_ text: String) throws { #expect(try SQLType(parsing: text).sql == text) }

    @Test(arguments: [
        ("int8", "BIGINT"), (" numeric ( 10 , 2 ) ", "DECIMAL(10,2)"), ("decimal", "DECIMAL(18,3)"), ("dec(5)", "DECIMAL(5,0)"),
        ("character varying(80)", "VARCHAR"), ("Double\tPrecision", "DOUBLE"), ("timestamp(3)", "TIMESTAMP_MS"),
        ("timestamp without time zone", "TIMESTAMP"), ("int array", "INTEGER[]"), ("row(a int)", #"STRUCT("a" INTEGER)"#),
        (#""integer""#, "INTEGER"), ("json", "VARCHAR"),
    ])
    func otherNames(_ text: String, _ name: String) throws { #expect(try SQLType(parsing: text).sql == name) }

    @Test(arguments: [
        ("", 0), ("bignit", 0), ("decimal(10,12)", 8), ("decimal(0)", 8), ("varchar[", 8), ("int[0]", 4), ("struct(a)", 8),
        ("struct()", 7), ("map(int)", 7), ("enum(a)", 5), ("int int", 4), ("enum('a", 5), ("timestamp with zone", 10), ("int(4)", 3),
    ])
    func whatIsNoType(_ text: String, _ offset: Int) {
        #expect { try SQLType(parsing: text) } throws: { ($0 as? SQLTypeError)?.offset == offset }
    }

    @Test func deepNestingEnds() {
        #expect(throws: SQLTypeError.self) { try SQLType(parsing: String(repeating: "map(", count: 100_000)) }
    }

    /// Every name that the engine lists is known, and means what it means there.
    @Test func namesAreTheEngines() async throws {
        let rows = try await TestEngine.withSession { session in
            try await session.query(
                """
                SELECT DISTINCT type_name FROM duckdb_types() WHERE database_name = 'system' AND type_name NOT IN \
                ('array', 'enum', 'list', 'map', 'null', 'row', 'struct', 'type', 'union')
                """
            ).rows
        }
        try #require(rows.count > 60)
        try await TestEngine.withSession { session in
            for case .text(let name)? in rows.map(\.first) {
                let engines = try await session.describe("SELECT CAST(NULL AS \(name)) AS x")
                #expect(try SQLType(parsing: name) == engines[0].type, "\(name)")
            }
        }
    }
}
