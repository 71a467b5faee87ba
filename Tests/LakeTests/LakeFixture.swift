import Foundation
import Testing

import Engine
import Lake
import Support

/// A lake in a new folder, with an engine, for one test.
struct LakeFixture {
    let lake: Lake
    let session: any EngineSession

    static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static func with<Value>(
        root: String? = nil, _ body: (LakeFixture) async throws -> Value
    ) async throws -> Value {
        let folder = root ?? NSTemporaryDirectory() + "lake-tests-" + UUID().uuidString
        try FileSystem.createDirectory(folder)
        let search = DuckDBSearch.standard(roots: [packageRoot], environment: ProcessInfo.processInfo.environment)
        let engine = try await DuckDBEngine.open(EngineConfiguration(memory: "1GB"), search: search)
        let session = try await engine.openSession()
        let lake = Lake(root: folder, engineInfo: "pipectl/test") { () async throws(EngineError) in session }
        func close() async throws {
            await session.close()
            await engine.close()
            if root == nil { try FileSystem.removeTree(folder) }
        }
        do {
            let value = try await body(LakeFixture(lake: lake, session: session))
            try await close()
            return value
        } catch {
            try await close()
            throw error
        }
    }

    func table(_ name: String = "orders", layer: String = "silver") throws -> DeltaTable {
        lake.table(try LakeTableName(layer: layer, name: name))
    }

    @discardableResult
    func append(_ query: String, to table: DeltaTable, configure: (inout PendingCommit) -> Void = { _ in }) async throws -> CommitOutcome {
        let staged = try await table.stage(query, mode: .append, prefix: "test", session: session)
        var pending = try staged.pendingAppend()
        configure(&pending)
        return try await table.commit(pending)
    }

    @discardableResult
    func overwrite(_ query: String, _ table: DeltaTable, allowTypeChange: Bool = false) async throws -> CommitOutcome {
        let staged = try await table.stage(
            query, mode: .overwrite(allowTypeChange: allowTypeChange), prefix: "test", session: session)
        return try await table.commit(try staged.pendingOverwrite())
    }

    @discardableResult
    func merge(_ query: String, key: [String], into table: DeltaTable) async throws -> CommitOutcome {
        let staged = try await table.stage(query, mode: .merge, prefix: "test", session: session)
        return try await table.commit(try await staged.pendingMerge(key: key, prefix: "test", session: session))
    }

    @discardableResult
    func delete(where predicate: String, from table: DeltaTable) async throws -> CommitOutcome {
        try await table.commit(try await table.pendingDelete(where: predicate, prefix: "test", session: session))
    }

    /// Rows of the table as we read it, as the judge writes rows, sorted.
    func rows(_ table: DeltaTable, at version: TableVersion = .latest) async throws -> [String] {
        try await rows(of: try await table.requiredSnapshot(at: version).scanSQL())
    }

    func rows(of sql: String) async throws -> [String] {
        try await session.query(sql).rows.map { JSONValue.array($0.map(Self.plain)).text(.canonical) }.sorted()
    }

    static func plain(_ value: SQLValue) -> JSONValue {
        switch value {
        case .null: .null
        case .boolean(let b): .bool(b)
        case .integer(let i): .integer(i)
        case .decimal(let text): .string(text)
        case .double(let d): d.isNaN ? "nan" : d == .infinity ? "inf" : d == -.infinity ? "-inf" : .double(d)
        case .text(let text): .string(text)
        case .blob(let bytes): .string(bytes.map { Digits.hex($0) }.joined())
        case .date(let days): .string(CivilDate(daysSinceEpoch: Int(days)).description)
        case .timestamp(let m), .timestampWithTimeZone(let m):
            .string(Instant(microseconds: m).dateAndTime(fractionDigits: 6))
        case .list(let items): .array(items.map(plain))
        case .structure(let fields): .object(JSONObject(fields.map { ($0.name, plain($0.value)) }))
        case .map(let entries):
            .object(JSONObject(entries.map { (plain($0.key).asString ?? plain($0.key).text(), plain($0.value)) }))
        case .time, .interval: .string("\(value)")
        }
    }
}

extension Digits {
    static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}

/// Other readers and writers of Delta Lake, run by the project's Python environment.
enum Judge {
    struct Failure: Error, CustomStringConvertible { let description: String }

    struct Verdict {
        let json: JSONValue
        var version: Int? { json["version"]?.asInteger.map { Int($0) } }
        var deltaRs: [String] { rows("deltaRs") }
        var duckdb: [String] { rows("duckdb") }
        var history: [String] { (json["history"]?.asArray ?? []).compactMap(\.asString) }
        var columns: [String: String] {
            var result: [String: String] = [:]
            for field in json["schema"]?["fields"]?.asArray ?? [] {
                result[field["name"]?.asString ?? ""] = field["type"]?.asString ?? field["type"]?["type"]?.asString
            }
            return result
        }

        private func rows(_ key: String) -> [String] { (json[key]?.asArray ?? []).map { $0.text(.canonical) }.sorted() }
    }

    static func python() throws -> String {
        let environment = ProcessInfo.processInfo.environment["PIPECTL_PYTHON_ENV"]
        let folder = environment ?? LakeFixture.packageRoot + "/.venv"
        let python = folder + "/bin/python"
        guard FileSystem.exists(python) else {
            throw Failure(description: "no Python at \(python): run scripts/setup, or name an environment with deltalake, duckdb and polars in PIPECTL_PYTHON_ENV")
        }
        return python
    }

    static func run(_ arguments: [String]) throws -> JSONValue {
        let process = Process()
        process.executableURL = URL(filePath: try python())
        process.arguments = [URL(filePath: #filePath).deletingLastPathComponent().appending(path: "judge.py").path] + arguments
        let (output, errors) = (Pipe(), NSTemporaryDirectory() + "judge-" + UUID().uuidString)
        try FileSystem.writeAtomically([], to: errors)
        defer { try? FileManager.default.removeItem(atPath: errors) }
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let reason = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
            throw Failure(description: "judge \(arguments.first ?? "") failed: \(reason.suffix(2000))")
        }
        return try JSONValue(parsing: Array(text))
    }

    static func read(_ table: DeltaTable, version: Int? = nil) throws -> Verdict {
        Verdict(json: try run(["read", table.directory] + (version.map { [String($0)] } ?? [])))
    }

    static func write(_ table: DeltaTable, _ kind: String) throws {
        try FileSystem.createDirectory(FileSystem.parent(of: table.directory))
        _ = try run(["write", table.directory, kind])
    }
}

/// The lake's error that `body` throws; records an issue where it throws none.
func lakeError(_ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async -> LakeError? {
    do {
        try await body()
        Issue.record("no error was thrown", sourceLocation: location)
    } catch let error as LakeError {
        return error
    } catch {
        Issue.record("another error was thrown: \(error)", sourceLocation: location)
    }
    return nil
}

/// All readers see the same: the table as we, delta-rs and DuckDB read it.
func expectAgreement(
    _ fixture: LakeFixture, _ table: DeltaTable, version: Int? = nil, _ location: SourceLocation = #_sourceLocation
) async throws {
    let verdict = try Judge.read(table, version: version)
    let rows = try await fixture.rows(table, at: version.map { .number($0) } ?? .latest)
    #expect(verdict.deltaRs == rows, "delta-rs", sourceLocation: location)
    #expect(verdict.duckdb == rows, "DuckDB", sourceLocation: location)
    let latest = try table.latestVersion()
    #expect(verdict.version == version ?? latest, sourceLocation: location)
}
