internal import Assets
internal import Connectors
internal import Diagnostics
internal import Engine
internal import Runtime
internal import Secrets
internal import Support
internal import Validation

/// What became of one connection that was opened and looked at. One that cannot be opened keeps nobody from looking at the others.
struct SourceProbe: Sendable {
    enum Outcome: Sendable {
        /// What it holds, beside what is locked, and what of it could not be read.
        case looked(SourceSurvey.Entry, [Diagnostic])
        case failed(String, help: String?)
        case notChecked(String)
    }

    let name: String
    let outcome: Outcome

    /// Opens connections, some at a time, and compares what they hold with what is locked. Those that nothing reads are opened only.
    /// - Parameter limit: of the time that one may take.
    static func take(
        _ workspace: Workspace, in environment: ResolvedEnvironment, connections: [ResolvedConnection], limit: Duration, atATime width: Int = 4
    ) async throws -> [SourceProbe] {
        guard !connections.isEmpty else { return [] }
        try workspace.requireValidFiles()
        return try await workspace.withEngine(for: environment) { engine in
            let found = try await engine.withSession { try await SourceReads.collect(workspace.project, session: $0) }
            let reads = Dictionary(grouping: found.reads, by: \.connection)
            return try await withThrowingTaskGroup(of: (Int, SourceProbe).self) { group in
                var probes: [Int: SourceProbe] = [:]
                for (number, connection) in connections.enumerated() {
                    if number >= width, let (number, probe) = try await group.next() { probes[number] = probe }
                    group.addTask {
                        let reads = reads[connection.name] ?? []
                        return (number, try await one(workspace, environment, connection, reads, found, engine, limit))
                    }
                }
                while let (number, probe) = try await group.next() { probes[number] = probe }
                return connections.indices.compactMap { probes[$0] }
            }
        }
    }

    private static func one(
        _ workspace: Workspace, _ environment: ResolvedEnvironment, _ connection: ResolvedConnection, _ reads: [SourceRead], _ found: SourceReads,
        _ engine: DuckDBEngine, _ limit: Duration
    ) async throws -> SourceProbe {
        if let reason = reasonNotToOpen(connection, isRead: !reads.isEmpty) { return SourceProbe(name: connection.name, outcome: .notChecked(reason)) }
        let seconds = max(2, Int(limit.components.seconds))
        do {
            let looked = try await TimeLimit.run(limit) {
                try await engine.withSession { session in
                    var survey = SourceSurvey(workspace: workspace, environment: environment, purpose: .check)
                    let entry = try await survey.entry(connection, reads, found, engine, session, connectTimeout: seconds)
                    if entry.locked == nil, reads.isEmpty, connection.isDatabase {
                        try await Attachment.attach(connection, access: .read, engine: engine, session: session, connectTimeout: seconds)
                    }
                    return (entry, survey.diagnostics)
                }
            }
            guard let (entry, diagnostics) = looked else {
                return SourceProbe(name: connection.name, outcome: .failed("no answer within \(seconds) s", help: nil))
            }
            if case .files(let root) = connection.kind, FileSystem.kind(of: root, followLinks: true) != .directory {
                return SourceProbe(name: connection.name, outcome: .failed("there is no folder \(root)", help: nil))
            }
            return SourceProbe(name: connection.name, outcome: .looked(entry, diagnostics))
        } catch let error as ConnectorError {
            return SourceProbe(name: connection.name, outcome: .failed(oneLine(error.message), help: error.help))
        } catch let error as EngineError where error.kind != .interrupted {
            return SourceProbe(name: connection.name, outcome: .failed(oneLine(error.message), help: nil))
        }
    }

    /// What servers say is in several lines at times.
    private static func oneLine(_ message: String) -> String {
        message.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }.joined(separator: " ")
    }

    private static func reasonNotToOpen(_ connection: ResolvedConnection, isRead: Bool) -> String? {
        switch connection.kind {
        case .postgres(let settings):
            do {
                _ = try settings.password?.value()
                return nil
            } catch let error as SecretsError {
                // Anything else is told when it is opened.
                return error.kind == .noIdentity ? "no identity opens the store that holds its password" : nil
            } catch {
                return nil
            }
        case .sqlite(let path), .duckdb(let path):
            return isRead || FileSystem.exists(path) ? nil : "there is no file yet: a pipeline makes it when it first writes there"
        case .files: return nil
        }
    }
}

/// Work that is given up where it takes too long.
enum TimeLimit {
    /// nil where the time was over first.
    static func run<Value: Sendable>(_ limit: Duration, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
