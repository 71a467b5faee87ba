import Delivery
import Lake
import State
import Support
import Testing

@Suite struct DataRestorationTests {
    /// After a rollback with data every table, and the warehouse, is as it was when that release was replaced: whatever releases, runs
    /// and rollbacks came before.
    @Test(arguments: 0..<40) func dataIsWhatTheReleaseLeft(_ seed: Int) async throws {
        let history = try DataHistory(seed: UInt64(seed))
        try await history.release()
        var rollbacks = 0
        for _ in 0..<24 {
            switch history.chance(0..<10) {
            case 0..<2: try await history.release()
            case 2..<4 where history.current > 1:
                let target = history.chance(1..<history.current)
                let expected = try #require(history.left[target])
                _ = try await history.rollBack(to: target)
                #expect(try await history.contents() == expected.tables, "after going from release \(history.current - 1) to \(target)")
                #expect(history.warehouse == expected.warehouse, "the warehouse, after going from release \(history.current - 1) to \(target)")
                rollbacks += 1
            default: try await history.run()
            }
        }
        if seed == 0 { #expect(rollbacks > 0) }
    }

    /// What others committed after the first later write goes too, and is named; a table that only they wrote stays.
    @Test(arguments: 0..<20) func commitsOfOthers(_ seed: Int) async throws {
        let history = try DataHistory(seed: 1000 + UInt64(seed))
        try await history.release()
        for _ in 0..<3 { try await history.run() }
        try await history.release()
        var steps = 12
        var foreign: [String: Set<Int>] = [:]
        var own: [String: [Int]] = [:]
        let before = try DataHistory.names.map { try history.table($0).latestVersion() ?? -1 }
        while steps > 0 {
            steps -= 1
            let start = try DataHistory.names.map { try history.table($0).latestVersion() ?? -1 }
            let isForeign = history.chance(0..<2) == 0
            if isForeign { try await history.foreignCommit() } else { try await history.run() }
            for (name, version) in zip(DataHistory.names, start) {
                guard let latest = try history.table(name).latestVersion(), latest > version else { continue }
                for number in version + 1...latest { if isForeign { foreign[name, default: []].insert(number) } else { own[name, default: []].append(number) } }
            }
        }
        let plan = try await history.rollBack(to: 1)
        for (name, earlier) in zip(DataHistory.names, before) {
            let table = plan.tables.first { $0.name == name }
            guard let first = own[name]?.min() else {
                #expect(table == nil, "\(name) was written by others only")
                continue
            }
            let restored = try #require(table)
            #expect(restored.then == (first == 0 ? nil : first - 1))
            #expect(Set(restored.others.map(\.version)) == foreign[name, default: []].filter { $0 > first })
            #expect(first > earlier)
        }
    }

    @Test func missingFilesAreToldBeforeAnythingChanges() async throws {
        let history = try DataHistory(seed: 7)
        try await history.release()
        for _ in 0..<3 { try await history.run() }
        try await history.release()
        for _ in 0..<8 { try await history.run() }
        let versions = try DataHistory.names.map { try history.table($0).latestVersion() }
        let table = try #require(try await history.restorer.plan(to: 1, next: history.releases[1]).tables.first { $0.then != nil })
        let then = try await history.table(table.name).requiredSnapshot(at: .number(try #require(table.then)))
        for file in then.files { try FileSystem.removeFile(then.directory + "/" + file.path) }
        do {
            _ = try await history.restorer.plan(to: 1, next: history.releases[1])
            // The files may be those that the table has now.
            #expect(Set(then.files.map(\.path)).isSubset(of: try await history.table(table.name).requiredSnapshot().files.map(\.path)))
        } catch let error as LakeError {
            #expect(error.kind == .noSuchVersion)
        }
        #expect(try DataHistory.names.map { try history.table($0).latestVersion() } == versions)
    }

    /// What a run or a rollback after the release wrote, and is not in the lake any more, cannot go back: it is named.
    @Test(arguments: 0..<10) func tablesThatAreGoneAreNamed(_ seed: Int) async throws {
        let history = try DataHistory(seed: 2000 + UInt64(seed))
        for _ in 0..<2 {
            try await history.release()
            for _ in 0..<6 { try await history.run() }
        }
        if seed % 2 == 0 { _ = try await history.rollBack(to: 1) }
        let restorer = DataRestorer(
            environment: "prod", root: history.folder, lake: history.lake, journal: history.journal, clock: WallClock { Instant(microseconds: 0) }, warehouse: nil)
        let before = try await restorer.plan(to: 1, next: history.releases[1])
        #expect(before.gone.isEmpty)
        var later = Set(try history.journal.outputs(environment: "prod", afterRelease: 1, next: history.releases[1]).map(\.table))
        later.formUnion(try history.journal.restorations(environment: "prod").flatMap(\.lake.keys))
        let name = try #require(later.sorted().first)
        try FileSystem.removeTree(history.table(name).directory)
        let after = try await restorer.plan(to: 1, next: history.releases[1])
        #expect(after.gone == [name])
        #expect(after.tables.map(\.name) == before.tables.map(\.name).filter { $0 != name })
    }

    @Test func theJournalOfARestorationIsReadAsWritten() throws {
        let history = try DataHistory(seed: 1)
        let record = RestorationRecord(
            sequence: try history.journal.drawSequence(at: Instant(microseconds: 5_000_000)), environment: "prod", release: 4, target: 2,
            time: Instant(microseconds: 5), lake: ["gold.a": 7], warehouse: ["gold.a": 3, "gold.b": nil])
        try history.journal.record(record)
        try history.journal.record(record)
        #expect(try history.journal.restorations(environment: "prod") == [record])
        #expect(try history.journal.restorations(environment: "dev").isEmpty)
        let publications = try history.journal.publications(environment: "prod")
        #expect(publications.map(\.table) == ["gold.a", "gold.b"])
        #expect(publications.map(\.version) == [3, nil])
    }
}

@Suite struct DataLockTests {
    private func folder() -> String { "/dev/shm/data-lock-\(UInt64.random(in: 0 ... .max))" }

    @Test func runsShareAndRollbacksDoNot() throws {
        let root = folder()
        defer { try? FileSystem.removeTree(root) }
        let now = Instant(microseconds: 0)
        let first = try DataLock.share(root, "prod")
        let second = try DataLock.share(root, "prod")
        #expect(throws: DeliveryError.self) { _ = try DataLock.seize(root, "prod", at: now) }
        first.release()
        #expect(throws: DeliveryError.self) { _ = try DataLock.seize(root, "prod", at: now) }
        second.release()
        let alone = try DataLock.seize(root, "prod", at: now)
        do {
            _ = try DataLock.share(root, "prod")
            Issue.record("a run began while data went back")
        } catch let error as DeliveryError {
            #expect(error.kind == .raced)
            #expect(error.message.contains("by process"))
        }
        alone.release()
        try FileSystem.createExclusively(Array("{}".utf8), at: root + "/rollback.json")
        #expect(throws: DeliveryError.self) { _ = try DataLock.share(root, "prod") }
    }
}
