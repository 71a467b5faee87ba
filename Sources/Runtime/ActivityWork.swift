internal import AssetLoading
internal import Assets
internal import Connectors
internal import Engine
internal import Expressions
internal import Lake
internal import State
internal import Support

/// What the types of activities do. Each has its own file; here are the small ones.
struct ActivityWork: Sendable {
    let activity: Activity
    let path: String
    let scope: RunScope
    var session: RunSession { scope.session }

    struct Result: Sendable {
        var output: JSONValue = .object([:])
        var metrics = ActivityMetrics()
    }

    func run() async throws -> Result {
        switch activity.kind {
        case .copy(let copy): return try await run(copy)
        case .transform(let transform): return try await run(transform)
        case .lookup(let source, let firstRowOnly): return try await lookup(source, firstRowOnly: firstRowOnly)
        case .forEach(let loop): return try await run(loop)
        case .if(let condition, let then, let otherwise):
            let branch = try scope.value(condition, permittingSecrets: true) ? then : otherwise
            try await runInside(branch, scope.inside(path))
            return Result()
        case .setVariable(let name, let value):
            try session.setVariable(name.value, try scope.value(value))
            return Result(output: ["name": .string(name.value), "value": session.variable(name.value) ?? .null])
        case .appendVariable(let name, let value):
            let addition = try scope.value(value)
            try session.changeVariable(name.value) { .array(($0.asArray ?? []) + [addition]) }
            return Result(output: ["name": .string(name.value), "value": addition])
        case .wait(let seconds):
            let count = try scope.value(seconds)
            guard (0...604_800).contains(count) else { throw ActivityFailure("cannot wait \(count) seconds: 0 to 604800 (a week)") }
            try await Task.sleep(for: .seconds(count))
            return Result(output: ["waitedSeconds": .integer(Int64(count))])
        case .fail(let message, let errorCode):
            throw ActivityFailure(try scope.value(message), errorCode: try errorCode.map { try scope.value($0) } ?? "Failed")
        case .pipeline(let name, let parameters): return try await runPipeline(name.value, parameters)
        case .publish(let publish): return try await self.publish(publish)
        case .delete(let delete): return try await run(delete)
        }
    }

    /// Calls `body` with a session of its own; its progress is told while it works.
    func withEngine<Value: Sendable>(_ body: (any EngineSession) async throws -> Value) async throws -> Value {
        let engineSession = try await session.engine.openSession()
        let ticker = Task { [session, path] in
            var last = -1.0
            while !Task.isCancelled {
                if let fraction = engineSession.progress, fraction > last + 0.005 || fraction < last {
                    last = fraction
                    session.events.send(.activityProgress(path: path, fraction: fraction))
                }
                do { try await Task.sleep(for: .milliseconds(200)) } catch { return }
            }
        }
        do {
            let value = try await body(engineSession)
            ticker.cancel()
            await engineSession.close()
            return value
        } catch {
            ticker.cancel()
            await engineSession.close()
            throw error
        }
    }

    // MARK: Containers

    private func runInside(_ activities: [Activity], _ scope: RunScope) async throws {
        let outcome = await ActivityRunner(scope: scope).run(list: activities)
        switch outcome.status {
        case .cancelled: throw CancellationError()
        case .failed: throw ActivityFailure("inside it failed: " + outcome.failed.joined(separator: ", "), errorCode: "InnerActivityFailed")
        default: return
        }
    }

    private func run(_ loop: ActivityKind.ForEach) async throws -> Result {
        let found = try scope.marked(loop.items)
        guard case .array(let items) = found.value else {
            throw ActivityFailure("`items` is not a list", at: loop.items.range)
        }
        let failures = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
            var waiting = items.enumerated().makeIterator()
            // The next item starts where one has ended, in the order of the list: one at a time is a sequence.
            func startNext() {
                guard let (index, item) = waiting.next() else { return }
                group.addTask {
                    do {
                        try await runInside(loop.activities, scope.inside("\(path)[\(index)]", item: EvaluatedValue(item, isSensitive: found.isSensitive)))
                        return (index, nil)
                    } catch let failure as ActivityFailure {
                        return (index, failure.message)
                    }
                }
            }
            for _ in 0..<min(loop.batchCount, items.count) { startNext() }
            var failures: [(Int, String)] = []
            while let (index, message) = try await group.next() {
                if let message { failures.append((index, message)) }
                startNext()
            }
            return failures.sorted { $0.0 < $1.0 }
        }
        if let first = failures.first {
            throw ActivityFailure(
                "\(failures.count) of \(items.count) items failed; item \(first.0): \(first.1)", errorCode: "InnerActivityFailed")
        }
        return Result(output: ["itemsCount": .integer(Int64(items.count))])
    }

    private func runPipeline(_ name: String, _ parameters: [MapEntry<DynamicValue>]) async throws -> Result {
        guard let file = session.plan.project.pipeline(named: name) else { throw ActivityFailure("there is no pipeline \"\(name)\"") }
        var values = JSONObject()
        var sensitive: Set<String> = []
        for parameter in parameters {
            let found = try scope.markedValue(parameter.value)
            values[parameter.name] = found.value
            if found.isSensitive { sensitive.insert(parameter.name.lowercased()) }
        }
        let record = try await PipelineRun.runChild(file.asset, parameters: values, sensitive: sensitive, of: session, path: path)
        return Result(output: ["pipelineName": .string(name), "pipelineRunId": .string(record)])
    }

    // MARK: Sources

    func resolve(_ source: DataSource) async throws -> ResolvedSource {
        guard let named = source.connection else { preconditionFailure("a source without connection is a table of the lake") }
        let connection = try session.databases.connection(named: try scope.value(named))
        let selection: ResolvedSource.Selection =
            switch source.selection {
            case .table(let table): .table(try scope.value(table))
            case .query(let query): .query(try scope.value(query, permittingSecrets: true))
            case .path(let path): .path(try scope.value(path))
            }
        try await session.databases.attach(connection)
        return ResolvedSource(connection: connection, selection: selection, format: source.format)
    }

    /// A SELECT over a source, the table of the lake it reads where it reads one, and a label for `_source`.
    func scan(_ source: DataSource, in engineSession: any EngineSession) async throws -> (sql: String, label: String) {
        if source.connection == nil, case .table(let table) = source.selection {
            let name = try lakeName(table)
            let snapshot = try await session.tables.requiredSnapshot(name)
            try session.journal.recordInput(run: session.record.id, path: path, table: name.text, version: Int64(snapshot.version))
            return (try snapshot.scanSQL(), name.text)
        }
        let resolved = try await resolve(source)
        if let catalog = resolved.catalogOfQuery { try await engineSession.execute("USE \(try SQL.identifier(catalog))") }
        try session.journal.recordInput(run: session.record.id, path: path, table: resolved.label, version: nil)
        let sql = try resolved.scanSQL()
        try await resolved.checkReadable(sql, in: engineSession)
        for column in try await resolved.inexactColumns(in: engineSession) {
            try session.log(
                .warning,
                "\(resolved.label): column \"\(column)\" is numeric without precision, which is read as DOUBLE and may be rounded; read it by a query that casts it: \(column)::numeric(38, 6)",
                path: path)
        }
        return (sql, resolved.label)
    }

    func lakeName(_ table: Dynamic<String>) throws -> LakeName {
        let text = try scope.value(table)
        guard let name = LakeName(text) else {
            throw ActivityFailure("\"\(text)\" is no table of the lake: write LAYER.NAME", at: table.range)
        }
        return name
    }

    /// Rows that a lookup may give to expressions.
    private static let lookupLimit = 5000

    private func lookup(_ source: DataSource, firstRowOnly: Bool) async throws -> Result {
        try await withEngine { engineSession in
            let scan = try await scan(source, in: engineSession)
            let limit = firstRowOnly ? 1 : Self.lookupLimit + 1
            let found = try await engineSession.query("SELECT * FROM (\(scan.sql)) LIMIT \(limit)")
            guard found.rows.count <= Self.lookupLimit else {
                throw ActivityFailure(
                    "the lookup found more than \(Self.lookupLimit) rows", help: "narrow the query; a lookup is for small answers",
                    errorCode: "LookupTooLarge")
            }
            let rows = found.rows.map { row in JSONValue.object(JSONObject(zip(found.columns, row).map { ($0.name, $1.json) })) }
            var result = Result()
            result.metrics.rowsRead = rows.count
            if firstRowOnly {
                guard let first = rows.first else { throw ActivityFailure("the lookup found no row", errorCode: "LookupEmpty") }
                result.output = ["firstRow": first]
            } else {
                result.output = ["count": .integer(Int64(rows.count)), "value": .array(rows)]
            }
            return result
        }
    }
}
