/// What is expected was read, line by line, against the meaning of each query.
enum QueryShapes {
    static let all: [QueryShape] = [
        QueryShape(
            "constants",
            "SELECT 1 AS one, 'x' AS x",
            """
            one: nothing
            x: nothing
            """),
        QueryShape(
            "a column, renamed",
            "SELECT id AS key FROM a",
            """
            key: a.id identity
            """),
        QueryShape(
            "an expression",
            "SELECT id + x AS n, upper(y) AS y, d::VARCHAR AS d FROM a",
            """
            n: a.id transformation, a.x transformation
            y: a.y transformation
            d: a.d transformation
            """),
        QueryShape(
            "a star, in the table's order",
            "SELECT * EXCLUDE (l, s) REPLACE (x + 1 AS x) FROM a",
            """
            id: a.id identity
            x: a.x transformation
            y: a.y identity
            d: a.d identity
            """),
        QueryShape(
            "only the number of rows",
            "SELECT count(*) AS n FROM a",
            """
            n: nothing
            """),
        QueryShape(
            "the number of a row is no column",
            "SELECT rowid AS r FROM a",
            """
            r: nothing
            """),
        QueryShape(
            "a filter",
            "SELECT id FROM a WHERE x > 3 AND y LIKE 'a%'",
            """
            id: a.id identity
            rows: a.x filter, a.y filter
            """),
        QueryShape(
            "a join",
            "SELECT a.id, b.z FROM a JOIN b ON b.a_id = a.id",
            """
            id: a.id identity
            z: b.z identity
            rows: a.id join, b.a_id join
            """),
        QueryShape(
            "a join by USING gives the column of one side",
            "SELECT id, z FROM a LEFT JOIN b USING (id)",
            """
            id: a.id identity
            z: b.z identity
            rows: a.id join, b.id join
            """),
        QueryShape(
            "a full join by USING takes what there is",
            "SELECT id FROM a FULL JOIN b USING (id)",
            """
            id: a.id transformation, b.id transformation
            rows: a.id join, b.id join
            """),
        QueryShape(
            "a join in WHERE is a filter to the engine",
            "SELECT a.id FROM a, b WHERE a.id = b.id",
            """
            id: a.id identity
            rows: a.id filter, b.id filter
            """),
        QueryShape(
            "a join by inequality",
            "SELECT a.id FROM a JOIN b ON a.x < b.z OR a.id = b.id",
            """
            id: a.id identity
            rows: a.id join, a.x join, b.id join, b.z join
            """),
        QueryShape(
            "a filter inside of a join's condition",
            "SELECT a.id FROM a LEFT JOIN b ON a.id = b.a_id AND b.z > 1",
            """
            id: a.id identity
            rows: a.id join, b.a_id join, b.z filter
            """),
        QueryShape(
            "a cross join",
            "SELECT a.id, b.z FROM a CROSS JOIN b",
            """
            id: a.id identity
            z: b.z identity
            """),
        QueryShape(
            "a positional join",
            "SELECT a.id, b.z FROM a POSITIONAL JOIN b",
            """
            id: a.id identity
            z: b.z identity
            """),
        QueryShape(
            "an as-of join",
            "SELECT a.id, b.z FROM a ASOF JOIN b ON a.id = b.id AND a.d >= b.t",
            """
            id: a.id identity
            z: b.z identity
            rows: a.d join, a.id join, b.id join, b.t join
            """),
        QueryShape(
            "a semi-join",
            "SELECT a.id FROM a SEMI JOIN b ON a.id = b.a_id",
            """
            id: a.id identity
            rows: a.id join, b.a_id join
            """),
        QueryShape(
            "an anti-join",
            "SELECT a.id FROM a ANTI JOIN b ON a.id = b.a_id",
            """
            id: a.id identity
            rows: a.id join, b.a_id join
            """),
        QueryShape(
            "groups",
            "SELECT x, sum(id) AS total, max(d) AS last FROM a GROUP BY x",
            """
            x: a.x identity
            total: a.id aggregation
            last: a.d aggregation
            rows: a.x groupBy
            """),
        QueryShape(
            "a filter behind groups",
            "SELECT x FROM a GROUP BY x HAVING count(y) > 3",
            """
            x: a.x identity
            rows: a.x groupBy, a.y filter
            """),
        QueryShape(
            "filter and order of an aggregate",
            "SELECT string_agg(y, ',' ORDER BY d) FILTER (WHERE x > 1) AS names FROM a",
            """
            names: a.d sort, a.x filter, a.y aggregation
            """),
        QueryShape(
            "grouping sets",
            "SELECT x, y, sum(id) AS total, grouping(x) AS g FROM a GROUP BY ROLLUP (x, y)",
            """
            x: a.x identity
            y: a.y identity
            total: a.id aggregation
            g: nothing
            rows: a.x groupBy, a.y groupBy
            """),
        QueryShape(
            "an expression upon an aggregate",
            "SELECT sum(x) / count(id) AS mean FROM a",
            """
            mean: a.id aggregation, a.x aggregation
            """),
        QueryShape(
            "distinct rows",
            "SELECT DISTINCT x FROM a",
            """
            x: a.x identity
            rows: a.x groupBy
            """),
        QueryShape(
            "the first row of each",
            "SELECT DISTINCT ON (x) x, y FROM a ORDER BY x, d",
            """
            x: a.x identity
            y: a.y identity
            rows: a.d sort, a.x groupBy sort
            """),
        QueryShape(
            "an order",
            "SELECT id FROM a ORDER BY x LIMIT 3",
            """
            id: a.id identity
            rows: a.x sort
            """),
        QueryShape(
            "a limit that is asked",
            "SELECT id FROM a LIMIT (SELECT count(z) FROM b)",
            """
            id: a.id identity
            rows: b.z filter
            """),
        QueryShape(
            "UNION adds up",
            "SELECT id, x FROM a UNION ALL SELECT a_id, z FROM b",
            """
            id: a.id identity, b.a_id identity
            x: a.x transformation, b.z identity
            """),
        QueryShape(
            "UNION BY NAME",
            "SELECT id, x FROM a UNION ALL BY NAME SELECT z AS x, id FROM b",
            """
            id: a.id identity, b.id identity
            x: a.x transformation, b.z identity
            """),
        QueryShape(
            "EXCEPT has values of the left only",
            "SELECT id FROM a EXCEPT ALL SELECT a_id FROM b",
            """
            id: a.id identity
            rows: a.id filter, b.a_id filter
            """),
        QueryShape(
            "INTERSECT, too",
            "SELECT id FROM a INTERSECT ALL SELECT a_id FROM b",
            """
            id: a.id identity
            rows: a.id filter, b.a_id filter
            """),
        QueryShape(
            "a common table expression",
            "WITH q AS (SELECT id, x * 2 AS twice FROM a WHERE d IS NOT NULL) SELECT twice FROM q",
            """
            twice: a.x transformation
            rows: a.d filter
            """),
        QueryShape(
            "used twice",
            "WITH q AS MATERIALIZED (SELECT id, x FROM a) SELECT one.id, two.x FROM q one JOIN q two USING (id)",
            """
            id: a.id identity
            x: a.x identity
            rows: a.id join
            """),
        QueryShape(
            "not used",
            "WITH q AS MATERIALIZED (SELECT id FROM a WHERE x > 1) SELECT z FROM b",
            """
            z: b.z identity
            """),
        QueryShape(
            "a recursion",
            "WITH RECURSIVE t(id, depth) AS (SELECT id, 0 FROM e WHERE parent IS NULL UNION ALL SELECT e.id, depth + 1 FROM e JOIN t ON e.parent = t.id) SELECT * FROM t",
            """
            id: e.id identity
            depth: nothing
            rows: e.id join, e.parent join filter
            """),
        QueryShape(
            "a recursion that passes columns round",
            "WITH RECURSIVE t(p, q) AS (SELECT id, parent FROM e UNION ALL SELECT q, p FROM t) SELECT p FROM t",
            """
            p: e.id identity, e.parent identity
            """),
        QueryShape(
            "a recursion with a key",
            "WITH RECURSIVE t(id, n) USING KEY (id) AS (SELECT id, 0 FROM e UNION SELECT e.id, r.n + 1 FROM e JOIN t ON e.parent = t.id JOIN recurring.t r ON r.id = e.id) SELECT n FROM t",
            """
            n: nothing
            rows: e.id join groupBy, e.parent join
            """),
        QueryShape(
            "windows",
            "SELECT row_number() OVER (PARTITION BY x ORDER BY d) AS n, sum(x) OVER (ORDER BY id) AS sum, lag(y) OVER (ORDER BY d) AS y FROM a",
            """
            n: a.d window, a.x window
            sum: a.id window, a.x aggregation
            y: a.d window, a.y transformation
            """),
        QueryShape(
            "the newest row of each",
            "SELECT id FROM a QUALIFY row_number() OVER (PARTITION BY x ORDER BY d DESC) = 1",
            """
            id: a.id identity
            rows: a.d filter, a.x filter
            """),
        QueryShape(
            "a list taken apart",
            "SELECT id, unnest(l) AS item FROM a",
            """
            id: a.id identity
            item: a.l transformation
            """),
        QueryShape(
            "a list taken apart in FROM",
            "SELECT id, item FROM a, unnest(l) t(item)",
            """
            id: a.id identity
            item: a.l transformation
            """),
        QueryShape(
            "a table function of a column",
            "SELECT i, x FROM a, generate_series(1, x) t(i)",
            """
            i: a.x transformation
            x: a.x identity
            """),
        QueryShape(
            "a table function of constants",
            "SELECT i FROM range(10) t(i)",
            """
            i: nothing
            """),
        QueryShape(
            "rows that are written out",
            "SELECT k, v FROM (VALUES (1, 'a'), (2, 'b')) t(k, v)",
            """
            k: nothing
            v: nothing
            """),
        QueryShape(
            "fields of a structure",
            "SELECT s.f AS f, s AS all_of_it FROM a",
            """
            f: a.s transformation
            all_of_it: a.s identity
            """),
        QueryShape(
            "a row as a structure",
            "SELECT struct_pack(k := id, v := y) AS pair FROM a",
            """
            pair: a.id transformation, a.y transformation
            """),
        QueryShape(
            "a choice",
            "SELECT CASE WHEN x > 3 THEN y ELSE 'n' END AS c, coalesce(y, d::VARCHAR) AS k, nullif(x, id) AS n FROM a",
            """
            c: a.x conditional, a.y transformation
            k: a.d transformation, a.y transformation
            n: a.id conditional, a.x transformation conditional
            """),
        QueryShape(
            "a lambda",
            "SELECT list_transform(l, item -> item + x) AS items FROM a",
            """
            items: a.l transformation, a.x transformation
            """),
        QueryShape(
            "a list comprehension",
            "SELECT [item + 1 FOR item IN l IF item > 2] AS items FROM a",
            """
            items: a.l transformation
            """),
        QueryShape(
            "a subquery's value",
            "SELECT id, (SELECT max(z) FROM b WHERE t IS NULL) AS m FROM a",
            """
            id: a.id identity
            m: b.t filter, b.z aggregation
            """),
        QueryShape(
            "a subquery's only row",
            "SELECT (SELECT z FROM b) AS z FROM a",
            """
            z: b.z identity
            """),
        QueryShape(
            "a correlated subquery",
            "SELECT id, (SELECT max(z) FROM b WHERE b.a_id = a.id) AS m FROM a",
            """
            id: a.id identity
            m: a.id filter, b.a_id filter, b.z aggregation
            """),
        QueryShape(
            "EXISTS",
            "SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.a_id = a.id)",
            """
            x: a.x identity
            rows: a.id filter, b.a_id filter
            """),
        QueryShape(
            "IN with a subquery",
            "SELECT id FROM a WHERE x IN (SELECT a_id FROM b WHERE z > 1)",
            """
            id: a.id identity
            rows: a.x filter, b.a_id filter, b.z filter
            """),
        QueryShape(
            "IN as a value",
            "SELECT id, x IN (SELECT a_id FROM b) AS known FROM a",
            """
            id: a.id identity
            known: a.x transformation, b.a_id transformation
            """),
        QueryShape(
            "correlated twice",
            "SELECT (SELECT list(z) FROM b WHERE b.a_id = a.id AND b.z > (SELECT avg(e.id) FROM e WHERE e.parent = a.x)) AS zs FROM a",
            """
            zs: a.id filter, a.x filter, b.a_id filter, b.z aggregation filter, e.id filter, e.parent filter
            """),
        QueryShape(
            "a lateral join",
            "SELECT a.id, q.z FROM a LEFT JOIN LATERAL (SELECT z FROM b WHERE b.a_id = a.id ORDER BY t LIMIT 1) q ON true",
            """
            id: a.id identity
            z: b.z identity
            rows: a.id filter, b.a_id filter, b.t filter
            """),
        QueryShape(
            "a lateral alias",
            "SELECT q.f FROM (SELECT s FROM a) p, LATERAL (SELECT p.s.f AS f) q",
            """
            f: a.s transformation
            """),
        QueryShape(
            "a view",
            "SELECT double_x FROM v",
            """
            double_x: a.x transformation
            """),
        QueryShape(
            "macros",
            "SELECT next(x) AS n, above.y FROM a JOIN above(3) AS above ON above.id = a.id",
            """
            n: a.x transformation
            y: a.y identity
            rows: a.id join, a.x filter
            """),
        QueryShape(
            "PIVOT",
            "SELECT * FROM (SELECT id, x, y FROM a) PIVOT (sum(x) FOR y IN ('p', 'q'))",
            """
            id: a.id identity
            p: a.x aggregation, a.y filter
            q: a.x aggregation, a.y filter
            rows: a.id groupBy
            """),
        QueryShape(
            "UNPIVOT",
            "SELECT * FROM (SELECT t, id, a_id FROM b) UNPIVOT (v FOR k IN (id, a_id))",
            """
            t: b.t identity
            k: nothing
            v: b.a_id transformation, b.id transformation
            rows: b.a_id filter, b.id filter
            """),
        QueryShape(
            "a sample",
            "SELECT id FROM a USING SAMPLE 10%",
            """
            id: a.id identity
            """),
    ]
}
