internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Connectors
internal import Diagnostics
internal import Engine
internal import Runtime
internal import Support
internal import Validation

/// What pipelines read of the connections of one environment, beside what these hold now and what is locked.
struct SourceSurvey: Sendable {
    enum Purpose: Sendable {
        /// What is to be locked: all that is read, and tables that were locked before, unless they are to be dropped.
        case lock(allTables: Bool, dropsUnread: Bool)
        /// What is to be compared.
        case check
    }

    struct Entry: Sendable {
        /// Of the connection, or `warehouse`.
        let name: String
        let isDatabase: Bool
        let locked: LoadedSchema?
        let live: LiveSchema
        /// Places that read, or publish, something whose name is known only when it runs.
        let unknownReads: Int
        /// Published tables whose columns the files do not tell.
        var unknownTables: [String] = []

        var differences: [SchemaDifference] { SchemaDifference.between(locked?.schema, and: live) }
        var count: Int { live.tables.count + live.queries.count + live.files.count }
    }

    private(set) var entries: [Entry] = []
    private(set) var diagnostics: [Diagnostic] = []

    let workspace: Workspace
    let environment: ResolvedEnvironment
    private let purpose: Purpose

    /// - Parameter connections: those to look at; empty: all that pipelines read or that are locked.
    static func take(
        _ workspace: Workspace, in environment: ResolvedEnvironment, connections: [String], for purpose: Purpose
    ) async throws -> SourceSurvey {
        let survey = SourceSurvey(workspace: workspace, environment: environment, purpose: purpose)
        try workspace.requireValidFiles()
        try survey.requireKnown(connections)
        return try await workspace.withEngine(for: environment) { engine in
            try await engine.withSession { session in
                var survey = survey
                try await survey.run(connections, engine, session)
                return survey
            }
        }
    }

    init(workspace: Workspace, environment: ResolvedEnvironment, purpose: Purpose) {
        (self.workspace, self.environment, self.purpose) = (workspace, environment, purpose)
    }

    var environmentName: String { environment.name }

    private var project: LoadedProject { workspace.project }

    private func requireKnown(_ names: [String]) throws {
        for name in names where environment.connections[name] == nil {
            let known = environment.connections.keys.sorted()
            throw CommandFailure(
                "environment \"\(environment.name)\" has no connection \"\(name)\"",
                help: Suggestion.nearest(to: name, in: known).map { "did you mean \"\($0)\"?" }
                    ?? "its connections: \(known.joined(separator: ", "))", .usage)
        }
    }

    private mutating func run(_ chosen: [String], _ engine: DuckDBEngine, _ session: any EngineSession) async throws {
        let found = try await SourceReads.collect(project, session: session)
        if found.diagnostics.hasErrors { throw Workspace.Invalid(diagnostics: found.diagnostics, root: workspace.root) }
        let reads = Dictionary(grouping: found.reads, by: \.connection)
        let names = chosen.isEmpty ? Array(Set(reads.keys).union(found.unknown.keys).union(project.schemas.compactMap(\.schema?.connection.value))) : chosen
        for name in Set(names).sorted() {
            guard let connection = environment.connections[name] else {
                // Another environment's; that one is missing where a pipeline needs it, `validate` tells.
                continue
            }
            entries.append(try await entry(connection, reads[name] ?? [], found, engine, session))
        }
    }

    /// - Parameter connectTimeout: in seconds.
    mutating func entry(
        _ connection: ResolvedConnection, _ reads: [SourceRead], _ found: SourceReads, _ engine: DuckDBEngine, _ session: any EngineSession,
        connectTimeout: Int? = nil
    ) async throws -> Entry {
        let name = connection.name
        let locked = project.schemas.first { $0.schema?.connection.value == name }
        let unknown = isForAllTables ? 0 : found.unknown[name] ?? 0
        let isWanted = locked != nil || !reads.isEmpty || isForAllTables
        guard isWanted else {
            return Entry(name: name, isDatabase: connection.isDatabase, locked: nil, live: LiveSchema(connection: name), unknownReads: unknown)
        }
        if connection.isDatabase {
            try await Attachment.attach(connection, access: .read, engine: engine, session: session, connectTimeout: connectTimeout)
        }
        let inspector = SourceInspector(connection: connection, engine: engine, session: session)
        let live = try await look(inspector, reads, locked?.schema, found)
        return Entry(name: name, isDatabase: connection.isDatabase, locked: locked, live: live, unknownReads: unknown)
    }

    private var isForAllTables: Bool { if case .lock(let all, _) = purpose { all } else { false } }

    private mutating func look(
        _ inspector: SourceInspector, _ reads: [SourceRead], _ locked: SourceSchema?, _ found: SourceReads
    ) async throws -> LiveSchema {
        var tables: [String: LiveSchema.Relation] = [:]
        var queries: [ExactText: LiveSchema.Relation] = [:]
        var files: [ExactText: LiveSchema.Relation] = [:]
        var missing: Set<String> = []
        for read in reads {
            switch read.selection {
            case .table(let written):
                let key = written.lowercased()
                guard tables[key] == nil, !missing.contains(key) else { continue }
                // As it is spelled in the file, so that nothing changes there without need.
                let name = locked?.tables.first { $0.name.lowercased() == key }?.name ?? written
                let relation: LiveSchema.Relation?
                do {
                    relation = try await table(name, inspector)
                } catch let error as ConnectorError {
                    missing.insert(key)
                    diagnostics.append(
                        Diagnostic(.sourceUnreadable, error.description, at: read.range, labels: read.labels, help: error.help, asset: read.asset))
                    continue
                }
                if let relation {
                    tables[key] = relation
                } else {
                    missing.insert(key)
                    try await reportMissing(read, name: written, inspector, found, isLocked: locked?.table(named: written) != nil)
                }
            case .query(let text):
                guard queries[ExactText(text)] == nil, let columns = try await columns(inspector, read) else { continue }
                queries[ExactText(text)] = LiveSchema.Relation(name: text, columns: columns)
            case .path(let path):
                guard let columns = try await columns(inspector, read) else { continue }
                if let other = files[ExactText(path)], other.columns != columns {
                    diagnostics.append(
                        Diagnostic(
                            .sourceUnreadable, "\"\(path)\" is read with two formats that give different columns", at: read.range, labels: read.labels,
                            help: "declare the columns under `format` in both places", asset: read.asset))
                }
                files[ExactText(path)] = LiveSchema.Relation(name: path, columns: columns)
            }
        }
        for name in try await furtherTables(inspector, locked) where tables[name.lowercased()] == nil {
            if let relation = try await unreadTable(name, inspector, isLocked: locked?.table(named: name) != nil) {
                tables[name.lowercased()] = relation
            }
        }
        if case .check = purpose { keep(locked, &queries, &files) }
        return LiveSchema(
            connection: inspector.connection.name, tables: Array(tables.values), queries: Array(queries.values), files: Array(files.values))
    }

    /// Queries and files that nothing reads any more cannot have changed, and what could not be read was told; the next
    /// lock drops the former.
    private func keep(_ locked: SourceSchema?, _ queries: inout [ExactText: LiveSchema.Relation], _ files: inout [ExactText: LiveSchema.Relation]) {
        for query in locked?.queries ?? [] where queries[ExactText(query.text.value)] == nil {
            queries[ExactText(query.text.value)] = LiveSchema.Relation(name: query.text.value, locked: query.columns)
        }
        for file in locked?.files ?? [] where files[ExactText(file.name)] == nil {
            files[ExactText(file.name)] = LiveSchema.Relation(name: file.name, locked: file.value.columns)
        }
    }

    /// Tables to look at that no pipeline names.
    private func furtherTables(_ inspector: SourceInspector, _ locked: SourceSchema?) async throws -> [String] {
        let before = locked?.tables.map(\.name) ?? []
        switch purpose {
        case .check: return before
        case .lock(let all, let dropsUnread):
            guard all, inspector.connection.isDatabase else { return dropsUnread ? [] : before }
            return (dropsUnread ? [] : before) + (try await inspector.tables())
        }
    }

    private func table(_ name: String, _ inspector: SourceInspector) async throws -> LiveSchema.Relation? {
        // What stands before the dot would be taken for a schema, and another table be read.
        if name.contains("."), case .sqlite = inspector.connection.kind, try await Self.hasDot(name, inspector) { return nil }
        guard let columns = try await inspector.columns(of: .table(name), format: nil) else { return nil }
        return LiveSchema.Relation(name: name, columns: columns, key: try await inspector.key(ofTable: name))
    }

    /// A table that no pipeline reads: where it cannot be looked at, the others can.
    private mutating func unreadTable(_ name: String, _ inspector: SourceInspector, isLocked: Bool) async throws -> LiveSchema.Relation? {
        let reason: String
        do {
            if let relation = try await table(name, inspector) { return relation }
            // A locked table that is gone is a difference.
            if isLocked { return nil }
            reason = Self.dotInName(name, of: inspector.connection.name)
        } catch let error as ConnectorError {
            reason = error.description
        }
        diagnostics.append(Diagnostic(.sourceUnreadable, reason, severity: .warning, notes: ["no pipeline reads it, so it was left out"]))
        return nil
    }

    /// Whether a table is listed by that name though it is not found by it: the dot is part of the name.
    private static func hasDot(_ name: String, _ inspector: SourceInspector) async throws -> Bool {
        try await inspector.tables().contains { $0.lowercased() == name.lowercased() }
    }

    private static func dotInName(_ name: String, of connection: String) -> String {
        "table \"\(name)\" of \(connection) has a dot in its name, and cannot be named in a pipeline"
    }

    /// What cannot be read is told at the place that reads it.
    private mutating func columns(_ inspector: SourceInspector, _ read: SourceRead) async throws -> [SQLColumn]? {
        do throws(ConnectorError) {
            return try await inspector.columns(of: read.selection, format: read.format)
        } catch {
            diagnostics.append(
                Diagnostic(.sourceUnreadable, error.description, at: read.range, labels: read.labels, help: error.help, asset: read.asset))
            return nil
        }
    }

    private mutating func reportMissing(
        _ read: SourceRead, name: String, _ inspector: SourceInspector, _ found: SourceReads, isLocked: Bool
    ) async throws {
        // A locked table that is gone is a difference.
        if case .check = purpose, isLocked { return }
        let tables = try await inspector.tables()
        if name.contains("."), try await Self.hasDot(name, inspector) {
            diagnostics.append(
                Diagnostic(
                    .sourceNotFound, Self.dotInName(name, of: read.connection), at: read.range, labels: read.labels,
                    notes: ["a dot stands between a schema and a table"], help: "read it by a query, with the name in double quotes", asset: read.asset))
            return
        }
        let near = Suggestion.nearest(to: name, in: tables)
        let writer = found.pipeline(writing: name, of: read.connection)
        diagnostics.append(
            Diagnostic(
                .sourceNotFound, "environment \"\(environment.name)\" has no table \(read.connection).\(name)", at: read.range, labels: read.labels,
                help: near.map { "did you mean \"\($0)\"?" }
                    ?? writer.map { "pipeline \($0) makes it: `pipectl run \($0) --env \(environment.name)`" }, asset: read.asset))
    }
}

extension Workspace {
    /// A lock file that is broken is no hindrance to make it anew; a pipeline that is broken hides what it reads.
    func requireValidFiles() throws {
        let folder = (project.project?.folders ?? .standard).schemas + "/"
        let found = project.diagnostics.filter { !($0.range?.path.hasPrefix(folder) ?? false) }
        if found.hasErrors { throw Invalid(diagnostics: found, root: root) }
    }
}
