internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Engine
internal import State
internal import Support
internal import Validation

extension ActivityWork {
    func run(_ transform: ActivityKind.Transform) async throws -> Result {
        guard let text = session.plan.project.sql(of: transform.query, in: session.pipeline) else {
            throw ActivityFailure("its SQL file could not be read", at: transform.query.range)
        }
        let rendered = try scope.render(text)
        return try await withEngine { engineSession in
            do {
                try await set(rendered.secrets, in: engineSession)
                try await openInputs(transform, of: rendered.sql, in: engineSession)
                // Bound once alone, so that a mistake is told at its place in the file.
                _ = try await engineSession.describe(rendered.sql)
            } catch let error as EngineError {
                throw failure(error, text, rendered)
            }
            let writer = TableWriter(work: self, engineSession: engineSession, write: transform.write)
            return try await writer.write { _ in SQL.withoutTerminator(rendered.sql) }
        }
    }

    /// Variables belong to one session, which ends with the activity.
    private func set(_ secrets: SecretVariables, in engineSession: any EngineSession) async throws(EngineError) {
        for (name, value) in secrets.values {
            let bound: SQLValue =
                switch value {
                case .bool(let flag): .boolean(flag)
                case .integer(let number): .integer(number)
                case .double(let number): .double(number)
                case .null, .string, .array, .object: .text(value.asString ?? value.text())
                }
            _ = try await engineSession.query("SET VARIABLE \(try SQL.identifier(name)) = $1", [bound])
        }
    }

    private func failure(_ error: EngineError, _ text: SQLText, _ rendered: RenderedSQL) -> ActivityFailure {
        guard [.syntax, .catalog, .binder, .conversion].contains(error.kind), let offset = error.offset else {
            return ActivityFailure(error)
        }
        let near = error.candidates.isEmpty ? nil : "did you mean \(error.candidates.map { "\"\($0)\"" }.joined(separator: ", "))?"
        return ActivityFailure(error.message, help: near, errorCode: "SQLInvalid", at: text.range(at: offset, in: rendered))
    }

    /// Makes what the query names visible: tables of the lake, live tables, named sources.
    private func openInputs(_ transform: ActivityKind.Transform, of sql: String, in engineSession: any EngineSession) async throws {
        for source in transform.sources {
            let scan = try await scan(source.value, in: engineSession)
            try await engineSession.execute("CREATE OR REPLACE TEMPORARY VIEW \(try SQL.identifier(source.name)) AS \(scan.sql)")
        }
        let layers = session.plan.project.frame.layers
        var seen: Set<[String]> = []
        for reference in try await engineSession.tableReferences(in: sql) where seen.insert(reference.name).inserted {
            let name = reference.name
            guard name.count > 1 else { continue }
            if name.count == 2, layers.contains(name[0]), let table = LakeName(name.joined(separator: ".")) {
                let version = try await session.tables.show(table)
                try session.journal.recordInput(run: session.record.id, path: path, table: table.text, version: Int64(version))
            } else {
                try await session.databases.attach(try session.databases.connection(named: name[0]))
                try session.journal.recordInput(
                    run: session.record.id, path: path, table: name.joined(separator: "."), version: nil)
            }
        }
    }

    func run(_ copy: ActivityKind.Copy) async throws -> Result {
        try await withEngine { engineSession in
            let scan = try await scan(copy.source, in: engineSession)
            let reading = try copy.source.incremental.map { incremental in
                guard case .lake = copy.write.into else {
                    throw ActivityFailure("an incremental copy goes into a table of the lake", at: copy.write.into.range)
                }
                return IncrementalReading(incremental: incremental, source: scan.label)
            }
            let writer = TableWriter(work: self, engineSession: engineSession, write: copy.write, reading: reading)
            return try await writer.write { target in
                // By the mark of the very version that the rows go behind: another run may have read the source meanwhile.
                let query = try await reading?.query(over: scan.sql, into: target, in: engineSession) ?? scan.sql
                guard copy.audit else { return query }
                // The same in every attempt at this run, so that a resumed run writes what an undisturbed one would.
                let started = session.record.started.dateAndTime(fractionDigits: 6)
                return """
                    SELECT *, TIMESTAMP '\(started)' AS _ingested_at, \(try SQL.literal(session.record.id)) AS _run_id, \
                    \(try SQL.literal(scan.label)) AS _source FROM (\(query))
                    """
            }
        }
    }
}
