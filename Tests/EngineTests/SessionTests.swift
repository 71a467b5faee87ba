import Foundation
import Testing

import Engine
import Support

@Suite struct SessionTests {
    @Test func executeReportsChangedRowsOfTheLastStatement() async throws {
        try await TestEngine.withSession { session async throws in
            let changed = try await session.execute("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2), (3);")
            #expect(changed == 2)
            let rows = try await session.query("SELECT a FROM t WHERE a > $1 ORDER BY a", [.integer(1)])
            #expect(rows.columns == [SQLColumn(name: "a", type: .integer)])
            #expect(rows.rows == [[.integer(2)], [.integer(3)]])
        }
    }

    @Test func sessionsShareTheCatalog() async throws {
        try await TestEngine.withEngine { engine async throws in
            try await engine.withSession { first async throws in
                try await first.execute("CREATE TABLE shared AS SELECT 42 AS answer")
                try await engine.withSession { second async throws in
                    let rows = try await second.query("FROM shared")
                    #expect(rows.rows == [[.integer(42)]])
                }
            }
        }
    }

    @Test func describeRunsNothing() async throws {
        try await TestEngine.withSession { session async throws in
            let columns = try await session.describe("SELECT 1 AS a, 'x' AS b, error('never run')::VARCHAR AS c FROM range(3); -- end")
            #expect(columns == [
                SQLColumn(name: "a", type: .integer), SQLColumn(name: "b", type: .varchar), SQLColumn(name: "c", type: .varchar),
            ])
            let error = await TestEngine.engineError { _ = try await session.describe("CREATE TABLE t (a INTEGER)") }
            #expect(error?.kind == .syntax)
        }
    }

    /// `describe` goes without the optimizer; what runs after it must not.
    @Test func theOptimizerComesBackAfterDescribe() async throws {
        try await TestEngine.withSession { session async throws in
            try await session.execute("CREATE TABLE t AS SELECT range AS a FROM range(1000); SET explain_output = 'optimized_only'")
            let explain = "EXPLAIN SELECT a FROM t WHERE a = 1 AND 1 = 1"
            let before = try await session.query(explain).rows
            _ = try await session.describe("SELECT a FROM t")
            #expect(try await session.query(explain).rows == before)
            // Also where a transaction has failed meanwhile.
            try await session.execute("BEGIN")
            _ = try await session.describe("SELECT a FROM t")
            _ = await TestEngine.engineError { try await session.execute("SELECT error('x')") }
            try await session.execute("ROLLBACK")
            #expect(try await session.query(explain).rows == before)
        }
    }

    @Test func severalStatementsAreNoQuery() async throws {
        try await TestEngine.withSession { session async throws in
            for sql in ["SELECT 1; SELECT 2", "", "-- nothing"] {
                let error = await TestEngine.engineError { _ = try await session.query(sql) }
                #expect(error?.kind == .syntax)
            }
        }
    }

    @Test func usingAClosedSessionOrEngineFails() async throws {
        let engine = try await TestEngine.open()
        let session = try await engine.openDuckDBSession()
        await engine.close()
        #expect(try await session.query("SELECT 1").rows == [[.integer(1)]])
        await session.close()
        await session.close()
        #expect(await TestEngine.engineError { _ = try await session.query("SELECT 1") }?.message == "the session is closed")
        #expect(await TestEngine.engineError { _ = try await engine.openSession() }?.message == "the engine is closed")
        #expect(session.progress == nil)
        session.interrupt()
    }

    #if DEBUG
        @Test func aForgottenSessionIsLoud() async {
            await #expect(processExitsWith: .failure) {
                let engine = try await TestEngine.open()
                _ = try await engine.openSession()
                // The session's thread lets go of its last statement in its own time.
                try await Task.sleep(for: .seconds(2))
                await engine.close()
            }
        }
    #endif

    /// An idle machine takes some 20 ms. The limit leaves time for the tests that run beside this one and keep both the
    /// processors and the thread pool busy; without the cancellation the statement takes hours.
    @Test func cancellationEndsAStatement() async throws {
        try await TestEngine.withSession { session async throws in
            for delay in [0, 1, 50, 300] {
                let clock = ContinuousClock()
                let task = Task { try await session.query("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7") }
                try await Task.sleep(for: .milliseconds(delay))
                let start = clock.now
                task.cancel()
                let error = await TestEngine.engineError { _ = try await task.value }
                #expect(error?.kind == .interrupted)
                #expect(clock.now - start < .seconds(20))
                // The interruption does not leak into the next statement.
                #expect(try await session.query("SELECT 1").rows == [[.integer(1)]])
            }
        }
    }

    @Test func interruptEndsTheRunningStatement() async throws {
        try await TestEngine.withSession { session async throws in
            let task = Task { try await session.execute("SELECT 1; SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7") }
            try await Task.sleep(for: .milliseconds(100))
            session.interrupt()
            #expect(await TestEngine.engineError { _ = try await task.value }?.kind == .interrupted)
        }
    }

    @Test func aWaitingStatementCanBeCancelled() async throws {
        try await TestEngine.withSession { session async throws in
            let long = Task { try await session.query("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7") }
            try await Task.sleep(for: .milliseconds(50))
            let waiting = Task { try await session.query("SELECT 1") }
            try await Task.sleep(for: .milliseconds(20))
            waiting.cancel()
            #expect(await TestEngine.engineError { _ = try await waiting.value }?.kind == .interrupted)
            long.cancel()
            _ = await long.result
        }
    }

    @Test func progressGrows() async throws {
        try await TestEngine.withSession { session async throws in
            #expect(session.progress == nil)
            try await session.execute("CREATE TABLE big AS SELECT range AS i FROM range(4000000)")
            let task = Task { try await session.query("SELECT count(DISTINCT md5(md5(md5(i::VARCHAR)))) FROM big") }
            var seen: [Double] = []
            for _ in 0..<200 {
                try await Task.sleep(for: .milliseconds(10))
                if let progress = session.progress { seen.append(progress) }
                if seen.contains(where: { $0 > 0.05 && $0 < 1 }) { break }
            }
            task.cancel()
            _ = await task.result
            #expect(seen.contains { $0 > 0.05 && $0 <= 1 }, "\(seen)")
            #expect(seen.allSatisfy { (0...1).contains($0) })
        }
    }

    @Test func concurrentSessions() async throws {
        try await TestEngine.withEngine { engine async throws in
            try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        try await engine.withSession { session async throws in
                            var sum: Int64 = 0
                            for step in 0..<20 {
                                let rows = try await session.query("SELECT $1::BIGINT * count(*) FROM range(1000)", [.integer(Int64(number * step))])
                                guard case .integer(let value) = rows.rows[0][0] else { throw CancellationError() }
                                sum += value
                            }
                            return sum
                        }
                    }
                }
                var total: Int64 = 0
                for try await sum in group { total += sum }
                #expect(total == Int64(120 * 190 * 1000))
            }
        }
    }

    @Test func statementsOfOneSessionTakeTurns() async throws {
        try await TestEngine.withSession { session async throws in
            try await session.execute("CREATE SEQUENCE numbers")
            let values = try await withThrowingTaskGroup(of: SQLValue.self) { group in
                for _ in 0..<50 { group.addTask { try await session.query("SELECT nextval('numbers')").rows[0][0] } }
                var values: Set<SQLValue> = []
                for try await value in group { values.insert(value) }
                return values
            }
            #expect(values.count == 50)
        }
    }
}
