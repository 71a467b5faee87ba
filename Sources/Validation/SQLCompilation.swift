package import AssetLoading
internal import Assets
package import Diagnostics
package import Engine
internal import Lake
internal import Support

/// Compiles the SQL of a project without data: empty tables are made in the engine as their writers define them, and
/// each query is described upon these, writers before readers.
package struct SQLCompilation {
    private let project: LoadedProject
    private let analysis: SQLAnalysis
    private let session: any EngineSession
    /// Columns by table; nil where they cannot be known from the files.
    package private(set) var columns: [TableAddress: [SQLColumn]?] = [:]
    package private(set) var diagnostics: [Diagnostic] = []
    private var made: Set<TableAddress> = []
    private var catalogs: Set<String> = []

    private struct Step {
        let pipeline: Pipeline
        let activity: Activity
        let write: TableWrite
        let target: TableAddress?
        let reads: Set<TableAddress>
    }

    package static func compile(
        _ project: LoadedProject, _ analysis: SQLAnalysis, session: any EngineSession
    ) async throws(EngineError) -> SQLCompilation {
        var compilation = SQLCompilation(project: project, analysis: analysis, session: session)
        try await compilation.run()
        return compilation
    }

    private init(project: LoadedProject, analysis: SQLAnalysis, session: any EngineSession) {
        self.project = project
        self.analysis = analysis
        self.session = session
        for lost in project.gaps.lostActivities.values.joined() {
            if case .table(let text) = lost.writes, let name = LakeName(text) { columns[.lake(name)] = .some(nil) }
        }
    }

    private mutating func run() async throws(EngineError) {
        var waiting = steps()
        var writersLeft: [TableAddress: Int] = [:]
        for step in waiting { if let target = step.target { writersLeft[target, default: 0] += 1 } }
        while !waiting.isEmpty {
            // A table written in several places is known once all of them were looked at; a circle is broken at its first step.
            let next = waiting.firstIndex { step in
                step.reads.allSatisfy { writersLeft[$0, default: 0] == 0 || $0 == step.target }
            } ?? 0
            let step = waiting.remove(at: next)
            let found = try await columns(of: step)
            guard let target = step.target else { continue }
            writersLeft[target, default: 0] -= 1
            merge(found.flatMap { stored($0, in: target) }, into: target)
        }
    }

    private func steps() -> [Step] {
        var steps: [Step] = []
        for file in project.pipelines {
            file.asset.forEachActivity { activity in
                let write: TableWrite
                switch activity.kind {
                case .copy(let copy): write = copy.write
                case .transform(let transform): write = transform.write
                default: return
                }
                let effects = project.effects(of: activity, in: file.asset, analysis)
                steps.append(
                    Step(pipeline: file.asset, activity: activity, write: write, target: effects.writes.first, reads: effects.reads))
            }
        }
        return steps
    }

    /// Several writers of a table: the columns of all of them. Where one is unknown, so is the table.
    private mutating func merge(_ found: [SQLColumn]?, into target: TableAddress) {
        guard let found else {
            columns[target] = .some(nil)
            return
        }
        guard let known = columns[target] else {
            columns[target] = found
            return
        }
        guard let known else { return }
        columns[target] = known + found.filter { new in !known.contains { $0.name.lowercased() == new.name.lowercased() } }
    }

    // MARK: One step

    private func asset(_ step: Step) -> String { "pipeline \(step.pipeline.name.value) / activity \(step.activity.name.value)" }

    private mutating func columns(of step: Step) async throws(EngineError) -> [SQLColumn]? {
        switch step.activity.kind {
        case .copy(let copy):
            guard var found = columns(of: copy.source) else { return nil }
            if let incremental = copy.source.incremental { require([incremental.column] + incremental.key, in: found, step, "the source") }
            if copy.audit {
                found += [
                    SQLColumn(name: "_ingested_at", type: .timestamp(.microseconds)), SQLColumn(name: "_run_id", type: .varchar),
                    SQLColumn(name: "_source", type: .varchar),
                ]
            }
            try await check(step, found)
            return found
        case .transform(let transform):
            let key = SQLAnalysis.Key(pipeline: step.pipeline.name.value, activity: step.activity.name.value)
            guard let query = analysis.queries[key], query.isResolved else { return nil }
            for reference in query.references {
                switch reference.target {
                case .table(let table): guard try await make(table) else { return nil }
                case .source(let name):
                    guard let source = transform.sources.value(named: name), let found = columns(of: source) else { return nil }
                    try await session.execute("CREATE OR REPLACE TEMPORARY TABLE \(try SQL.identifier(name)) (\(try Self.list(found)))")
                }
            }
            let found: [SQLColumn]
            do {
                found = try await session.describe(query.rendered.sql)
            } catch {
                try report(error, query, step)
                return nil
            }
            reportUnstorable(found, query, step)
            try await check(step, found)
            return found
        default: return nil
        }
    }

    private mutating func report(_ error: EngineError, _ query: SQLAnalysis.Query, _ step: Step) throws(EngineError) {
        guard [.catalog, .binder, .conversion, .syntax, .other].contains(error.kind) else { throw error }
        let token = error.offset.map { SQLToken(at: $0, in: query.rendered.sql) }
        let range = error.offset.map { query.text.range(at: $0, length: token?.length ?? 1, in: query.rendered) } ?? query.text.range
        diagnostics.append(
            Diagnostic(
                error.isUnknownColumn ? .unknownColumn : .sqlInvalid, SQLMessage.firstLine(error.message), at: range,
                labels: step.activity.call.map { [.init($0, "in this use of the template")] } ?? [], help: Self.help(error, token), asset: asset(step)))
    }

    /// Of the names the engine offers, the one that is meant; else all of them.
    private static func help(_ error: EngineError, _ token: SQLToken?) -> String? {
        guard !error.candidates.isEmpty else { return nil }
        let wanted = SQLToken.lastPart(token?.text ?? "")
        let near = Suggestion.nearest(to: wanted, in: error.candidates.map(SQLToken.lastPart))
        if let near, let candidate = error.candidates.first(where: { SQLToken.lastPart($0) == near }) { return "did you mean \"\(candidate)\"?" }
        return "the nearest names are " + error.candidates.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
    }

    /// Columns that no table of the lake can have: two of one name, or types and names that Delta does not know.
    private mutating func reportUnstorable(_ found: [SQLColumn], _ query: SQLAnalysis.Query, _ step: Step) {
        guard case .lake? = step.target else { return }
        do {
            _ = try DeltaSchema(storing: found)
        } catch {
            diagnostics.append(
                Diagnostic(
                    .sqlInvalid, "the result cannot be stored: " + error.message, at: query.text.firstWord(in: query.rendered),
                    labels: step.activity.call.map { [.init($0, "in this use of the template")] } ?? [], help: error.help, asset: asset(step)))
        }
    }

    private func columns(of source: DataSource) -> [SQLColumn]? {
        if let format = source.format, !format.columns.isEmpty {
            return format.columns.map { SQLColumn(name: $0.name, type: .other($0.value)) }
        }
        guard case .table(let table) = source.selection, let name = table.literal else { return nil }
        if let connection = source.connection {
            return connection.literal.flatMap { columns[.database(connection: $0, table: name)] ?? nil }
        }
        return LakeName(name).flatMap { columns[.lake($0)] ?? nil }
    }

    /// Makes an empty table; false where its columns are not known.
    private mutating func make(_ table: TableAddress) async throws(EngineError) -> Bool {
        if made.contains(table) { return true }
        guard let known = columns[table] ?? nil else { return false }
        let parts: [String]
        switch table {
        case .lake(let name):
            try await session.execute("CREATE SCHEMA IF NOT EXISTS \(try SQL.identifier(name.layer))")
            parts = [name.layer, name.name]
        case .database(let connection, let name):
            if catalogs.insert(connection).inserted {
                try await session.execute("ATTACH ':memory:' AS \(try SQL.identifier(connection))")
            }
            let names = name.split(separator: ".", maxSplits: 1).map(String.init)
            if names.count == 2 { try await session.execute("CREATE SCHEMA IF NOT EXISTS \(try SQL.qualified([connection, names[0]]))") }
            parts = [connection] + names
        }
        try await session.execute("CREATE OR REPLACE TABLE \(try SQL.qualified(parts)) (\(try Self.list(known)))")
        made.insert(table)
        return true
    }

    private static func list(_ columns: [SQLColumn]) throws(EngineError) -> String {
        var parts: [String] = []
        for column in columns { parts.append("\(try SQL.identifier(column.name)) \(column.type.sql)") }
        return parts.joined(separator: ", ")
    }

    // MARK: Keys and checks

    private mutating func require(_ names: [Located<String>], in columns: [SQLColumn], _ step: Step, _ what: String) {
        for name in names where !columns.contains(where: { $0.name.lowercased() == name.value.lowercased() }) {
            let near = Suggestion.nearest(to: name.value, in: columns.map(\.name))
            diagnostics.append(
                Diagnostic(
                    .unknownColumn, "\(what) has no column \"\(name.value)\"", at: name.range,
                    labels: step.activity.call.map { [.init($0, "in this use of the template")] } ?? [],
                    help: near.map { "did you mean \"\($0)\"?" } ?? "its columns: " + columns.map(\.name).joined(separator: ", "),
                    asset: asset(step)))
        }
    }

    private mutating func check(_ step: Step, _ found: [SQLColumn]) async throws(EngineError) {
        require(step.write.key, in: found, step, "the query")
        for check in step.write.checks {
            switch check.kind {
            case .notNull(let columns), .unique(let columns): require(columns, in: found, step, "the query")
            case .accepted(let column, _), .range(let column, _, _), .freshness(let column, _):
                require([column], in: found, step, "the query")
            case .relationship(let column, let to):
                require([column], in: found, step, "the query")
                if let target = columns[.lake(to.value.table)] ?? nil {
                    require([Located(to.value.column, at: to.range)], in: target, step, to.value.table.text)
                }
            case .expression(let condition, _): try await self.check(condition, step, found)
            case .rowCount, .schema: break
            }
        }
    }

    private mutating func check(_ condition: SQLCondition, _ step: Step, _ found: [SQLColumn]) async throws(EngineError) {
        let start = "SELECT NOT coalesce(("
        let sql = "\(start)\(condition.value)\n), true) FROM (\(try Self.nulls(found)))"
        do {
            _ = try await session.describe(sql)
        } catch {
            guard [.catalog, .binder, .conversion, .syntax, .other].contains(error.kind) else { throw error }
            let token = error.offset.map { SQLToken(at: $0, in: sql) }
            let offset = error.offset.map { $0 - start.utf8.count } ?? -1
            // What stands after the condition is ours: the engine met it too early.
            let isCutShort = offset >= condition.value.utf8.count
            let isInside = offset >= 0 && !isCutShort
            let code: DiagnosticCode = error.kind == .syntax ? .sqlSyntax : error.isUnknownColumn ? .unknownColumn : .sqlInvalid
            diagnostics.append(
                Diagnostic(
                    code, isCutShort ? "this condition is not complete" : "in this condition: " + SQLMessage.firstLine(error.message),
                    at: isInside ? condition.range(at: offset, length: token?.length ?? 1) : condition.range,
                    labels: step.activity.call.map { [.init($0, "in this use of the template")] } ?? [],
                    help: isInside ? Self.help(error, token) : nil, asset: asset(step)))
        }
    }

    private static func nulls(_ columns: [SQLColumn]) throws(EngineError) -> String {
        var parts: [String] = []
        for column in columns { parts.append("CAST(NULL AS \(column.type.sql)) AS \(try SQL.identifier(column.name))") }
        return "SELECT \(parts.joined(separator: ", "))"
    }

    /// Columns as reading the table gives them back.
    private func stored(_ found: [SQLColumn], in target: TableAddress) -> [SQLColumn]? {
        switch target {
        case .lake:
            // What the lake cannot store is told when it is written; until then the columns are as the query has them.
            return (try? DeltaSchema(storing: found))?.columns ?? found
        case .database(let connection, _):
            guard let kind = project.environments.lazy.compactMap({ $0.asset.connections.value(named: connection) }).first?.kind,
                case .sqlite = kind
            else { return found }
            return found.map { SQLColumn(name: $0.name, type: Self.sqliteType($0.type)) }
        }
    }

    /// SQLite knows few types; decimals come back as text.
    private static func sqliteType(_ type: SQLType) -> SQLType {
        switch type {
        case .tinyInt, .smallInt, .integer, .bigInt, .hugeInt, .unsignedTinyInt, .unsignedSmallInt, .unsignedInteger: .bigInt
        case .float, .double: .double
        case .date, .blob, .boolean: type
        case .timestamp: .timestamp(.microseconds)
        default: .varchar
        }
    }
}
