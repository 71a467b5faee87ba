import Assets
import Diagnostics
import Expressions
import Support
import Testing

@Suite struct SQLRenderingTests {
    private func render(_ sql: String, _ value: JSONValue, _ type: ParameterType? = nil) -> String {
        SQLText.parse(file: sql, path: "a.sql").text.render { _ in (value, type) }.sql
    }

    @Test(arguments: [
        (.null, nil, "NULL"), (true, nil, "TRUE"), (7, nil, "7"), (-7, nil, "(-7)"), (1.5, nil, "CAST('1.5' AS DOUBLE)"),
        ("a", nil, "'a'"), ("it's", nil, "'it''s'"), ("", nil, "''"), ("2024-02-29", .date, "DATE '2024-02-29'"),
        ("2024-02-29T01:02:03", .timestamp, "TIMESTAMP '2024-02-29T01:02:03'"), ("2024-02-29", .string, "'2024-02-29'"),
        (["a", 1, "it's"], nil, "['a', 1, 'it''s']"), (["a": "it's"], nil, "'{\"a\":\"it''s\"}'"),
        ("'; drop table x; --", nil, "'''; drop table x; --'"), ("\\'; --", nil, "'\\''; --'"),
    ] as [(JSONValue, ParameterType?, String)])
    func literals(value: JSONValue, type: ParameterType?, expected: String) {
        #expect(render("select ${{ params.x }}", value, type) == "select " + expected)
    }

    /// What an attacker would like to end stays open.
    @Test(arguments: [
        ("'${{ params.x }}'", "a'b", "'a''b'"), ("'it''s ${{ params.x }}'", "a'b", "'it''s a''b'"),
        ("\"${{ params.x }}\"", "a\"b", "\"a\"\"b\""), ("'\"' || ${{ params.x }}", "a", "'\"' || 'a'"),
        ("silver.${{ params.x }}", "it's", "silver.\"it's\""), ("${{ params.x }}.orders", "a\"b", "\"a\"\"b\".orders"),
        ("1 -- ${{ params.x }}\n", "a\nselect 2", "1 -- a select 2\n"), ("/* ${{ params.x }} */ 1", "*/ drop", "/* * / drop */ 1"),
        ("-- it's\n${{ params.x }}", "a", "-- it's\n'a'"), ("/* it's */ ${{ params.x }}", "a", "/* it's */ 'a'"),
        ("/*/ ${{ params.x }} */", "*/", "/*/ * / */"), ("5 - -${{ params.x }}", "a", "5 - -'a'"),
        ("'a' '${{ params.x }}'", "';", "'a' ''';'"),
    ])
    func places(sql: String, value: String, expected: String) { #expect(render(sql, .string(value)) == expected) }

    @Test func placesLeadBackToTheFile() {
        let text = SQLText.parse(file: "select ${{ params.long_name }},\n  ä, wrong\nfrom x", path: "a.sql").text
        let rendered = text.render { _ in (1, nil) }
        #expect(rendered.sql == "select 1,\n  ä, wrong\nfrom x")
        let offset = "select 1,\n  ä, ".utf8.count
        let range = text.range(at: offset, length: 5, in: rendered)
        #expect((range.start.line, range.start.column) == (2, 6))
        #expect((range.end.line, range.end.column) == (2, 11))
        #expect(text.range(at: 7, in: rendered).start.column == 8)
    }

    /// The engine never sees the mark, yet in the file it takes three bytes and no column.
    @Test func placesCountAByteOrderMark() {
        let text = SQLText.parse(file: "\u{FEFF}select a", path: "a.sql").text
        let rendered = text.render { _ in (1, nil) }
        #expect(rendered.sql == "select a")
        let start = text.range(at: 7, in: rendered).start
        #expect((start.line, start.column, start.offset) == (1, 8, 10))
    }
}
