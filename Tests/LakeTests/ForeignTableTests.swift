import Testing

import Engine
import Lake
import Support

/// Tables written by delta-rs, or by hand after the protocol, read and written by us.
@Suite struct ForeignTableTests {
    @Test(arguments: ["plain", "partitioned", "evolved", "checkpointed"])
    func readsWhatDeltaRsWrites(_ kind: String) async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table(kind)
            try Judge.write(table, kind)
            try await expectAgreement(fixture, table)
            let snapshot = try await table.requiredSnapshot()
            #expect(try await fixture.session.describe(try snapshot.scanSQL()) == snapshot.schema.columns)
            let counted = try await fixture.session.query("SELECT count(*) FROM (\(try snapshot.scanSQL()))").rows
            #expect(counted == [[.integer(Int64(snapshot.rowCount ?? -1))]])
        }
    }

    @Test func writesUponDeltaRsTables() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try Judge.write(table, "plain")
            try await fixture.append("SELECT 50 AS id, 'ours' AS name", to: table)
            try await fixture.merge("SELECT 2 AS id, 'merged' AS name", key: ["id"], into: table)
            try await fixture.delete(where: "id = 3", from: table)
            try await expectAgreement(fixture, table)
            let rows = try await fixture.session.query("SELECT id, name, amount FROM (\(try await table.requiredSnapshot().scanSQL())) ORDER BY ALL").rows
            #expect(rows == [
                [.integer(2), .text("merged"), .decimal("-2.50")], [.integer(50), .text("ours"), .null],
                [.null, .null, .decimal("0.00")], [.null, .null, .decimal("0.00")],
            ])
            try Judge.write(table, "append")
            try await expectAgreement(fixture, table)
        }
    }

    @Test func partitionedTablesAreReadOnly() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try Judge.write(table, "partitioned")
            let error = await lakeError { try await fixture.append("SELECT 1 AS id", to: table) }
            #expect(error?.kind == .unsupportedFeature("partitions"))
        }
    }

    @Test func constraintsAreNotIgnored() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try Judge.write(table, "constrained")
            #expect(try await fixture.rows(table).count == 3)
            let error = await lakeError { try await fixture.append("SELECT -1 AS id", to: table) }
            #expect(error?.kind == .unsupportedFeature("checkConstraints"))
        }
    }

    static let protocolLine = #"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#
    static let metadataLine =
        #"{"metaData":{"id":"5fba94ed-9794-4965-ba6e-6ee3c0d22af9","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}}"#

    func writeLog(_ table: DeltaTable, _ entries: [(Int, [String])]) throws {
        let folder = table.directory + "/_delta_log"
        try FileSystem.createDirectory(folder)
        for (version, lines) in entries {
            try FileSystem.writeAtomically(
                Array(lines.map { $0 + "\n" }.joined().utf8), to: "\(folder)/\(Digits.padded(version, 20)).json")
        }
    }

    @Test(arguments: [
        (#"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["variantType"],"writerFeatures":["variantType"]}}"#, "variantType"),
        (#"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["v2Checkpoint"],"writerFeatures":["v2Checkpoint"]}}"#, "v2Checkpoint"),
        (#"{"protocol":{"minReaderVersion":4,"minWriterVersion":7}}"#, "reader version 4"),
    ])
    func featuresWeLackAreNamed(_ line: String, _ feature: String) async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try writeLog(table, [(0, [line, Self.metadataLine])])
            let error = await lakeError { _ = try await table.snapshot() }
            #expect(error?.kind == .unsupportedFeature(feature))
            #expect(error?.description.contains(feature) == true)
            #expect(error?.table == "silver.orders")
        }
    }

    @Test func columnMappingAndDeletionVectorsAreRefused() async throws {
        try await LakeFixture.with { fixture in
            let mapped = try fixture.table("mapped")
            try writeLog(mapped, [(0, [
                #"{"protocol":{"minReaderVersion":2,"minWriterVersion":5}}"#,
                Self.metadataLine.replacing(#""configuration":{}"#, with: #""configuration":{"delta.columnMapping.mode":"name"}"#),
            ])])
            #expect(await lakeError { _ = try await mapped.snapshot() }?.kind == .unsupportedFeature("columnMapping"))

            let vectors = try fixture.table("vectors")
            let supporting = #"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}"#
            try writeLog(vectors, [(0, [supporting, Self.metadataLine])])
            #expect(try await fixture.rows(vectors).isEmpty, "supported, and not used")
            try await fixture.append("SELECT 1::BIGINT AS id", to: vectors)
            try writeLog(vectors, [(2, [
                #"{"add":{"path":"x.parquet","partitionValues":{},"size":1,"modificationTime":0,"dataChange":true,"stats":"{\"numRecords\":1}","deletionVector":{"storageType":"i","pathOrInlineDv":"x","sizeInBytes":1,"cardinality":1}}}"#
            ])])
            #expect(await lakeError { _ = try await vectors.snapshot() }?.kind == .unsupportedFeature("deletionVectors"))
        }
    }

    @Test func damagedLogs() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            #expect(try await table.snapshot() == nil)
            #expect(await lakeError { _ = try await table.requiredSnapshot() }?.kind == .noSuchTable)
            try writeLog(table, [(0, [Self.protocolLine, Self.metadataLine]), (2, [])])
            var error = await lakeError { _ = try await table.snapshot() }
            #expect(error?.kind == .corruptLog)
            #expect(error?.version == 1, "the gap")
            #expect(try await table.snapshot(at: .number(0))?.version == 0)
            try writeLog(table, [(1, [#"{"add":{"path":"x""#])])
            error = await lakeError { _ = try await table.snapshot() }
            #expect(error?.kind == .corruptLog)
            #expect(error?.path?.hasSuffix("00000000000000000001.json") == true)
            try writeLog(table, [(1, [#"{"unheardOf":{"x":1}}"#, "", #"{"txn":{"appId":"a","version":3,"extra":[1]}}"#])])
            #expect(try await table.requiredSnapshot().transactions == ["a": 3], "unknown actions and fields are passed over")
            error = await lakeError { _ = try await table.snapshot(at: .number(3)) }
            #expect(error?.kind == .noSuchVersion)
        }
    }

    @Test func strangeFilesInTheLogAreIgnored() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 1 AS id", to: table)
            let log = table.directory + "/_delta_log/"
            for name in [
                ".00000000000000000001.json.77.12.tmp", "_commit_x.json.tmp", "00000000000000000001.crc", "1.json",
                "00000000000000000001.json.tmp", "00000000000000000000.00000000000000000001.compacted.json",
                "00000000000000000001.checkpoint.0000000001.0000000002.parquet", "_last_checkpoint",
            ] { try FileSystem.writeAtomically(Array("rubbish".utf8), to: log + name) }
            #expect(try await fixture.rows(table) == ["[1]"])
            try await fixture.append("SELECT 2 AS id", to: table)
            #expect(try await fixture.rows(table) == ["[1]", "[2]"])
        }
    }

    @Test func percentEncodedAndAbsolutePaths() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try FileSystem.createDirectory(table.directory + "/sub dir")
            let outside = fixture.lake.root + "/elsewhere.parquet"
            for (value, path) in [(1, table.directory + "/sub dir/a%b.parquet"), (2, outside), (3, outside + "2")] {
                try await fixture.session.execute("COPY (SELECT \(value)::BIGINT AS id) TO '\(path)' (FORMAT parquet)")
            }
            func add(_ path: String) -> String {
                #"{"add":{"path":"\#(path)","partitionValues":{},"size":1,"modificationTime":0,"dataChange":true}}"#
            }
            try writeLog(table, [(0, [
                Self.protocolLine, Self.metadataLine, add("sub%20dir/a%25b.parquet"), add(outside), add("file://" + outside + "2"),
            ])])
            #expect(try await fixture.rows(table) == ["[1]", "[2]", "[3]"])
            #expect(try await table.requiredSnapshot().rowCount == nil, "no statistics")
            // Deleting from files without statistics: the count per file is not known.
            try await fixture.delete(where: "id = 2", from: table)
            #expect(try await fixture.rows(table) == ["[1]", "[3]"])
            try writeLog(table, [(2, [add("s3://bucket/x.parquet")])])
            let error = await lakeError { _ = try await fixture.rows(table) }
            #expect(error?.kind == .unsupportedFeature("data files at s3://"))
        }
    }
}
