import Testing

import Engine
import Lake
import Support

@Suite struct MergeTests {
    @Test func onlyFilesWithMatchesAreRewritten() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            for start in [0, 100, 200] {
                try await fixture.append("SELECT i AS id, 'old' AS v FROM range(\(start), \(start + 100)) r(i)", to: table)
            }
            let before = Set(try await table.requiredSnapshot().files.map(\.path))
            let staged = try await table.stage(
                "SELECT i::BIGINT AS id, 'new' AS v FROM (VALUES (105), (150), (999)) t(i)", mode: .merge, prefix: "m", session: fixture.session)
            let pending = try await staged.pendingMerge(key: ["id"], prefix: "m", session: fixture.session)

            // Checks can look at both before anything is published.
            #expect(try await fixture.rows(of: try pending.newRowsScanSQL()).count == 3)
            #expect(try await fixture.rows(of: try pending.scanSQL()).count == 301)
            #expect(try await fixture.rows(table).count == 300)
            #expect(pending.removes.count == 1)

            try await table.commit(pending)
            let after = Set(try await table.requiredSnapshot().files.map(\.path))
            #expect(before.subtracting(after).count == 1)
            #expect(after.subtracting(before).count == 2)
            #expect(try await fixture.rows(of: "SELECT count(*), count(*) FILTER (v = 'new') FROM (\(try await table.requiredSnapshot().scanSQL()))") == ["[301,3]"])
            let commit = try table.history(limit: 1)[0]
            #expect(commit.operation == "MERGE")
            #expect(commit.metrics["numTargetRowsUpdated"] == "2")
            #expect(commit.metrics["numTargetRowsInserted"] == "1")
            #expect(commit.metrics["numTargetRowsCopied"] == "98")
        }
    }

    @Test func duplicateKeysAreAnErrorWithAnExample() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            let error = await lakeError {
                try await fixture.merge("SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (2, 'c')) t(id, v)", key: ["id"], into: table)
            }
            #expect(error?.kind == .duplicateKeys)
            #expect(error?.message.contains("2 rows have id = 2") == true)
            #expect(try await table.snapshot() == nil)
            let unknown = await lakeError { try await fixture.merge("SELECT 1 AS id", key: ["ident"], into: table) }
            #expect(unknown?.kind == .invalidColumn("ident"))
            #expect(await lakeError { try await fixture.merge("SELECT 1 AS id", key: [], into: table) }?.kind == .invalidRequest)
        }
    }

    @Test func nullKeysNeverMatch() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT * FROM (VALUES (1, NULL, 'a'), (NULL, NULL, 'b'), (1, 2, 'c')) t(k, l, v)", to: table)
            try await fixture.merge(
                "SELECT * FROM (VALUES (1, NULL, 'x'), (1, NULL, 'y'), (1, 2, 'z')) t(k, l, v)", key: ["k", "l"], into: table)
            #expect(try await fixture.rows(table) == [
                #"[1,2,"z"]"#, #"[1,null,"a"]"#, #"[1,null,"x"]"#, #"[1,null,"y"]"#, #"[null,null,"b"]"#,
            ])
            try await expectAgreement(fixture, table)
        }
    }

    @Test func columnsTheRowsLackKeepTheirValues() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            try await fixture.append("SELECT i::INTEGER AS id, 'name' || i AS name, i * 10 AS n FROM range(5) r(i)", to: table)
            try await fixture.merge("SELECT * FROM (VALUES (1, 'x', true), (9, 'y', false)) t(id, name, fresh)", key: ["id"], into: table)
            #expect(try await fixture.rows(table) == [
                #"[0,"name0",0,null]"#, #"[1,"x",10,true]"#, #"[2,"name2",20,null]"#, #"[3,"name3",30,null]"#,
                #"[4,"name4",40,null]"#, #"[9,"y",null,false]"#,
            ])
            try await expectAgreement(fixture, table)
        }
    }

    @Test func stagedRowsCanBeSortedOut() async throws {
        try await LakeFixture.with { fixture in
            let table = try fixture.table()
            let staged = try await table.stage(
                "SELECT i AS id, i % 3 <> 0 AS good FROM range(9) r(i)", mode: .append, splitColumn: "good", prefix: "s",
                session: fixture.session)
            #expect(staged.rowCount == 9)
            #expect(try await fixture.rows(of: try staged.rows(where: false).scanSQL()) == ["[0]", "[3]", "[6]"])
            try await table.commit(try staged.rows(where: true).pendingAppend())
            try staged.rows(where: false).discard()
            #expect(try await fixture.rows(table) == ["[1]", "[2]", "[4]", "[5]", "[7]", "[8]"])
            #expect(try await table.requiredSnapshot().rowCount == 6)
        }
    }

    /// Random appends, merges, deletes and overwrites against a dictionary.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func againstAModel(_ seed: UInt64) async throws {
        try await LakeFixture.with { fixture in
            var random = SplitMix(seed)
            let table = try fixture.table()
            var model: [String: Int] = [:]
            var states: [[String]] = []
            for step in 0..<25 {
                let keys = Set((0..<Int.random(in: 0...12, using: &random)).map { _ in Int.random(in: 0..<40, using: &random) })
                let rows = keys.sorted().map { (key: "k\($0)", value: step * 100 + $0) }
                let list = rows.map { "('\($0.key)', \($0.value)::BIGINT)" }.joined(separator: ", ")
                let values = rows.isEmpty ? "SELECT '' AS k, 0::BIGINT AS v WHERE false" : "SELECT * FROM (VALUES \(list)) t(k, v)"
                switch step == 0 ? 0 : Int.random(in: 0...9, using: &random) {
                case 0:
                    try await fixture.overwrite(values, table)
                    model = Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0.value) })
                case 1...2:
                    let bound = Int.random(in: 0...step * 100, using: &random)
                    try await fixture.delete(where: "v < \(bound) AND k > 'k2'", from: table)
                    model = model.filter { !($0.value < bound && $0.key > "k2") }
                case 3...4:
                    let fresh = rows.filter { model[$0.key] == nil }
                    let freshList = fresh.map { "('\($0.key)', \($0.value)::BIGINT)" }.joined(separator: ", ")
                    try await fixture.append(
                        fresh.isEmpty ? "SELECT '' AS k, 0::BIGINT AS v WHERE false" : "SELECT * FROM (VALUES \(freshList)) t(k, v)", to: table)
                    for row in fresh { model[row.key] = row.value }
                default:
                    try await fixture.merge(values, key: ["k"], into: table)
                    for row in rows { model[row.key] = row.value }
                }
                states.append(model.map { #"["\#($0.key)",\#($0.value)]"# }.sorted())
                #expect(try await fixture.rows(table) == states.last, "step \(step)")
                #expect(try await table.requiredSnapshot().rowCount == model.count)
            }
            for version in [0, 7, 10, 11, 20] {
                #expect(try await fixture.rows(table, at: .number(version)) == states[version], "time travel to \(version)")
            }
            try await expectAgreement(fixture, table)
        }
    }
}

/// A small generator with a seed, so that a failure can be repeated (Steele, Lea, Flood: SplitMix64).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
