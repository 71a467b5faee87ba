import Delivery
import Engine
import Foundation
import Lake
import State
import Support
import Synchronization

/// Releases, runs and rollbacks of an environment by chance. What runs do is written into logs of tables by hand, so that no engine is
/// needed; the rollbacks are real.
final class DataHistory {
    /// What one sees of a table; nil for one without rows and marks, as for one that is not there.
    struct Content: Hashable {
        var files: Set<String>
        var schema: String
        var properties: [String: String]
    }

    let folder: String
    let lake: Lake
    let journal: Journal
    private(set) var random: SplitMix
    private let clock: Ticking
    private(set) var releases: [Instant] = []
    /// What each release left: all tables, and what the warehouse shows, when the next one was made.
    private(set) var left: [Int: (tables: [String: Content], warehouse: [String: Content])] = [:]
    private(set) var warehouse: [String: Content] = [:]
    private var files = 0
    static let names = ["bronze.a", "silver.b", "gold.c", "quarantine.d"]

    init(seed: UInt64) throws {
        var template = Array("/dev/shm/delivery-tests-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else { throw CocoaError(.fileWriteUnknown) }
        folder = String(cString: path)
        random = SplitMix(state: seed)
        let ticking = Ticking()
        clock = ticking
        lake = Lake(root: folder + "/lake", engineInfo: "pipectl/test", clock: WallClock { ticking.now }) { () async throws(EngineError) in
            throw EngineError(.unavailable, "these tests have no engine")
        }
        journal = try Journal(path: folder + "/state.db")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var current: Int { releases.count }

    func content(_ name: String, at version: TableVersion = .latest) async throws -> Content? {
        guard let snapshot = try await table(name).snapshot(at: version) else { return nil }
        if snapshot.files.isEmpty, snapshot.watermarks.isEmpty { return nil }
        return Content(files: Set(snapshot.files.map(\.path)), schema: snapshot.metadata.schemaString, properties: snapshot.metadata.configuration)
    }

    func contents() async throws -> [String: Content] {
        var all: [String: Content] = [:]
        for name in Self.names { all[name] = try await content(name) }
        return all
    }

    func table(_ name: String) throws -> DeltaTable {
        let parts = name.split(separator: ".").map(String.init)
        return lake.table(try LakeTableName(layer: parts[0], name: parts[1]))
    }

    // MARK: What happens

    func release() async throws {
        if current > 0 { left[current] = (try await contents(), warehouse) }
        releases.append(clock.tick())
    }

    /// A run of the current release, or of the working tree, on some tables.
    func run() async throws {
        let isReleased = Int.random(in: 0..<6, using: &random) > 0
        let record = try journal.beginRun(
            NewRun(pipeline: "p\(Int.random(in: 0..<3, using: &random))", environment: "prod", release: isReleased ? "\(current)-0a1b2c3d4e5f" : nil),
            at: clock.tick(), entropy: .random(in: 0 ... .max, using: &random))
        for name in Self.names where Bool.random(using: &random) {
            let path = "write-" + name
            let before = try table(name).latestVersion()
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                // Nothing to write: the version is that of somebody else.
                if let before { try journal.recordOutput(run: record.id, path: path, table: name, version: Int64(before), rows: 0) }
            case 1: try await write(name, ["run": .string(record.id), "environment": "prod"])
            default:
                try await write(name, ["run": .string(record.id), "environment": "prod"])
                try journal.recordOutput(run: record.id, path: path, table: name, version: Int64((before ?? -1) + 1), rows: 1)
            }
        }
        if Bool.random(using: &random) { try await publish(record) }
        try journal.finishRun(record.id, .succeeded, at: clock.tick())
    }

    /// Another program's commit.
    func foreignCommit() async throws {
        guard let name = Self.names.randomElement(using: &random), try table(name).latestVersion() != nil else { return }
        try await write(name, nil)
    }

    private func publish(_ record: RunRecord) async throws {
        let attempt = try journal.beginAttempt(run: record.id, path: "publish", name: "publish", type: "publish", at: clock.tick())
        for name in Self.names where Bool.random(using: &random) {
            guard let version = try table(name).latestVersion() else { continue }
            try journal.recordInput(run: record.id, path: "publish", table: name, version: Int64(version))
            warehouse[name] = try await content(name) ?? Content(files: [], schema: "", properties: [:])
            try journal.recordOutput(run: record.id, path: "publish", table: "warehouse." + name, version: nil, rows: 1)
        }
        try journal.finishAttempt(run: record.id, path: "publish", attempt: attempt, .succeeded, at: clock.tick())
    }

    private func write(_ name: String, _ provenance: JSONObject?) async throws {
        let base = try await table(name).snapshot()
        var info: JSONObject = ["timestamp": .integer(clock.tick().milliseconds), "operation": "WRITE"]
        if let provenance { info["pipectl"] = .object(provenance) }
        var lines: [JSONValue] = [["commitInfo": .object(info)]]
        if base == nil { lines.append(["protocol": ["minReaderVersion": 1, "minWriterVersion": 2]]) }
        var configuration = base?.metadata.configuration ?? ["delta.checkpointInterval": "1000000"]
        files += 1
        if Bool.random(using: &random) { configuration["pipectl.watermark.source"] = "\(files)" }
        var columns = base?.schema.columnNames ?? ["x"]
        if Int.random(in: 0..<4, using: &random) == 0 { columns.append("x\(files)") }
        let fields = columns.map { "{\"name\":\"\($0)\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}" }.joined(separator: ",")
        lines.append([
            "metaData": [
                "id": .string(name), "format": ["provider": "parquet", "options": [:]], "partitionColumns": [],
                "schemaString": .string("{\"type\":\"struct\",\"fields\":[\(fields)]}"),
                "configuration": .object(JSONObject(configuration.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            ],
        ])
        if Bool.random(using: &random) {
            for file in base?.files ?? [] { lines.append(["remove": ["path": .string(file.path), "deletionTimestamp": 1, "dataChange": true]]) }
        }
        let file = "part-\(files).parquet"
        lines.append(["add": ["path": .string(file), "partitionValues": [:], "size": 4, "modificationTime": 1, "dataChange": true]])
        let directory = try table(name).directory
        try FileSystem.createDirectory(directory + "/_delta_log")
        try FileSystem.createExclusively(Array("data".utf8), at: directory + "/" + file)
        let number = String(repeating: "0", count: 20 - "\((base?.version ?? -1) + 1)".count) + "\((base?.version ?? -1) + 1)"
        try FileSystem.createExclusively(Array(lines.map { $0.text() + "\n" }.joined().utf8), at: directory + "/_delta_log/\(number).json")
    }

    // MARK: Rollbacks

    var restorer: DataRestorer {
        DataRestorer(
            environment: "prod", root: folder, lake: lake, journal: journal, clock: WallClock { [clock] in clock.now }, warehouse: { _ in })
    }

    func rollBack(to target: Int) async throws -> DataRestoration {
        let plan = try await restorer.plan(to: target, next: releases[target])
        try await release()
        let work = plan.journal(environment: "prod", sequence: try journal.drawSequence(at: clock.tick()), release: current, target: target, began: clock.now)
        if plan.isEmpty { return plan }
        try await restorer.carryOut(work)
        for table in plan.warehouse {
            warehouse[table.name] = nil
            if let version = table.version {
                warehouse[table.name] = try await content(table.name, at: .number(version)) ?? Content(files: [], schema: "", properties: [:])
            }
        }
        // Once more, as after a kill: to no effect.
        let versions = try Self.names.map { try table($0).latestVersion() }
        try await restorer.carryOut(work)
        let after = try Self.names.map { try table($0).latestVersion() }
        precondition(after == versions, "the same rollback was done twice")
        return plan
    }

    func chance(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
}

/// A clock that goes on when it is told to, by more than what is allowed for clocks that were set.
final class Ticking: Sendable {
    private let time = Mutex<Int64>(1_795_243_503_000_000)
    var now: Instant { Instant(microseconds: time.withLock { $0 }) }
    func tick() -> Instant { Instant(microseconds: time.withLock { time in time += 1_000_000_000; return time }) }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
