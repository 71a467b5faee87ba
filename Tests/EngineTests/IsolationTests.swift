import Testing

import Engine

/// An engine that compiles what anybody may have written.
@Suite struct IsolationTests {
    @Test(arguments: [
        "SELECT * FROM read_csv('Package.swift')", "SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM glob('/*')",
    ])
    func filesAreOutOfReach(sql: String) async throws {
        try await TestEngine.withSession(EngineConfiguration(memory: "1GB", isIsolated: true)) { session in
            let error = await #expect(throws: EngineError.self) { _ = try await session.describe(sql) }
            #expect(error?.kind == .inputOutput)
            await #expect(throws: EngineError.self) { try await session.execute("SET enable_external_access = true") }
            try await session.execute("ATTACH ':memory:' AS erp")
        }
    }

    @Test func aQueryHasNoParameters() async throws {
        try await TestEngine.withSession { session in
            let error = await #expect(throws: EngineError.self) { _ = try await session.describe("SELECT ? AS a") }
            #expect(error?.kind == .syntax)
        }
    }

    /// The lexer needs quadratic time for these.
    @Test(.timeLimit(.minutes(1))) func runsOfCommentsAreRefused() async throws {
        let runs = String(repeating: "/*", count: 100_000)
        try await TestEngine.withSession { session in
            for sql in ["SELECT 1 " + runs, "SELECT 1 " + runs + String(repeating: "*/", count: 100_000)] {
                let parsing = await #expect(throws: EngineError.self) { _ = try await session.tableReferences(in: sql) }
                let describing = await #expect(throws: EngineError.self) { _ = try await session.describe(sql) }
                #expect(parsing?.offset == 9)
                #expect(describing?.offset == 9)
            }
            let comment = "SELECT 1 AS a " + String(repeating: "/* * */ /**/", count: 1000) + " /" + String(repeating: "*", count: 5000) + "/"
            let columns = try await session.describe(comment)
            #expect(columns.map(\.name) == ["a"])
        }
    }

    @Test func aFailedDefinitionLeavesNothingOpen() async throws {
        try await TestEngine.withSession { session in
            let failed = await session.describe([], after: ["CREATE TABLE a (x INTEGER); CREATE TABLE b (x NOTYPE)"])
            #expect((try? failed.get()) == nil)
            let answers = try await session.describe([DescribedQuery("SELECT * FROM a")], after: ["CREATE TABLE a (y INTEGER)"]).get()
            let columns = try answers[0].get()
            #expect(columns.map(\.name) == ["y"])
        }
    }
}
