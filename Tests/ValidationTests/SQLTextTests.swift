import Assets
import Diagnostics
import Expressions
import Support
import Testing

/// Values in SQL are literals of their type, whatever is in them.
@Suite struct SQLTextTests {
    private func render(_ sql: String, _ values: [String: (JSONValue, ParameterType?)]) -> RenderedSQL {
        let (text, found) = SQLText.parse(file: sql, path: "q.sql")
        #expect(found.isEmpty, "\(found)")
        return text.render { expression in
            expression.directParameterName.flatMap { values[$0] } ?? (.string("?"), nil)
        }
    }

    @Test(arguments: [
        ("select ${{ params.x }}", JSONValue.string("it's"), nil, "select 'it''s'"),
        ("select ${{ params.x }}", .integer(-4), .int, "select (-4)"),
        ("select ${{ params.x }}", .bool(true), .bool, "select TRUE"),
        ("select ${{ params.x }}", .null, nil, "select NULL"),
        ("select ${{ params.x }}", .string("2024-01-31"), .date, "select DATE '2024-01-31'"),
        ("select ${{ params.x }}", .array([1, "a"]), .array, "select [1, 'a']"),
        ("select 'a ${{ params.x }} b'", .string("it's"), nil, "select 'a it''s b'"),
        ("select \"c ${{ params.x }}\"", .string("a\"b"), nil, "select \"c a\"\"b\""),
        ("from bronze.${{ params.x }} t", .string("or\"ders"), nil, "from bronze.\"or\"\"ders\" t"),
        ("from ${{ params.x }}.orders", .string("erp"), nil, "from \"erp\".orders"),
        ("select 1 -- ${{ params.x }}\nfrom t", .string("a\ndrop table t"), nil, "select 1 -- a drop table t\nfrom t"),
        ("select /* ${{ params.x }} */ 1", .string("*/ drop"), nil, "select /* * / drop */ 1"),
        ("select '--' || ${{ params.x }}", .string("a"), nil, "select '--' || 'a'"),
        ("select ${{ params.x }}", .string("'; drop table t; --"), nil, "select '''; drop table t; --'"),
        ("select '$${{ no }}'", .null, nil, "select '${{ no }}'"),
    ] as [(String, JSONValue, ParameterType?, String)])
    func aValueStaysAValue(sql: String, value: JSONValue, type: ParameterType?, expected: String) {
        #expect(render(sql, ["x": (value, type)]).sql == expected)
    }

    @Test func placesLeadBackToTheFile() throws {
        let sql = "select ${{ params.x }},\n  nosuch\nfrom t"
        let (text, _) = SQLText.parse(file: sql, path: "q.sql")
        let rendered = text.render { _ in (.string(String(repeating: "long", count: 20)), nil) }
        let offset = try #require(rendered.sql.firstRange(of: "nosuch")).lowerBound.utf16Offset(in: rendered.sql)
        let range = text.range(at: offset, length: 6, in: rendered)
        #expect(range.start.line == 2)
        #expect(range.start.column == 3)
        #expect(range.end.column == 9)
        // Inside a value, the place is the expression's.
        #expect(text.range(at: 12, in: rendered).start.line == 1)
    }
}
