import Testing

import Engine
import Support

@Suite struct ParquetTests {
    @Test func filesStatisticsAndContent() async throws {
        try await TestEngine.withFolder { folder async throws in
            try await TestEngine.withSession { session async throws in
                let query = """
                    SELECT i::TINYINT AS ti, i AS bi, (i * 1.25)::DECIMAL(9,2) AS de, (i * 1.25)::DECIMAL(30,10) AS big,
                        DATE '2024-01-01' + i::INTEGER AS d, TIMESTAMP '2024-01-01 10:00:00' + INTERVAL (i * 500) MILLISECOND AS ts,
                        TIMESTAMPTZ '2024-01-01 10:00:00.25+02' AS tz, TIMESTAMP_NS '2024-01-01 10:00:00.123456789' AS ns,
                        TIME '10:11:12.5' AS tm, 'it''s "' || i AS vc, i % 2 = 0 AS bo, i::FLOAT AS f,
                        CASE WHEN i = 1 THEN 'nan'::DOUBLE ELSE i END AS nan, 'inf'::DOUBLE AS inf, 'ab'::BLOB AS bl,
                        UUID '00000000-0000-0000-0000-0000000000ff' AS u, INTERVAL 1 DAY AS iv, 'x'::ENUM('x', 'y') AS en,
                        {'a': i} AS st, [i, NULL] AS li, NULL::INTEGER AS nul, nullif(i, 1) AS part, DATE 'infinity' AS di,
                        i::HUGEINT AS hi, TIMETZ '10:00:00+01' AS tt, i AS "We ird""q.x"
                    FROM range(3) t(i); -- the end
                    """
                let files = try await session.writeParquet(ParquetWriteRequest(query: query, directory: folder, fileNamePrefix: "part"))
                #expect(files.map(\.name) == ["part-00000.parquet"])
                let file = try #require(files.first)
                #expect(file.rowCount == 3)
                #expect(file.partition == nil)
                #expect(try FileSystem.size(of: folder + "/part-00000.parquet") == file.size)
                #expect(try FileSystem.list(folder).map(\.name) == ["part-00000.parquet"])
                func bounds(_ least: String?, _ greatest: String?, nulls: Int? = 0) -> ColumnStatistics {
                    ColumnStatistics(nullCount: nulls, minimum: least, maximum: greatest)
                }
                let expected: [String: ColumnStatistics] = [
                    "ti": bounds("0", "2"), "bi": bounds("0", "2"), "de": bounds("0.00", "2.50"),
                    "big": bounds("0.0000000000", "2.5000000000"), "d": bounds("2024-01-01", "2024-01-03"),
                    "ts": bounds("2024-01-01 10:00:00", "2024-01-01 10:00:01"),
                    "tz": bounds("2024-01-01 08:00:00.25+00", "2024-01-01 08:00:00.25+00"),
                    "ns": bounds("2024-01-01 10:00:00.123456789", "2024-01-01 10:00:00.123456789"),
                    "tm": bounds("10:11:12.5", "10:11:12.5"), "vc": bounds("it's \"0", "it's \"2"), "bo": bounds("false", "true"),
                    "f": bounds("0.0", "2.0"), "nan": bounds(nil, nil), "inf": bounds(nil, nil), "bl": bounds(nil, nil),
                    "u": bounds("00000000-0000-0000-0000-0000000000ff", "00000000-0000-0000-0000-0000000000ff"),
                    "iv": bounds(nil, nil, nulls: nil), "en": bounds(nil, nil), "nul": bounds(nil, nil, nulls: 3),
                    "part": bounds("0", "2", nulls: 1), "di": bounds(nil, nil), "hi": bounds(nil, nil),
                    "tt": bounds(nil, nil, nulls: nil), "We ird\"q.x": bounds("0", "2"),
                ]
                for (name, statistics) in expected { #expect(file.statistics[name] == statistics, "\(name)") }
                #expect(Set(file.statistics.keys) == Set(expected.keys))
                let back = try await session.query("SELECT bi, vc, part FROM '\(folder)/part-00000.parquet' ORDER BY bi")
                #expect(back.rows[1] == [.integer(1), .text("it's \"1"), .null])
            }
        }
    }

    /// Long texts are cut; what is left has to be a bound all the same.
    @Test func boundsOfLongTextsHold() async throws {
        try await TestEngine.withFolder { folder async throws in
            try await TestEngine.withSession { session async throws in
                let cases = [
                    "repeat('a', 300)", "repeat('é', 200)", "repeat('😀', 100)", "repeat('z', 255) || 'é' || repeat('y', 30)",
                    "repeat(chr(1114111), 90)", "repeat('~', 300)", "repeat('a', 254) || '😀' || 'b'", "'short'", "''",
                ]
                for (index, text) in cases.enumerated() {
                    let files = try await session.writeParquet(ParquetWriteRequest(
                        query: "SELECT \(text) AS t", directory: folder, fileNamePrefix: "c\(index)"))
                    let statistics = try #require(files.first?.statistics["t"])
                    for row in try await session.query("SELECT \(text)").rows {
                        guard case .text(let value) = row[0] else { continue }
                        let bytes = Array(value.utf8)
                        if let minimum = statistics.minimum { #expect(!bytes.lexicographicallyPrecedes(minimum.utf8), "\(text)") }
                        if let maximum = statistics.maximum { #expect(!Array(maximum.utf8).lexicographicallyPrecedes(bytes), "\(text)") }
                        #expect(statistics.minimum.map { !$0.unicodeScalars.contains("\u{FFFD}") } ?? true, "\(text)")
                        #expect(statistics.maximum.map { !$0.unicodeScalars.contains("\u{FFFD}") } ?? true, "\(text)")
                    }
                }
            }
        }
    }

    @Test func splitByAColumn() async throws {
        try await TestEngine.withFolder { folder async throws in
            try await TestEngine.withSession { session async throws in
                let files = try await session.writeParquet(ParquetWriteRequest(
                    query: "SELECT i, i % 10 = 0 AS \"re\"\"ject\" FROM range(100000) t(i)", directory: folder, fileNamePrefix: "p",
                    splitColumn: "re\"ject"))
                #expect(files.filter { $0.partition == true }.map(\.rowCount).reduce(0, +) == 10_000)
                #expect(files.filter { $0.partition == false }.map(\.rowCount).reduce(0, +) == 90_000)
                #expect(files.allSatisfy { $0.statistics.keys.elementsEqual(["i"]) })
                for file in files {
                    let rows = try await session.query("SELECT bool_and((i % 10 = 0) = $1) FROM '\(folder)/\(file.name)'", [.boolean(file.partition == true)])
                    #expect(rows.rows == [[.boolean(true)]])
                    #expect(try await session.describe("FROM '\(folder)/\(file.name)'").map(\.name) == ["i"])
                }
                #expect(Set(try FileSystem.list(folder).map(\.name)) == Set(files.map(\.name)))
                let none = try await session.writeParquet(ParquetWriteRequest(
                    query: "SELECT 1 AS i, false AS s", directory: folder, fileNamePrefix: "q", splitColumn: "s"))
                #expect(none.map(\.partition) == [false])
            }
        }
    }

    @Test func filesOfALimitedSize() async throws {
        try await TestEngine.withFolder { folder async throws in
            try await TestEngine.withSession { session async throws in
                let files = try await session.writeParquet(ParquetWriteRequest(
                    query: "SELECT i, md5(i::VARCHAR) AS h FROM range(500000) t(i)", directory: folder, fileNamePrefix: "p",
                    targetFileSize: 2_000_000, rowGroupSize: 50_000))
                #expect(files.count > 2)
                #expect(files.map(\.rowCount).reduce(0, +) == 500_000)
                #expect(Set(files.map(\.name)).count == files.count)
                #expect(try await session.query("SELECT count(DISTINCT i) FROM '\(folder)/p-*.parquet'").rows == [[.integer(500_000)]])
            }
        }
    }

    @Test func noRowsNoFile() async throws {
        try await TestEngine.withFolder { folder async throws in
            try await TestEngine.withSession { session async throws in
                for split in [nil, "s"] {
                    let files = try await session.writeParquet(ParquetWriteRequest(
                        query: "SELECT i, true AS s FROM range(0) t(i)", directory: folder, fileNamePrefix: "p", splitColumn: split))
                    #expect(files.isEmpty)
                    #expect(try FileSystem.list(folder).isEmpty)
                }
            }
        }
    }

    @Test(arguments: [
        "VALUES (1), (2)", "FROM (SELECT 1 AS a)", "WITH a AS (SELECT 1 AS b) FROM a", "SELECT 1 AS a ORDER BY a LIMIT 1 ;;",
        "PIVOT (SELECT 'x' AS k, 1 AS v) ON k IN ('x', 'y') USING sum(v)", "SELECT 1 AS a UNION ALL SELECT 2 /* ; */ -- ;",
        "SELECT ';' AS a, $$;$$ AS b;",
    ])
    func queriesOfAllForms(query: String) async throws {
        try await TestEngine.withFolder { folder async throws in
            try await TestEngine.withSession { session async throws in
                let files = try await session.writeParquet(ParquetWriteRequest(query: query, directory: folder, fileNamePrefix: "p"))
                #expect(files.count == 1)
            }
        }
    }

    @Test func aFailedQueryLeavesNoFiles() async throws {
        try await TestEngine.withFolder { folder async throws in
            try await TestEngine.withSession { session async throws in
                func fails(_ query: String, split: String? = nil, directory: String? = nil) async -> EngineError? {
                    await TestEngine.engineError {
                        _ = try await session.writeParquet(ParquetWriteRequest(
                            query: query, directory: directory ?? folder, fileNamePrefix: "p", splitColumn: split))
                    }
                }
                let late = "SELECT CASE WHEN i = 900000 THEN error('late') ELSE i END AS v, i % 2 = 0 AS s FROM range(1000000) t(i)"
                #expect(await fails(late)?.message.contains("late") == true)
                #expect(await fails(late, split: "s")?.message.contains("late") == true)
                let unknown = "SELECT 'é', missing FROM range(3)"
                #expect(await fails(unknown)?.offset == ErrorTests.offset(of: "missing", in: unknown))
                #expect(await fails(unknown)?.sql == unknown)
                #expect(await fails("SELECT 1 AS a; SELECT 2")?.kind == .syntax)
                #expect(await fails("CREATE TABLE t (a INTEGER)")?.kind == .syntax)
                #expect(await fails("SELECT 1 AS a", split: "b")?.kind == .binder)
                #expect(await fails("SELECT 1 AS a, 2 AS b", split: "b")?.kind == .binder)
                #expect(await fails("SELECT 1 AS a, NULL::BOOLEAN AS b", split: "b")?.kind == .constraint)
                #expect(await fails("SELECT 1 AS a", directory: "/proc/nowhere")?.kind == .inputOutput)
                let cancelled = Task {
                    try await session.writeParquet(ParquetWriteRequest(
                        query: "SELECT hash(a.range, b.range) AS h FROM range(1000000) a, range(1000000) b", directory: folder, fileNamePrefix: "p"))
                }
                try await Task.sleep(for: .milliseconds(200))
                cancelled.cancel()
                #expect(await TestEngine.engineError { _ = try await cancelled.value }?.kind == .interrupted)
                #expect(try FileSystem.list(folder).isEmpty)
            }
        }
    }

    @Test func nothingIsOverwritten() async throws {
        try await TestEngine.withFolder { folder async throws in
            try await TestEngine.withSession { session async throws in
                let request = ParquetWriteRequest(query: "SELECT 1 AS a", directory: folder, fileNamePrefix: "p")
                _ = try await session.writeParquet(request)
                #expect(await TestEngine.engineError { _ = try await session.writeParquet(request) }?.kind == .inputOutput)
                #expect(try FileSystem.list(folder).map(\.name) == ["p-00000.parquet"])
            }
        }
    }
}
