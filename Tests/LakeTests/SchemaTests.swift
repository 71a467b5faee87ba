import Testing

import Engine
import Lake
import Support

@Suite struct SchemaTests {
    @Test(arguments: ["", "a/b", "..", ".hidden", "_delta_log", "a\u{0}b", "a\nb", #"a\b"#, "100%25", String(repeating: "x", count: 201)])
    func namesRefused(_ name: String) {
        #expect(throws: LakeError.self) { try LakeTableName(layer: "silver", name: name) }
        #expect(throws: LakeError.self) { try LakeTableName(layer: name, name: "orders") }
    }

    @Test func namesWithTheSameLettersInOtherBytesAreOthers() throws {
        let composed = try LakeTableName(layer: "silver", name: "gr\u{FC}n")
        let decomposed = try LakeTableName(layer: "silver", name: "gru\u{308}n")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
    }

    @Test(arguments: ["a b", "a,b", "a;b", "a{b", "a(b", "a\nb", "a\tb", "a=b", ""])
    func columnNamesRefused(_ name: String) {
        let error = #expect(throws: LakeError.self) { try DeltaSchema([DeltaField(name: name, type: .long)]) }
        #expect(error?.kind == .invalidColumn(name))
    }

    @Test func columnNamesThatDifferByCaseAreRefused() {
        for fields in [
            [DeltaField(name: "Id", type: .long), DeltaField(name: "iD", type: .long)],
            [DeltaField(name: "s", type: .structure([DeltaField(name: "x", type: .long), DeltaField(name: "X", type: .long)]))],
            [DeltaField(name: "s", type: .array(.structure([DeltaField(name: "x y", type: .long)]), containsNull: true))],
        ] {
            #expect(throws: LakeError.self) { try DeltaSchema(fields) }
        }
    }

    @Test(arguments: [
        SQLType.interval, .bit, .null, .other("UNION"), .list(.interval), .structure([SQLColumn(name: "x", type: .bit)]),
        .map(key: .varchar, value: .interval),
    ])
    func typesWithoutPlace(_ type: SQLType) {
        let error = #expect(throws: LakeError.self) { try DeltaSchema(storing: [SQLColumn(name: "c", type: type)]) }
        guard case .unsupportedType(let column) = error?.kind else { Issue.record("\(String(describing: error))"); return }
        #expect(column.hasPrefix("c"))
    }

    @Test func castProjection() throws {
        let sql = try DeltaSchema.castProjection(of: [
            SQLColumn(name: "a\"b", type: .hugeInt), SQLColumn(name: "t", type: .timestamp(.nanoseconds)),
        ])
        #expect(sql == #"CAST("a""b" AS BIGINT) AS "a""b", CAST("t" AS TIMESTAMP) AS "t""#)
    }

    @Test func evolution() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 1 AS id, 'a' AS name, 1::BIGINT AS n", to: table)

            var error = await lakeError { try await fixture.append("SELECT 'x' AS id", to: table) }
            #expect(error?.kind == .typeChange(column: "id", old: "integer", new: "string"))
            error = await lakeError { try await fixture.overwrite("SELECT 1.5 AS id", table) }
            #expect(error?.kind == .typeChange(column: "id", old: "integer", new: "decimal(2,1)"))
            error = await lakeError { try await fixture.append("SELECT 1 AS ID, 2 AS Id", to: table) }
            guard case .invalidColumn = error?.kind else { Issue.record("\(String(describing: error))"); return }
            #expect(try table.latestVersion() == 0, "nothing was committed")

            // Names match whatever their case, and keep the table's.
            try await fixture.append("SELECT 2 AS ID, DATE '2024-01-01' AS Day", to: table)
            #expect(try await table.requiredSnapshot().schema.columnNames == ["id", "name", "n", "Day"])
            #expect(try await fixture.rows(table) == [#"[1,"a",1,null]"#, #"[2,null,null,"2024-01-01"]"#])

            try await fixture.overwrite("SELECT 1.5 AS id", table, allowTypeChange: true)
            #expect(try await table.requiredSnapshot().schema.fields == [DeltaField(name: "id", type: .decimal(precision: 2, scale: 1))])
            try await expectAgreement(fixture, table)
            try await expectAgreement(fixture, table, version: 1)
        }
    }

    @Test func schemaChange() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 1 AS id", to: table)
            var fields = try await table.requiredSnapshot().schema.fields
            fields.insert(DeltaField(name: "note", type: .string), at: 0)
            try await table.commit(try await table.pendingSchemaChange(to: try DeltaSchema(fields)))
            #expect(try await fixture.rows(table) == ["[null,1]"])
            try await expectAgreement(fixture, table)
            let dropped = await lakeError {
                _ = try await table.pendingSchemaChange(to: try DeltaSchema([DeltaField(name: "id", type: .integer)]))
            }
            #expect(dropped?.kind == .invalidColumn("note"))
            let retyped = await lakeError {
                fields[1].type = .string
                _ = try await table.pendingSchemaChange(to: try DeltaSchema(fields))
            }
            #expect(retyped?.kind == .typeChange(column: "id", old: "integer", new: "string"))
        }
    }
}
