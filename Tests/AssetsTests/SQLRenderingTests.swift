import Assets
import Diagnostics
import Expressions
import Support
import Testing

@Suite struct SQLRenderingTests {
    @Test func secretsAreNoPartOfTheSQL() {
        func render(_ sql: String, _ value: JSONValue, _ type: ParameterType? = nil) -> RenderedSQL {
            SQLText.parse(file: sql, path: "a.sql").text.render { _ in TypedValue(value, type, isSensitive: true) }
        }
        let rendered = render("select * from t where a =${{ params.x }} and b in (select unnest(${{ params.y }})) -- ${{ params.x }}", ["hunter", 7])
        #expect(!rendered.sql.contains("hunter") && !rendered.sql.contains("7"))
        #expect(rendered.secrets.values.map(\.name) == (1...4).map { "pipectl_secret_\($0)" })
        #expect(rendered.secrets.values.map(\.value) == ["hunter", 7, "hunter", 7])
        let expected: [(JSONValue, ParameterType?, String)] = [
            ("x", nil, "VARCHAR"), ("2000-01-01", .date, "DATE"), (5, nil, "INTEGER"), (5_000_000_000, nil, "BIGINT"), (5, .float, "DOUBLE"),
            (true, nil, "BOOLEAN"), (["a": 1], .object, "VARCHAR"),
        ]
        for (value, type, name) in expected {
            #expect(render("select ${{ params.x }}", value, type).sql == "select CAST(getvariable('pipectl_secret_1') AS \(name))")
        }
        for sql in ["select 'a ${{ params.x }}'", "select E'a ${{ params.x }}'", "select 1 as \"${{ params.x }}\"", "select t.${{ params.x }}"] {
            let rendered = render(sql, "hunter")
            #expect(rendered.misplaced.map(\.isSecret) == [true] && !rendered.sql.contains("hunter"), "\(sql)")
        }
    }

    private func render(_ sql: String, _ value: JSONValue, _ type: ParameterType? = nil) -> String {
        SQLText.parse(file: sql, path: "a.sql").text.render { _ in TypedValue(value, type) }.sql
    }

    @Test(arguments: [
        (.null, nil, "NULL"), (true, nil, "TRUE"), (7, nil, "7"), (-7, nil, "(-7)"), (1.5, nil, "1.5e0"), (-1.5, nil, "(-1.5e0)"),
        (5, .float, "5.0e0"), (1e22, nil, "1e+22"), (.double(5), .int, "5"),
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
        ("1 -- ${{ params.x }}\n", "a\nselect 2", "1 --  \n"), ("/* ${{ params.x }} */ 1", "*/ drop", "/*   */ 1"),
        ("-- it's\n${{ params.x }}", "a", "-- it's\n'a'"), ("/* it's */ ${{ params.x }}", "a", "/* it's */ 'a'"),
        ("/*/ ${{ params.x }} */", "*/", "/*/   */"), ("5 - -${{ params.x }}", "a", "5 - -'a'"),
        ("'a' '${{ params.x }}'", "';", "'a' ''';'"), ("E'${{ params.x }}'", "\\'", "E'\\\\'''"), ("'${{ params.x }}'", "\\'", "'\\'''"),
        ("e${{ params.x }}", "a", "e 'a'"), ("E'a'\n${{ params.x }}", "\\", "E'a'\n'\\\\'"), ("/* x */* ${{ params.x }}", "a", "/* x */* 'a'"),
        ("-- it's\r${{ params.x }}", "a", "-- it's\r'a'"), ("/* /* */ ${{ params.x }} */", "*/", "/* /* */   */"),
        ("date${{ params.x }}", "2024-01-01", "date '2024-01-01'"), ("u&${{ params.x }}", "a", "u& 'a'"),
    ])
    func places(sql: String, value: String, expected: String) { #expect(render(sql, .string(value)) == expected) }

    /// Where nothing that is put in could be told from SQL.
    @Test(arguments: [
        ("$$ ${{ params.x }} $$", true), ("$t$ $$ ${{ params.x }}$t$", true), ("$t$ $t$ ${{ params.x }}", false),
        ("a$$ ${{ params.x }}", false), ("1$$ ${{ params.x }}", true), ("$1$$ ${{ params.x }}", true), ("$1$ ${{ params.x }}", false),
        ("x'${{ params.x }}'", true), ("B'${{ params.x }}'", true), ("ax'${{ params.x }}'", false), ("E'\\${{ params.x }}'", true),
        ("E'\\\\${{ params.x }}'", false), ("éE'${{ params.x }}'", true), ("éa'${{ params.x }}'", false), ("\u{A0}$$ ${{ params.x }}", true),
        ("é'${{ params.x }}'", false), ("E'a'\n\u{A0}'${{ params.x }}'", true), ("$é$ ${{ params.x }}", true),
    ])
    func refused(sql: String, isRefused: Bool) {
        let rendered = SQLText.parse(file: sql, path: "a.sql").text.render { _ in TypedValue("value", .string) }
        #expect(rendered.misplaced.count == (isRefused ? 1 : 0), "\(rendered.sql)")
        #expect(rendered.sql.contains("value") != isRefused, "\(rendered.sql)")
    }

    @Test func placesLeadBackToTheFile() {
        let text = SQLText.parse(file: "select ${{ params.long_name }},\n  ä, wrong\nfrom x", path: "a.sql").text
        let rendered = text.render { _ in TypedValue(1) }
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
        let rendered = text.render { _ in TypedValue(1) }
        #expect(rendered.sql == "select a")
        let start = text.range(at: 7, in: rendered).start
        #expect((start.line, start.column, start.offset) == (1, 8, 10))
    }
}
