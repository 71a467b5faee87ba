import Foundation
import Testing

import Engine
import Support

/// Engines for tests. Without DuckDB on the machine every test that needs it fails with what was looked for.
enum TestEngine {
    static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static let search = DuckDBSearch.standard(roots: [packageRoot], environment: ProcessInfo.processInfo.environment)

    static func open(_ configuration: EngineConfiguration = EngineConfiguration(memory: "2GB")) async throws -> DuckDBEngine {
        try await DuckDBEngine.open(configuration, search: search)
    }

    /// Calls `body` with a session of an engine of its own; both are closed afterwards.
    static func withSession<Value>(
        _ configuration: EngineConfiguration = EngineConfiguration(memory: "2GB"),
        _ body: (DuckDBSession) async throws -> Value
    ) async throws -> Value {
        try await withEngine(configuration) { engine async throws in
            let session = try await engine.openDuckDBSession()
            do {
                let value = try await body(session)
                await session.close()
                return value
            } catch {
                await session.close()
                throw error
            }
        }
    }

    static func withEngine<Value>(
        _ configuration: EngineConfiguration = EngineConfiguration(memory: "2GB"),
        _ body: (DuckDBEngine) async throws -> Value
    ) async throws -> Value {
        let engine = try await open(configuration)
        do {
            let value = try await body(engine)
            await engine.close()
            return value
        } catch {
            await engine.close()
            throw error
        }
    }

    /// Calls `body` with a new folder, which is removed afterwards.
    static func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let folder = NSTemporaryDirectory() + "engine-tests-" + UUID().uuidString
        try FileSystem.createDirectory(folder)
        do {
            let value = try await body(folder)
            try FileSystem.removeTree(folder)
            return value
        } catch {
            try FileSystem.removeTree(folder)
            throw error
        }
    }

    /// The error `body` throws; records an issue where it throws none.
    static func engineError(
        _ body: () async throws -> Void, location: SourceLocation = #_sourceLocation
    ) async -> EngineError? {
        do {
            try await body()
            Issue.record("no error was thrown", sourceLocation: location)
        } catch let error as EngineError {
            return error
        } catch {
            Issue.record("another error was thrown: \(error)", sourceLocation: location)
        }
        return nil
    }
}
