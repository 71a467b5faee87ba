import Foundation

import Engine

/// A session of an engine of its own with the tables that the queries of these tests name.
enum TestEngine {
    private static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static let tables = """
        CREATE TABLE a (id BIGINT, x INTEGER, y VARCHAR, d DATE, l INTEGER[], s STRUCT(f INTEGER, g VARCHAR));
        CREATE TABLE b (id BIGINT, z DOUBLE, a_id BIGINT, t TIMESTAMP);
        CREATE TABLE e (id INTEGER, parent INTEGER, name VARCHAR);
        CREATE VIEW v AS SELECT id, x * 2 AS double_x FROM a;
        CREATE MACRO next(value) AS value + 1;
        CREATE MACRO above(n) AS TABLE SELECT id, y FROM a WHERE x > n;
        """

    static func withSession<Value: Sendable>(_ body: (any EngineSession) async throws -> Value) async throws -> Value {
        let search = DuckDBSearch.standard(roots: [packageRoot], environment: ProcessInfo.processInfo.environment)
        let engine = try await DuckDBEngine.open(EngineConfiguration(memory: "1GB"), search: search)
        do {
            let value = try await engine.withSession { session in
                try await session.execute(tables)
                return try await body(session)
            }
            await engine.close()
            return value
        } catch {
            await engine.close()
            throw error
        }
    }
}
