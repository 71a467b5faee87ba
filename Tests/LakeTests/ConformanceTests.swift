import Testing

import Engine
import Lake
import Support

/// Tables written by us, as delta-rs and DuckDB's delta extension read them.
@Suite struct ConformanceTests {
    static let allTypes = """
        SELECT true AS b, 1::TINYINT AS i8, 300::SMALLINT AS i16, 70000 AS i32, -5000000000 AS i64, 12::HUGEINT AS huge,
            200::UTINYINT AS u8, 60000::USMALLINT AS u16, 4000000000::UINTEGER AS u32, 18446744073709551615::UBIGINT AS u64,
            1.5::FLOAT AS f32, 2.25::DOUBLE AS f64, -12.34::DECIMAL(10,2) AS money, 12345678901234567890.123::DECIMAL(38,3) AS big,
            'grün ''x'' "y"' AS text, 'a\\x00b'::BLOB AS bytes, DATE '2024-02-29' AS day,
            TIMESTAMP '2024-01-02 03:04:05.123456' AS at, TIMESTAMP_NS '2024-01-02 03:04:05.123456789' AS at_ns,
            TIMESTAMP_S '2024-01-02 03:04:05' AS at_s, TIMESTAMPTZ '2024-01-02 03:04:05.123456+02' AS moment,
            '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID AS id, 'm'::ENUM('s', 'm') AS size, TIME '10:11:12' AS clock,
            '{"a": 1}'::JSON AS document, [1, NULL, 3] AS numbers, [{'p': 1, 'q': 'x'}] AS structs,
            {'x': 1, 'y': {'z': [1.5]}} AS nested, MAP {'k': 1, 'l': NULL} AS pairs, [1, 2]::INTEGER[2] AS fixed
        """

    @Test func everyType() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append(Self.allTypes, to: table)
            try await fixture.append("SELECT * FROM (\(Self.allTypes)) WHERE false UNION ALL BY NAME SELECT NULL::BOOLEAN AS b", to: table)
            try await expectAgreement(fixture, table)
            let verdict = try Judge.read(table)
            #expect(verdict.columns == [
                "b": "boolean", "i8": "byte", "i16": "short", "i32": "integer", "i64": "long", "huge": "long", "u8": "short",
                "u16": "integer", "u32": "long", "u64": "decimal(20,0)", "f32": "float", "f64": "double", "money": "decimal(10,2)",
                "big": "decimal(38,3)", "text": "string", "bytes": "binary", "day": "date", "at": "timestamp_ntz",
                "at_ns": "timestamp_ntz", "at_s": "timestamp_ntz", "moment": "timestamp", "id": "string", "size": "string",
                "clock": "string", "document": "string", "numbers": "array", "structs": "array", "nested": "struct", "pairs": "map",
                "fixed": "array",
            ])
            #expect(verdict.json["protocol"] == [3, 7, ["timestampNtz"]])
            let columns = try await fixture.session.describe(try await table.requiredSnapshot().scanSQL())
            #expect(columns == (try await table.requiredSnapshot()).schema.columns)
        }
    }

    @Test func appendOverwriteMergeDeleteEvolve() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT i AS id, 'n' || i AS name FROM range(10) r(i)", to: table)
            var verdict = try Judge.read(table)
            #expect(verdict.json["protocol"] == [1, 2, []], "the least protocol")
            try await fixture.append("SELECT 100::BIGINT AS id, 'new' AS name, 1.5 AS price", to: table)
            try await expectAgreement(fixture, table)
            try await fixture.merge("SELECT 3::BIGINT AS id, 'merged' AS name, 2.5 AS price UNION ALL SELECT 200, 'in', NULL", key: ["id"], into: table)
            try await expectAgreement(fixture, table)
            try await fixture.delete(where: "id BETWEEN 5 AND 7", from: table)
            try await expectAgreement(fixture, table)
            // A timestamp without zone raises the protocol.
            try await fixture.append("SELECT 300::BIGINT AS id, TIMESTAMP '2024-01-01 00:00:00' AS at", to: table)
            try await expectAgreement(fixture, table)
            try await fixture.overwrite("SELECT 'only' AS name, 1 AS fresh", table)
            try await expectAgreement(fixture, table)
            verdict = try Judge.read(table)
            #expect(verdict.history == ["WRITE", "WRITE", "DELETE", "MERGE", "WRITE", "WRITE"])
            #expect(try table.history().map(\.operation) == verdict.history.map { $0 })
            #expect(try await fixture.rows(table) == [#"["only",1]"#])
            for version in 0...5 { try await expectAgreement(fixture, table, version: version) }
            #expect(try await fixture.rows(table, at: .number(0)).count == 10)
        }
    }

    @Test(arguments: ["it's", "grün und blau", "a\"b", "100%", "sales[1]*?", "x=1", "a+b&c#d", "100%2"])
    func namesOfTablesAndColumns(_ name: String) async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table(name, layer: "lay er's")
            try await fixture.append(#"SELECT 1 AS "it's", 2 AS "größe", 3 AS "a.b", 4 AS "q""q", 5 AS "file_index""#, to: table)
            try await fixture.merge(#"SELECT 1 AS "it's", 9 AS "größe", 3 AS "a.b", 4 AS "q""q", 6 AS "file_index""#, key: ["it's", "q\"q"], into: table)
            #expect(try await fixture.rows(table) == ["[1,9,3,4,6]"])
            try await expectAgreement(fixture, table)
            #expect(try fixture.lake.tables() == [table.name])
        }
    }

    @Test func emptyTables() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 1 AS id, 'x' AS name WHERE false", to: table)
            try await expectAgreement(fixture, table)
            #expect(try await fixture.session.describe(try await table.requiredSnapshot().scanSQL()) == [
                SQLColumn(name: "id", type: .integer), SQLColumn(name: "name", type: .varchar),
            ])
            let made = try fixture.table("made")
            try await made.commit(try await made.pendingCreate(try DeltaSchema([DeltaField(name: "id", type: .long)])))
            try await expectAgreement(fixture, made)
            try await fixture.merge("SELECT 1 AS id", key: ["id"], into: made)
            try await expectAgreement(fixture, made)
        }
    }

    @Test func widerTypesAreKept() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 1::BIGINT AS n, 1.5::DOUBLE AS d, 1.25::DECIMAL(12,2) AS m", to: table)
            try await fixture.append("SELECT 2::TINYINT AS n, 2::SMALLINT AS d, 3.5::DECIMAL(3,1) AS m", to: table)
            try await fixture.append("SELECT NULL AS n", to: table)
            #expect(try await table.requiredSnapshot().schema.fields.map(\.type) == [.long, .double, .decimal(precision: 12, scale: 2)])
            try await expectAgreement(fixture, table)
        }
    }

    @Test func hugeIntegersAreNeverWrong() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            let error = await lakeError { try await fixture.append("SELECT 9223372036854775808::HUGEINT AS n", to: table) }
            guard case .engine(let engine) = error?.kind else { Issue.record("\(String(describing: error))"); return }
            #expect(engine.kind == .conversion)
            #expect(try await table.snapshot() == nil)
        }
    }
}
