import Foundation
import Testing

import Engine
import Lake
import Support

@Suite struct CommitTests {
    @Test func transactionsHappenOnce() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            func run(_ version: Int64) async throws -> CommitOutcome {
                try await fixture.append("SELECT \(version) AS id", to: table) {
                    $0.transaction = ApplicationTransaction(appId: "pipeline/orders", version: version)
                }
            }
            #expect(try await run(7) == .committed(version: 0, checkpointFailure: nil))
            #expect(try await run(7) == .alreadyCommitted(version: 0))
            #expect(try await run(6) == .alreadyCommitted(version: 0))
            #expect(try await run(8) == .committed(version: 1, checkpointFailure: nil))
            #expect(try await table.requiredSnapshot().transactions == ["pipeline/orders": 8])
            #expect(try await fixture.rows(table).count == 2)
        }
    }

    /// The same transaction planned twice upon the same version: the second sees the first on its way.
    @Test func transactionsHappenOnceWhenTheyRace() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 0 AS id", to: table)
            var pending: [PendingCommit] = []
            for _ in 0..<2 {
                var commit = try await table.stage("SELECT 1 AS id", mode: .append, prefix: "t", session: fixture.session).pendingAppend()
                commit.transaction = ApplicationTransaction(appId: "a", version: 1)
                pending.append(commit)
            }
            #expect(try await table.commit(pending[0]).version == 1)
            #expect(try await table.commit(pending[1]) == .alreadyCommitted(version: 1))
            #expect(try await fixture.rows(table) == ["[0]", "[1]"])
        }
    }

    @Test func watermarksAreCommittedWithTheRows() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 1 AS id", to: table) { $0.watermarks["erp.orders"] = "2024-01-01" }
            let base = try await table.requiredSnapshot()
            // Two appends planned on the same version, each with its own source: both marks stay.
            var commits: [PendingCommit] = []
            for (source, mark) in [("erp.orders", "2024-02-01"), ("web/ünï", "17"), ("erp.orders", "2024-03-01")] {
                var pending = try await table.stage("SELECT 2 AS id", mode: .append, prefix: "w", session: fixture.session, base: base).pendingAppend()
                pending.watermarks[source] = mark
                commits.append(pending)
            }
            try await table.commit(commits[0])
            try await table.commit(commits[1])
            #expect(try await table.requiredSnapshot().watermarks == ["erp.orders": "2024-02-01", "web/ünï": "17"])
            // A third that read the mark the first has moved must not move it from there.
            let error = await lakeError { try await table.commit(commits[2]) }
            #expect(error?.isConflict == true)
            #expect(try await table.requiredSnapshot().watermarks["erp.orders"] == "2024-02-01")
            try await table.checkpoint()
            #expect(try await table.requiredSnapshot().watermarks == ["erp.orders": "2024-02-01", "web/ünï": "17"])
            let verdict = try Judge.read(table)
            #expect(verdict.json["configuration"]?["pipectl.watermark.erp.orders"] == "2024-02-01")
        }
    }

    @Test func conflictsNameTheOther() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT i AS id FROM range(5) r(i)", to: table)
            let merge = try await table.stage("SELECT 1::BIGINT AS id", mode: .merge, prefix: "c", session: fixture.session)
            let pending = try await merge.pendingMerge(key: ["id"], prefix: "c", session: fixture.session)
            let overwrite = try await table.stage("SELECT 9::BIGINT AS id", mode: .overwrite(), prefix: "c", session: fixture.session).pendingOverwrite()
            let append = try await table.stage("SELECT 7::BIGINT AS id", mode: .append, prefix: "c", session: fixture.session).pendingAppend()
            try await fixture.append("SELECT 100::BIGINT AS id", to: table) { $0.provenance = ["run": "r-42"] }

            for commit in [pending, overwrite] {
                let error = await lakeError { try await table.commit(commit) }
                #expect(error?.isConflict == true)
                #expect(error?.message.contains("WRITE by pipectl/test, run r-42") == true)
                #expect(error?.version == 1)
            }
            try await table.commit(append)
            #expect(try await fixture.rows(table).count == 7)
            // Planned anew, the same merge goes through.
            try await fixture.merge("SELECT 1::BIGINT AS id", key: ["id"], into: table)
            #expect(try await fixture.rows(table).count == 7)

            // Columns changed in between: even an append has to look again.
            let stale = try await table.stage("SELECT 8::BIGINT AS id", mode: .append, prefix: "c", session: fixture.session).pendingAppend()
            try await fixture.append("SELECT 9::BIGINT AS id, 'x' AS note", to: table)
            #expect(await lakeError { try await table.commit(stale) }?.isConflict == true)
            // Both make the table.
            let fresh = try fixture.table("fresh")
            let first = try await fresh.stage("SELECT 1 AS id", mode: .append, prefix: "c", session: fixture.session).pendingAppend()
            try await fixture.append("SELECT 2 AS id", to: fresh)
            #expect(await lakeError { try await fresh.commit(first) }?.isConflict == true)
            #expect(await lakeError { _ = try await fresh.pendingCreate(try DeltaSchema([DeltaField(name: "x", type: .long)])) }?.isConflict == true)
        }
    }

    @Test func provenanceAndHistory() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            #expect(try table.history().isEmpty)
            try await fixture.append("SELECT 1 AS id", to: table) { $0.provenance = ["run": "r-1", "inputs": ["bronze.orders": 4]] }
            try await fixture.append("SELECT 2 AS id", to: table)
            let history = try table.history()
            #expect(history.map(\.version) == [1, 0])
            #expect(history[1].provenance["inputs"] == ["bronze.orders": 4])
            #expect(history[0].readVersion == 0)
            #expect(history[0].isBlindAppend == true)
            #expect(history[0].metrics["numOutputRows"] == "1")
            #expect(history[0].engineInfo == "pipectl/test")
            #expect(try table.history(limit: 1).map(\.version) == [1])
        }
    }

    @Test func timeTravelByTimestamp() async throws {
        try await LakeFixture.with { fixture in
            let start = Instant(microseconds: 1_700_000_000_000_000)
            for day in 0..<3 {
                let now = Instant(microseconds: start.microseconds + Int64(day) * 86_400_000_000)
                let session = fixture.session
                let lake = Lake(root: fixture.lake.root, engineInfo: "pipectl/test", clock: .fixed(now)) { () async throws(EngineError) in session }
                let table = lake.table(try LakeTableName(layer: "silver", name: "orders"))
                try await fixture.append("SELECT \(day) AS day", to: table)
            }
            let table = try fixture.table()
            func at(_ days: Double) async throws -> Int? {
                try await table.snapshot(at: .asOf(Instant(microseconds: start.microseconds + Int64(days * 86_400_000_000))))?.version
            }
            #expect(try await at(0) == 0)
            #expect(try await at(0.9) == 0)
            #expect(try await at(1) == 1)
            #expect(try await at(99) == 2)
            #expect(await lakeError { _ = try await at(-1) }?.kind == .noSuchVersion)
            #expect(try await table.requiredSnapshot(at: .number(1)).timestamp?.microseconds == start.microseconds + 86_400_000_000)
        }
    }

    @Test func restore() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT i AS id FROM range(3) r(i)", to: table)
            try await fixture.overwrite("SELECT 'gone' AS name", table)
            try await table.commit(try await table.pendingRestore(to: .number(0)))
            #expect(try await fixture.rows(table) == ["[0]", "[1]", "[2]"])
            #expect(try table.latestVersion() == 2)
            try await expectAgreement(fixture, table)
            try FileSystem.removeFile(table.directory + "/" + (try await table.requiredSnapshot(at: .number(1)).files[0].path))
            #expect(await lakeError { _ = try await table.pendingRestore(to: .number(1)) }?.kind == .noSuchVersion)
        }
    }

    @Test func uncommittedFilesAreInvisibleAndCanBeRemoved() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 1 AS id", to: table)
            let dead = try await table.stage("SELECT 2 AS id", mode: .append, prefix: "run-9-orders", session: fixture.session)
            let alive = try await table.stage("SELECT 3 AS id", mode: .append, prefix: "run-9-orders", session: fixture.session)
            try await expectAgreement(fixture, table)
            try await table.commit(try alive.pendingAppend())
            try await fixture.delete(where: "id = 3", from: table)
            #expect(try await table.removeUncommitted(prefix: "run-9-") == dead.dataFiles.map(\.path))
            #expect(try await table.removeUncommitted(prefix: "run-9-").isEmpty)
            try await expectAgreement(fixture, table, version: 1)
        }
    }

    // MARK: Several processes

    @Test func processesAtTheSameTimeLoseNothing() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 0::BIGINT AS writer, 0 AS step, false AS merged", to: table)
            setenv("PIPECTL_TEST_ROOT", fixture.lake.root, 1)
            async let first: Void = expectChildToWrite()
            async let second: Void = expectChildToWrite()
            _ = await (first, second)
            let rows = try await fixture.session.query("""
                SELECT writer, count(*), count(DISTINCT step), count(*) FILTER (merged) FROM (\(try await table.requiredSnapshot().scanSQL()))
                WHERE writer <> 0 GROUP BY ALL
                """).rows
            #expect(rows.count == 2)
            for row in rows { #expect(Array(row.dropFirst()) == [.integer(10), .integer(10), .integer(4)]) }
            #expect(try table.latestVersion() == 28)
            try await expectAgreement(fixture, table)
        }
    }


    /// `kill -9` between the files and the commit.
    @Test func deathBeforeTheCommitChangesNothing() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT 1 AS id", to: table)
            setenv("PIPECTL_TEST_ROOT_KILLED", fixture.lake.root, 1)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                let environment = ProcessInfo.processInfo.environment
                try await LakeFixture.with(root: environment["PIPECTL_TEST_ROOT_KILLED"] ?? "") { fixture in
                    let table = try fixture.table()
                    let staged = try await table.stage(
                        "SELECT i::INTEGER AS id FROM range(1000) r(i)", mode: .merge, prefix: "killed", session: fixture.session)
                    let pending = try await staged.pendingMerge(key: ["id"], prefix: "killed", session: fixture.session)
                    precondition(pending.removes.count == 1)
                    kill(getpid(), SIGKILL)
                }
            }
            try await expectAgreement(fixture, table)
            #expect(try await fixture.rows(table) == ["[1]"])
            #expect(try await table.removeUncommitted(prefix: "killed").count == 1)
            let names = try FileSystem.list(table.directory).filter { $0.kind == .file }.map(\.name)
            #expect(names == (try await table.requiredSnapshot()).files.map(\.path))
        }
    }
}

/// Runs in a child process: appends ten rows one by one, and replaces its own row by merge as often as it takes.
private func writeAsChild() async throws {
    let environment = ProcessInfo.processInfo.environment
    let writer = UInt32.random(in: 0 ... .max)
    try await LakeFixture.with(root: environment["PIPECTL_TEST_ROOT"] ?? "") { fixture in
        let table = try fixture.table()
        for step in 0..<10 {
            try await fixture.append("SELECT \(writer)::BIGINT AS writer, \(step) AS step, false AS merged", to: table)
            if step % 3 == 0 {
                for attempt in 0... {
                    do {
                        try await fixture.merge(
                            "SELECT \(writer)::BIGINT AS writer, \(step) AS step, true AS merged", key: ["writer", "step"], into: table)
                        break
                    } catch let error as LakeError where error.isConflict && attempt < 500 { continue }
                }
            }
        }
    }
}

private func expectChildToWrite() async {
    await #expect(processExitsWith: .success) { try await writeAsChild() }
}
