internal import Assets
internal import Connectors
internal import Engine
internal import Lake
internal import State
internal import Support

extension ActivityWork {
    func publish(_ publish: ActivityKind.Publish) async throws -> Result {
        guard let warehouse = session.plan.environment.warehouse else {
            throw ActivityFailure(
                "environment \"\(session.plan.environment.name)\" has no warehouse", help: "add `warehouse` to its file",
                errorCode: "NoWarehouse")
        }
        let names = try publish.tables.map { try lakeName($0) }
        return try await withEngine { engineSession in
            var published: [WarehousePublisher.Table] = []
            for name in names {
                let snapshot = try await session.tables.requiredSnapshot(name)
                try session.journal.recordInput(
                    run: session.record.id, path: path, table: name.text, version: Int64(snapshot.version))
                published.append(
                    .init(
                        schema: session.plan.environment.warehouseSchema ?? name.layer, name: name.name,
                        query: try snapshot.scanSQL(), columns: snapshot.schema.columns))
            }
            if case .postgres = warehouse.kind { try await session.databases.attach(warehouse) }
            // One writer at a time: the file of a DuckDB warehouse is exchanged as a whole.
            let lock = try await FileLock.acquire(
                session.plan.environment.lockPath("warehouse"), purpose: "run \(session.record.id)", clock: session.plan.clock,
                timeout: .seconds(600))
            defer { lock.release() }
            let environment = session.plan.environment
            let views = try await environment.views(of: session.plan.project, session: engineSession)
            let (counts, changes) = try await WarehousePublisher(
                warehouse: warehouse, session: engineSession, views: views, release: session.plan.release?.name
            ).publish(published)
            try tell(changes)
            var result = Result()
            result.metrics.rowsRead = counts.reduce(0, +)
            result.metrics.rowsWritten = result.metrics.rowsRead
            result.metrics.table = "\(names.count) table\(names.count == 1 ? "" : "s") of the warehouse"
            var rows = JSONObject()
            for (name, count) in zip(names, counts) {
                rows[name.text] = .integer(Int64(count))
                try session.journal.recordOutput(
                    run: session.record.id, path: path, table: "warehouse.\(name.text)", version: nil, rows: Int64(count))
            }
            result.output = ["rows": .object(rows)]
            return result
        }
    }

    private func tell(_ changes: ViewChanges) throws {
        for (verb, names) in [("made", changes.created), ("replaced", changes.replaced), ("dropped", changes.dropped)] where !names.isEmpty {
            try session.log(.info, "view\(names.count == 1 ? "" : "s") \(names.joined(separator: ", ")) of the warehouse \(verb)", path: path)
        }
        for (view, missing, _) in changes.pending {
            try session.log(.info, "view \(view) of the warehouse waits for \(missing.joined(separator: ", "))", path: path)
        }
    }

    func run(_ delete: ActivityKind.Delete) async throws -> Result {
        switch delete {
        case .rows(let table, let condition): return try await deleteRows(try lakeName(table), where: try scope.value(condition.text))
        case .files(let connection, let pattern):
            return try deleteFiles(try session.databases.connection(named: try scope.value(connection)), try scope.value(pattern))
        }
    }

    private func deleteRows(_ name: LakeName, where condition: String) async throws -> Result {
        try await withEngine { engineSession in
            let table = try session.tables.table(name)
            let base = try await session.tables.requiredSnapshot(name)
            let transaction = ApplicationTransaction(
                appId: "pipectl/\(session.pipeline.name.value)/\(path)", version: session.record.sequence)
            var result = Result()
            result.metrics.table = name.text
            if base.transactions[transaction.appId] == transaction.version { return result }
            let before = base.rowCount
            var pending = try await table.pendingDelete(where: condition, prefix: "part-\(session.record.id)", session: engineSession)
            pending.transaction = transaction
            pending.provenance = ["run": .string(session.record.id), "activity": .string(path)]
            let outcome: CommitOutcome
            do {
                outcome = try await table.commit(pending)
            } catch {
                try pending.discard()
                throw error
            }
            try await session.tables.wrote(name, version: outcome.version)
            let after = try await session.tables.requiredSnapshot(name).rowCount
            if let before, let after {
                result.metrics.rowsDropped = before - after
                result.output = ["rowsDeleted": .integer(Int64(before - after))]
            }
            result.metrics.version = Int64(outcome.version)
            try session.journal.recordOutput(
                run: session.record.id, path: path, table: name.text, version: Int64(outcome.version), rows: nil)
            return result
        }
    }

    private func deleteFiles(_ connection: ResolvedConnection, _ pattern: String) throws -> Result {
        let files = try FileSelection.files(of: connection, matching: pattern)
        for file in files { try FileSystem.removeFile(file) }
        return Result(output: ["filesDeleted": .integer(Int64(files.count))])
    }
}
