import Testing

import Engine
import Lake
import Support

@Suite struct CheckpointTests {
    /// The log entries before the checkpoint go; everybody still reads the table.
    @Test func readersNeedOnlyTheCheckpoint() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            for step in 0..<12 {
                let outcome = try await fixture.append("SELECT \(step) AS id, 'v\(step)' AS v, TIMESTAMP '2024-01-01' AS at", to: table) {
                    $0.transaction = ApplicationTransaction(appId: "app", version: Int64(step))
                    $0.watermarks["src"] = "\(step)"
                }
                #expect(outcome == .committed(version: step, checkpointFailure: nil))
                if step == 5 { try await table.commit(try await table.pendingPropertyChange(["delta.checkpointInterval": "1000"])) }
                if step == 5 { try await table.commit(try await table.pendingPropertyChange(["delta.checkpointInterval": nil])) }
                if step == 5 { break }
            }
            try await fixture.merge("SELECT 2 AS id, 'merged' AS v", key: ["id"], into: table)
            try await fixture.delete(where: "id = 4", from: table)
            try await fixture.append("SELECT 77 AS id", to: table)
            let log = table.directory + "/_delta_log/"
            #expect(FileSystem.exists(log + "00000000000000000010.checkpoint.parquet"))
            let hint = try JSONValue(parsing: try FileSystem.read(log + "_last_checkpoint"))
            #expect(hint["version"] == 10)
            try await fixture.append("SELECT 78 AS id", to: table)
            let (before, snapshot) = (try await fixture.rows(table), try await table.requiredSnapshot())
            for version in 0...10 { try FileSystem.removeFile(log + "\(Digits.padded(version, 20)).json") }
            try await expectAgreement(fixture, table)
            #expect(try await fixture.rows(table) == before)
            let after = try await table.requiredSnapshot()
            #expect(after.transactions == ["app": 5])
            #expect(after.watermarks == ["src": "5"])
            #expect(after.schema == snapshot.schema)
            #expect(after.tableProtocol == snapshot.tableProtocol)
            #expect(after.rowCount == snapshot.rowCount)
            #expect(after.files == snapshot.files.map { file in
                var file = file
                if file.path != snapshot.files.last?.path { file.dataChange = false }
                return file
            })
            #expect(await lakeError { _ = try await table.snapshot(at: .number(5)) }?.kind == .noSuchVersion)
            try await fixture.append("SELECT 79 AS id", to: table)
            try await fixture.merge("SELECT 1 AS id, 'again' AS v", key: ["id"], into: table)
            try await expectAgreement(fixture, table)
            // The hint is only a hint.
            try FileSystem.removeFile(log + "_last_checkpoint")
            #expect(try await table.requiredSnapshot().version == 13)
        }
    }

    @Test func anIntervalOfTheTablesOwn() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 0 AS id", to: table) { $0.properties["delta.checkpointInterval"] = "2" }
            for step in 1..<6 { try await fixture.append("SELECT \(step) AS id", to: table) }
            let names = try FileSystem.list(table.directory + "/_delta_log").map(\.name).filter { $0.contains("checkpoint.") }
            #expect(names == ["00000000000000000002.checkpoint.parquet", "00000000000000000004.checkpoint.parquet"])
            for version in 0..<6 { try await expectAgreement(fixture, table, version: version) }
        }
    }

    @Test func checkpointsInParts() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            for step in 0..<4 { try await fixture.append("SELECT \(step) AS id", to: table) }
            try await table.checkpoint()
            let log = table.directory + "/_delta_log/"
            let whole = log + "00000000000000000003.checkpoint.parquet"
            for part in 1...2 {
                let target = log + "00000000000000000003.checkpoint.000000000\(part).0000000002.parquet"
                try await fixture.session.execute(
                    "COPY (SELECT * FROM '\(whole)' WHERE (\"add\" IS NULL) = (\(part) = 1)) TO '\(target)' (FORMAT parquet)")
            }
            try FileSystem.removeFile(whole)
            for version in 0...3 { try FileSystem.removeFile(log + "\(Digits.padded(version, 20)).json") }
            #expect(try await fixture.rows(table) == ["[0]", "[1]", "[2]", "[3]"])
            // With a part missing the checkpoint is none.
            try FileSystem.removeFile(log + "00000000000000000003.checkpoint.0000000002.0000000002.parquet")
            #expect(try await table.snapshot() == nil)
        }
    }

    @Test func aFailingCheckpointDoesNotFailTheCommit() async throws {
        try await LakeFixture.with { fixture in
            let broken = Lake(root: fixture.lake.root, engineInfo: "pipectl/test") { () async throws(EngineError) in
                throw EngineError(.unavailable, "no engine today")
            }
            let table = broken.table(try LakeTableName(layer: "silver", name: "orders"))
            try await fixture.append("SELECT 0 AS id", to: table) { $0.properties["delta.checkpointInterval"] = "1" }
            let outcome = try await fixture.append("SELECT 1 AS id", to: table)
            guard case .committed(version: 1, checkpointFailure: let reason?) = outcome else { Issue.record("\(outcome)"); return }
            #expect(reason.contains("no engine today"))
            try await expectAgreement(fixture, table)
        }
    }
}
