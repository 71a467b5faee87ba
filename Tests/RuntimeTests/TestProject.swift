import AssetLoading
import Assets
import Diagnostics
import Engine
import Foundation
import Testing

/// A pipeline from text, loaded as from a folder.
enum TestProject {
    private struct Files: AssetTree {
        let contents: [String: String]

        func files(below folder: String) throws(AssetTreeError) -> [String] {
            contents.keys.filter { $0.hasPrefix(folder + "/") }.sorted()
        }

        func read(_ path: String) throws(AssetTreeError) -> [UInt8] {
            guard let text = contents[path] else { throw .notFound(path: path) }
            return Array(text.utf8)
        }
    }

    static let project = "apiVersion: pipectl/v1\nkind: Project\nname: test\nlayers: [bronze, silver, gold]\n"

    /// - Parameter body: what follows the header of the pipeline.
    static func pipeline(_ body: String) throws -> (LoadedProject, Pipeline) {
        let text = "apiVersion: pipectl/v1\nkind: Pipeline\nname: main\n" + body
        let loaded = ProjectLoader.load(Files(contents: ["pipectl.yml": project, "pipelines/main.yml": text]))
        try #require(loaded.diagnostics.isEmpty, "\(loaded.diagnostics.map(\.message))")
        return (loaded, try #require(loaded.pipeline(named: "main")).asset)
    }
}

/// An engine for the time of a test.
enum TestEngine {
    private static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static func withSession<Value: Sendable>(_ body: (any EngineSession) async throws -> Value) async throws -> Value {
        let engine = try await DuckDBEngine.open(
            EngineConfiguration(memory: "1GB"),
            search: .standard(roots: [packageRoot], environment: ProcessInfo.processInfo.environment))
        do {
            let value = try await engine.withSession(body)
            await engine.close()
            return value
        } catch {
            await engine.close()
            throw error
        }
    }
}
