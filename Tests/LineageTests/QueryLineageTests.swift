import Testing

import Engine
import Lineage
import Support

/// One shape of query each: a line for each column of the result, and one for what decides on its rows.
@Suite struct QueryLineageTests {
    @Test(arguments: QueryShapes.all)
    func shape(_ shape: QueryShape) async throws {
        let shown = try await TestEngine.withSession { session in
            let columns = try await session.describe(shape.sql)
            let lineage = try QueryLineage(plan: try await session.boundPlan(of: shape.sql))
            try #require(columns.count == lineage.columns.count)
            var lines = zip(columns, lineage.columns).map { "\($0.name): \(Self.text($1))" }
            if !lineage.rows.sources.isEmpty { lines.append("rows: \(Self.text(lineage.rows))") }
            return lines.joined(separator: "\n")
        }
        #expect(shown == shape.expected)
    }

    /// What is not understood is told, never guessed.
    @Test(arguments: [
        #"{"type": "LOGICAL_TELEPORT", "children": []}"#,
        #"{"type": "LOGICAL_PROJECTION", "table_index": 1, "children": [{"type": "LOGICAL_DUMMY_SCAN", "table_index": 0}], "expressions": [{"expression_class": "BOUND_RIDDLE"}]}"#,
        #"{"type": "LOGICAL_PROJECTION", "table_index": 1, "children": [{"type": "LOGICAL_DUMMY_SCAN", "table_index": 0}], "expressions": [{"expression_class": "BOUND_REF", "index": 7}]}"#,
        #"{"type": "LOGICAL_CTE_REF", "table_index": 1, "cte_index": 0}"#,
    ])
    func unknownPlan(_ text: String) throws {
        let plan = try JSONValue(parsing: text)
        #expect(throws: PlanError.self) { try QueryLineage(plan: plan) }
    }

    @Test func foreignRowsAreNamed() async throws {
        let lineage = try await TestEngine.withSession { session in
            try QueryLineage(plan: try await session.boundPlan(of: "SELECT f.extension_name, a.id FROM duckdb_extensions() f, a"))
        }
        #expect(lineage.foreignFunctions == ["duckdb_extensions"])
        #expect(lineage.tables.map(\.name) == ["a"])
    }

    @Test func planOfAnInvalidQueryIsItsError() async throws {
        await #expect(throws: EngineError.self) {
            try await TestEngine.withSession { session in try await session.boundPlan(of: "SELECT nothing FROM a") }
        }
    }

    private static func text(_ flow: Flow) -> String {
        if flow.sources.isEmpty { return "nothing" }
        return flow.sources.sorted { $0.key < $1.key }.map { "\($0.table.name).\($0.name) \($1.single.map(\.name).joined(separator: " "))" }
            .joined(separator: ", ")
    }
}

/// A kind of query and what comes out.
struct QueryShape: Sendable, CustomTestStringConvertible {
    let name: String
    let sql: String
    let expected: String

    init(_ name: String, _ sql: String, _ expected: String) {
        self.name = name
        self.sql = sql
        self.expected = expected
    }

    var testDescription: String { name }
}
