import Testing

import Engine

@Suite struct SQLTests {
    @Test(arguments: ["plain", "Wei rd\"q", "a'b", "é\u{301}", "\"\u{301}", "'\u{301}", "", "x;y--z", "back\\slash"])
    func quotingSurvivesTheEngine(name: String) async throws {
        try await TestEngine.withSession { session async throws in
            let rows = try await session.query("SELECT \(try SQL.literal(name)) AS \(name.isEmpty ? "x" : try SQL.identifier(name))")
            guard case .text(let text) = rows.rows[0][0] else { return }
            #expect(Array(text.utf8) == Array(name.utf8))
            if !name.isEmpty { #expect(Array(rows.columns[0].name.utf8) == Array(name.utf8)) }
        }
    }

    @Test func qualifiedNamesAndNULBytes() throws {
        #expect(try SQL.qualified(["a", "b c", "d\"e"]) == "\"a\".\"b c\".\"d\"\"e\"")
        #expect(throws: EngineError.self) { _ = try SQL.identifier("a\u{0}b") }
        #expect(throws: EngineError.self) { _ = try SQL.literal("a\u{0}b") }
    }

    @Test(arguments: [
        ("SELECT 1", "SELECT 1"), ("SELECT 1 ; -- x;\n", "SELECT 1"), ("SELECT 1;;\n/* a /* b */ ; */", "SELECT 1"),
        ("SELECT ';'", "SELECT ';'"), ("SELECT 'it''s;' ;", "SELECT 'it''s;'"), ("SELECT \";\";", "SELECT \";\""),
        ("SELECT $$;$$;", "SELECT $$;$$"), ("SELECT $a$;$$;$a$ ;", "SELECT $a$;$$;$a$"), ("SELECT E'\\';' ;", "SELECT E'\\';'"),
        ("SELECT e'\\\\' ;", "SELECT e'\\\\'"), ("SELECT name'\\';", "SELECT name'\\'"), ("SELECT $1;", "SELECT $1"),
        ("SELECT 1; SELECT 2;", "SELECT 1; SELECT 2"), (";", ""), ("-- only", ""), ("SELECT 1 - -1;", "SELECT 1 - -1"),
        ("SELECT 4 / 2 --", "SELECT 4 / 2"), ("SELECT 'open ;", "SELECT 'open ;"), ("/* open", ""), ("\r\nSELECT 1\r\n;", "\r\nSELECT 1"),
    ])
    func withoutTerminator(sql: String, expected: String) {
        #expect(SQL.withoutTerminator(sql) == expected)
    }

    @Test(arguments: [
        ("true) or (false", 4), ("(a) and (b)", nil), ("a in (')', $$)$$, E'\\')') -- )", nil), ("a /* ) */ > \")\"", nil), (")", 0), ("((a)))", 5),
        ("'open )", nil), ("a(b)) > 1", 4),
    ] as [(String, Int?)])
    func unopenedBracket(sql: String, expected: Int?) {
        #expect(SQL.unopenedBracket(in: sql) == expected)
    }

    @Test(arguments: [
        ("a = 'select'", true), ("a in ('b', 'c') and (d or not (e > date '2024-01-01'))", true), ("\"from\" = 'x' -- f(x)", true),
        ("'5'::integer > 4", true), ("repeat('x', 9) > 'y'", false), ("repeat ('x', 9)", false), ("\"repeat\"('x', 9)", false),
        ("a in (SELECT 1)", false), ("a in (FROM t)", false), ("a = ['b']", false), ("a > 1; b", false), ("x.repeat('x')", false),
        ("repeat/**/('x')", false), ("a = (1) (2)", true),
    ])
    func plainExpressions(sql: String, expected: Bool) {
        #expect(SQL.isPlainExpression(sql) == expected)
    }
}
