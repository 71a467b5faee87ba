import Foundation
import Testing

import Engine
import Lake
import Support

@Suite struct StatisticsTests {
    /// Random rows in several files: with file skipping by our statistics, delta-rs and DuckDB find what a full scan finds.
    @Test(arguments: [11, 12] as [UInt64])
    func boundsAreTrue(_ seed: UInt64) async throws {
        try await LakeFixture.with { fixture in
            var random = SplitMix(seed)
            let table = try fixture.table()
            let texts = [
                "''", "'a'", "'\(String(repeating: "é", count: 40))'", "'\(String(repeating: "z", count: 33))'", "'ä''b'",
                "'\(String(repeating: "z", count: 32))'", "repeat('q', 600)", "chr(1114111)", "repeat(chr(1114111), 40)", "'%_'", "NULL",
            ]
            let moments = [
                "'2024-01-02 03:04:05.123456'", "'2024-01-02 03:04:05.123999'", "'2024-01-02 03:04:05.124'", "'1969-12-31 23:59:59.999999'",
                "'0044-03-15 (BC) 00:00:00'", "'infinity'", "'2024-02-29'", "NULL",
            ]
            let numbers = ["0.1", "-0.0", "1e300", "'nan'", "'inf'", "-1.5", "NULL", "0.30000000000000004"]
            func pick(_ list: [String]) -> String { list.randomElement(using: &random) ?? "NULL" }
            for _ in 0..<8 {
                var rows: [String] = []
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let whole = Int64.random(in: -3...3, using: &random)
                    rows.append("""
                        (\(Bool.random(using: &random) ? "\(whole)" : "\(Int64.max - 3 + whole)")::BIGINT, \(pick(texts)), \
                        \(pick(moments))::TIMESTAMP, \(pick(moments.filter { !$0.contains("BC") }))::TIMESTAMPTZ, \(pick(numbers))::DOUBLE, \
                        \(pick(numbers.filter { $0 != "1e300" }))::FLOAT, \
                        \(pick(["12345678901234567890.12", "-0.01", "99999999999999999999.99", "0", "NULL"]))::DECIMAL(30,2), \
                        \(pick(["'2024-01-01'", "'0001-01-01'", "'9999-12-31'", "NULL"]))::DATE, \(pick(["true", "false", "NULL"]))::BOOLEAN)
                        """)
                }
                try await fixture.append("SELECT * FROM (VALUES \(rows.joined(separator: ", "))) t(i, s, \"at\", moment, d, f, m, day, b)", to: table)
            }
            var predicates = ["b", "NOT b", "d > 5", "d <= 0", "f > 0.0", "f < -1.0", "s IS NULL", "\"at\" IS NOT NULL"]
            for op in ["=", "<", ">", ">=", "<="] {
                predicates += texts.filter { $0 != "NULL" }.map { "s \(op) \($0.replacing("\\", with: ""))" }
                predicates += ["0", "2", "-3", "9223372036854775804", "9223372036854775807"].map { "i \(op) \($0)" }
                predicates += ["2024-01-02 03:04:05.123456", "2024-01-02 03:04:05.1235", "2024-01-02 03:04:05.124", "1969-12-31 23:59:59.999999"]
                    .map { "\"at\" \(op) TIMESTAMP '\($0)'" }
                predicates += ["0.1", "0.30000000000000004", "0"].map { "d \(op) \($0)" }
                predicates += ["12345678901234567890.12", "-0.01", "99999999999999999999.99"].map { "m \(op) CAST('\($0)' AS DECIMAL(30,2))" }
                predicates += ["2024-01-01", "0001-01-01", "9999-12-31"].map { "day \(op) DATE '\($0)'" }
            }
            let file = fixture.lake.root + "/predicates"
            try FileSystem.writeAtomically(Array(predicates.joined(separator: "\n").utf8), to: file)
            let answers = try Judge.run(["skip", table.directory, file]).asArray ?? []
            #expect(answers.count == predicates.count)
            for answer in answers {
                let predicate = answer["predicate"]?.asString ?? ""
                #expect(answer["duckdb"] == answer["full"], "DuckDB: \(predicate)")
                // NaN and the strings of DuckDB's own functions aside, both engines mean the same by a predicate.
                if !predicate.hasPrefix("d ") , !predicate.hasPrefix("f ") { #expect(answer["deltaRs"] == answer["full"], "delta-rs: \(predicate)") }
            }
        }
    }

    @Test func textIsThere() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("""
                SELECT * FROM (VALUES (1, 'a', 1.50::DECIMAL(5,2), TIMESTAMP '2024-01-02 03:04:05.123456', 0.5), (NULL, repeat('x', 50), -2, NULL, NULL))
                t("q""u", s, m, "at", f)
                """, to: table)
            let stats = try JSONValue(parsing: try await table.requiredSnapshot().files[0].stats ?? "")
            #expect(stats["numRecords"] == 2)
            #expect(stats["minValues"] == ["q\"u": 1, "s": "a", "m": -2.0, "at": "2024-01-02T03:04:05.123", "f": 0.5])
            #expect(stats["maxValues"] == [
                "q\"u": 1, "s": .string(String(repeating: "x", count: 32) + "\u{10FFFF}"), "m": 1.5, "at": "2024-01-02T03:04:05.124", "f": 0.5,
            ])
            #expect(stats["nullCount"] == ["q\"u": 1, "s": 0, "m": 0, "at": 1, "f": 1])
        }
    }

    @Test func boundsThatHoldASecretAreLeftOut() async throws {
        SecretScrubber.shared.register("made-up secret of the statistics")
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 1 AS i, 'of made-up secret of the statistics' AS s, 'b' AS t", to: table)
            let stats = try JSONValue(parsing: try await table.requiredSnapshot().files[0].stats ?? "")
            #expect(stats["minValues"] == ["i": 1, "t": "b"] && stats["maxValues"] == ["i": 1, "t": "b"])
            #expect(stats["nullCount"] == ["i": 0, "s": 0, "t": 0])
        }
    }
}
