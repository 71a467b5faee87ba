import Testing

import Engine

@Suite struct TableReferenceTests {
    /// Each table is expected as written, at its first occurrence after the one before it.
    static let queries: [(sql: String, tables: [(name: [String], text: String)])] = [
        ("SELECT 1", []),
        ("SELECT * FROM bronze.orders o; -- end", [(["bronze", "orders"], "bronze.orders")]),
        ("FROM erp.public.\"Order Lines\"", [(["erp", "public", "Order Lines"], "erp.public")]),
        ("SELECT 'é' FROM \"é\", 'x.csv' AS c", [(["é"], "\"é\""), (["x.csv"], "'x.csv'")]),
        ("WITH a AS (SELECT * FROM a), b AS (FROM a JOIN c USING (k)) SELECT * FROM A JOIN b USING (k) JOIN main.a USING (k)",
            [(["a"], "a)"), (["c"], "c USING"), (["main", "a"], "main.a")]),
        ("WITH b AS (FROM a), a AS (SELECT 1) FROM b, a", [(["a"], "a)")]),
        ("SELECT * FROM (WITH a AS (FROM x) FROM a) s, a", [(["x"], "x)"), (["a"], "a\n")]),
        ("WITH RECURSIVE a AS (SELECT 1 AS n FROM seed UNION ALL SELECT n + 1 FROM a, step WHERE n < 3) FROM a",
            [(["seed"], "seed"), (["step"], "step")]),
        ("WITH RECURSIVE a AS (SELECT k FROM a) FROM a", [(["a"], "a) FROM")]),
        ("WITH RECURSIVE t(n) USING KEY (n) AS (SELECT 1 UNION SELECT n FROM t JOIN recurring.t r USING (n)) FROM t", []),
        ("SELECT (SELECT max(x) FROM t1), EXISTS (FROM t2), x IN (FROM t3), x = ANY (FROM t4) FROM m WHERE i > (SELECT 1 FROM t5)",
            [(["t1"], "t1"), (["t2"], "t2"), (["t3"], "t3"), (["t4"], "t4"), (["m"], "m WHERE"), (["t5"], "t5")]),
        ("FROM a UNION ALL (FROM b EXCEPT FROM c) INTERSECT FROM d", [(["a"], "a UNION"), (["b"], "b EXCEPT"), (["c"], "c)"), (["d"], "d\n")]),
        ("SELECT * FROM t1 x SEMI JOIN t2 USING (k) ASOF JOIN t3 ON x.t >= t3.t POSITIONAL JOIN t4, LATERAL (SELECT * FROM t5) l",
            [(["t1"], "t1"), (["t2"], "t2"), (["t3"], "t3"), (["t4"], "t4"), (["t5"], "t5")]),
        ("SELECT * FROM read_csv((SELECT f FROM fs)), unnest((SELECT list(x) FROM xs)), nosuch_function('q')", [(["fs"], "fs"), (["xs"], "xs")]),
        ("PIVOT s.sales ON kind IN ('a', 'b') USING sum(v)", [(["s", "sales"], "s.sales")]),
        ("UNPIVOT (FROM w) ON a, b", [(["w"], "w)")]),
        ("SELECT nosuch(x) OVER (PARTITION BY (SELECT 1 FROM p) ORDER BY (SELECT 1 FROM o)) FROM t GROUP BY (SELECT 1 FROM g) HAVING (SELECT 1 FROM h) QUALIFY (SELECT 1 FROM q) LIMIT (SELECT 1 FROM l)",
            [(["l"], "l)"), (["p"], "p)"), (["o"], "o)"), (["t"], "t GROUP"), (["g"], "g)"), (["h"], "h)"), (["q"], "q)")]),
        ("SELECT 1 ORDER BY (SELECT max(x) FROM z)", [(["z"], "z)")]),
        ("WITH a AS (SELECT 1 AS x) SELECT 1 ORDER BY (SELECT max(x) FROM a)", []),
        ("FROM t AT (VERSION => 3)", [(["t"], "t AT")]),
        ("SELECT CASE WHEN x THEN (SELECT 1 FROM a) END, [y FOR y IN (SELECT list(z) FROM b)], {'k': (SELECT 1 FROM c)} FROM d TABLESAMPLE 10%",
            [(["a"], "a)"), (["b"], "b)"), (["c"], "c)"), (["d"], "d TABLE")]),
        ("DESCRIBE t", [(["t"], "t\n")]), ("SUMMARIZE t", [(["t"], "t\n")]), ("VALUES ((SELECT 1 FROM v))", [(["v"], "v)")]),
        ("TABLE z", [(["z"], "z\n")]), ("SELECT * FROM a WHERE k = $1 AND '-- FROM x' = 'FROM y' /* FROM z */", [(["a"], "a WHERE")]),
        ("SELECT columns(c -> c IN (SELECT n FROM names)) FROM t", [(["names"], "names"), (["t"], "t\n")]),
    ]

    @Test func matrix() async throws {
        try await TestEngine.withSession { session async throws in
            for (sql, tables) in Self.queries {
                do {
                    let found = try await session.tableReferences(in: sql)
                    #expect(Set(found) == Set(tables.map { TableReference(name: $0.name, offset: Self.offset($0.text, sql)) }), "\(sql)")
                } catch {
                    Issue.record("\(sql): \(error)")
                }
            }
        }
    }

    /// A table's place: the first occurrence that begins a word. A trailing newline in `text` stands for the query's end.
    private static func offset(_ text: String, _ sql: String) -> Int? {
        let haystack = Array((sql + "\n").utf8)
        let needle = Array(text.utf8)
        return haystack.indices.first { index in
            haystack[index...].starts(with: needle) && (index == 0 || haystack[index - 1] == 0x20 || haystack[index - 1] == 0x28)
        }
    }

    @Test func syntaxErrorsHaveTheirPlace() async throws {
        try await TestEngine.withSession { session async throws in
            let error = await TestEngine.engineError { _ = try await session.tableReferences(in: "SELECT 'é' FROM WHERE x") }
            #expect(error?.kind == .syntax)
            #expect(error?.offset == 17)
            #expect(error?.message.contains("syntax error") == true)
        }
    }

    @Test(arguments: [
        "", "-- nothing", "SELECT 1; SELECT 2", "INSERT INTO a SELECT * FROM b", "CREATE TABLE x AS FROM y", "COPY (FROM a) TO 'b'",
        "PIVOT a ON k USING sum(b)", "SELECT 1 \u{0} FROM a", "WITH a AS (INSERT INTO t VALUES (1) RETURNING *) FROM a",
    ])
    func whatIsNoSingleSelect(sql: String) async throws {
        try await TestEngine.withSession { session async throws in
            let error = await TestEngine.engineError { _ = try await session.tableReferences(in: sql) }
            #expect(error?.kind == .syntax, "\(error?.message ?? "")")
            #expect(error?.sql == sql)
        }
    }

    @Test func deepNesting() async throws {
        try await TestEngine.withSession { session async throws in
            let sum = "SELECT " + Array(repeating: "1", count: 900).joined(separator: " + ") + " FROM t"
            #expect(try await session.tableReferences(in: sum) == [TableReference(name: ["t"], offset: sum.utf8.count - 1)])
            let nested = String(repeating: "SELECT * FROM (", count: 200) + "FROM t" + String(repeating: ")", count: 200)
            #expect(try await session.tableReferences(in: nested).map(\.name) == [["t"]])
            let tooDeep = "SELECT " + Array(repeating: "1", count: 100_000).joined(separator: " + ")
            #expect(await TestEngine.engineError { _ = try await session.tableReferences(in: tooDeep) } != nil)
        }
    }

    /// Somebody who does not wait for the answers ends their task: there are all of them then, or an error.
    @Test func interruptionLosesNoAnswers() async throws {
        try await TestEngine.withSession { session async throws in
            let queries = (0..<64).map { "SELECT * FROM t\($0) WHERE " + Array(repeating: "x = \($0)", count: 400).joined(separator: " OR ") }
            for pause in 0..<40 {
                let task = Task { await session.tableReferences(inEach: queries) }
                try await Task.sleep(for: .microseconds(pause * 500))
                task.cancel()
                switch await task.value {
                case .success(let answers): #expect(answers.count == queries.count)
                case .failure(let error): #expect(error.kind == .interrupted)
                }
            }
        }
    }
}
