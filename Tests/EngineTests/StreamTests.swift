import Foundation
import Testing

import Engine

@Suite struct StreamTests {
    @Test func aMillionRowsInLittleMemory() async throws {
        try await TestEngine.withSession { session async throws in
            // Warm up, so that what the engine keeps is not counted.
            try await session.forEachChunk("SELECT range, repeat('x', 200) FROM range(100000)") { _ in }
            let before = Self.residentBytes()
            var count = 0
            var sum: Int64 = 0
            var peak = before
            try await session.forEachChunk("SELECT range AS i, repeat('x', 200) || range AS t FROM range($1)", [.integer(1_000_000)]) { chunk in
                #expect(chunk.columns.map(\.name) == ["i", "t"])
                for row in chunk.rows {
                    guard case .integer(let value) = row[0] else { continue }
                    count += 1
                    sum += value
                }
                if count % 102_400 == 0 { peak = max(peak, Self.residentBytes()) }
            }
            #expect(count == 1_000_000)
            #expect(sum == 999_999 * 500_000)
            // The rows as such are over 200 MB.
            #expect(peak - before < 100_000_000, "grew by \(peak - before) bytes")
        }
    }

    @Test func errorsInTheMiddleAndFromTheBody() async throws {
        struct Enough: Error {}
        try await TestEngine.withSession { session async throws in
            var rows = 0
            let error = await TestEngine.engineError {
                try await session.forEachChunk("SELECT CASE WHEN i = 900000 THEN error('at last') ELSE i END FROM range(1000000) t(i)") {
                    rows += $0.rows.count
                }
            }
            #expect(error?.message.contains("at last") == true, "\(String(describing: error))")
            #expect(rows > 0 && rows <= 900_000)
            await #expect(throws: Enough.self) {
                try await session.forEachChunk("FROM range(1000000)") { _ in throw Enough() }
            }
            #expect(try await session.query("SELECT 1").rows == [[.integer(1)]])
        }
    }

    @Test func cancellingAStreamEndsIt() async throws {
        try await TestEngine.withSession { session async throws in
            let task = Task {
                try await session.forEachChunk("SELECT hash(a.range, b.range) FROM range(1000000) a, range(1000000) b") { _ in }
            }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            #expect(await TestEngine.engineError { try await task.value }?.kind == .interrupted)
            #expect(try await session.query("SELECT 1").rows == [[.integer(1)]])
        }
    }

    @Test func aStatementWaitsForTheStreamBeforeIt() async throws {
        try await TestEngine.withSession { session async throws in
            var other: Task<RowSet, any Error>?
            var chunks = 0
            try await session.forEachChunk("FROM range(10000)") { _ in
                if other == nil { other = Task.detached { try await session.query("SELECT 2") } }
                chunks += 1
            }
            #expect(chunks > 1)
            #expect(try await other?.value.rows == [[.integer(2)]])
        }
    }

    @Test func aStatementWithinTheStreamFailsInsteadOfWaitingForItself() async throws {
        try await TestEngine.withSession { session async throws in
            let error = await TestEngine.engineError {
                try await session.forEachChunk("FROM range(10)") { _ in _ = try await session.query("SELECT 2") }
            }
            #expect(error?.message.contains("use another session") == true)
            #expect(try await session.query("SELECT 1").rows == [[.integer(1)]])
        }
    }

    private static func residentBytes() -> Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 : 0
    }
}
