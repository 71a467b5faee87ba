import Assets
import Engine
import Support
import Testing
import Validation

import Runtime

/// Which rows each check finds, asked of the engine.
struct CheckSQLTests {
    /// Row 1 is as it should be, row 2 is not, and in row 3 everything is NULL.
    private static let rows = """
        SELECT * FROM (VALUES (1, 'it''s', 5, DATE '2020-01-01', 10), (2, 'other', -1, DATE '1800-01-01', 99), (3, NULL, NULL, NULL, NULL))
        AS t(id, status, quantity, born, "customer key")
        """
    private static let customers = "SELECT * FROM (VALUES (10), (NULL)) AS c(\"key\")"

    private func check(_ text: String) throws -> Check {
        let (_, pipeline) = try TestProject.pipeline(
            """
            activities:
              - name: rows
                type: transform
                query: SELECT 1 AS id
                into: silver.rows
                checks:
                  - \(text)

            """)
        guard case .transform(let transform) = pipeline.activities[0].kind else { throw Missing() }
        return try #require(transform.write.checks.first)
    }

    private struct Missing: Error {}

    private func ids(_ condition: String) async throws -> [SQLValue] {
        try await TestEngine.withSession { session in
            try await session.query("SELECT id FROM (\(Self.rows)) WHERE \(condition) ORDER BY id").rows.map { $0[0] }
        }
    }

    @Test(arguments: [
        ("notNull: [status]", [3]), ("notNull: [id, quantity]", [3]),
        ("accepted: { column: status, values: [\"it's\"] }", [2]), ("accepted: { column: quantity, values: [5, null] }", [2]),
        ("range: { column: quantity, min: 0 }", [2]), ("range: { column: quantity, max: 0 }", [1]),
        ("range: { column: quantity, min: 0, max: 4 }", [1, 2]), ("range: { column: born, min: \"1900-01-01\" }", [2]),
        ("relationship: { column: customer key, to: silver.customers.key }", [2]),
        ("expression: { sql: \"quantity > 0\" }", [2]), ("expression: { sql: \"quantity > 0 -- positive\" }", [2]),
        ("expression: { sql: \"false OR quantity > 0\" }", [2]),
    ] as [(String, [Int64])])
    func `finds the rows that violate, and never one whose value is missing, except notNull`(_ text: String, _ expected: [Int64]) async throws {
        let sql = CheckSQL(check: try check(text)) { name in
            #expect(name.text == "silver.customers")
            return Self.customers
        }
        #expect(try await ids(sql.violation()) == expected.map { .integer($0) })
        // Each row is on one side or the other: nothing gets lost between what is kept and what is not.
        #expect(try await ids("NOT (\(sql.violation()))") == [1, 2, 3].filter { !expected.contains($0) }.map { .integer($0) })
    }

    @Test func `the reason names every check that a row violates`() async throws {
        let checks = try ["range: { column: quantity, min: 0 }", "expression: { sql: \"born > '1900-01-01'\", name: too old }"].map {
            CheckSQL(check: try check($0)) { _ in "" }
        }
        let reason = try CheckSQL.reason(checks)
        #expect(try await ids("\(reason) LIKE '%quantity%; too old'") == [.integer(2)])
        #expect(try await ids("\(reason) = ''") == [.integer(1), .integer(3)])
    }
}
