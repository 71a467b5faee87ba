package import Assets
package import Engine
internal import Support

/// Changes the views of a warehouse without a run: whoever reads it sees all of them as they were, or as they are now.
package struct WarehouseUpdate: Sendable {
    private let warehouse: ResolvedConnection
    private let engine: any Engine
    private let session: any EngineSession

    package init(warehouse: ResolvedConnection, engine: any Engine, session: any EngineSession) {
        self.warehouse = warehouse
        self.engine = engine
        self.session = session
    }

    /// Views of ours that somebody has given another definition.
    ///
    /// - Parameters:
    ///   - views: as they shall be.
    ///   - published: tables and views of the whole project.
    ///   - schema: of all that is published; nil: that of its layer.
    package func changedByHand(_ views: [WarehouseView], published: [LakeName], schema: String?) async throws(ConnectorError) -> [ChangedView] {
        let inspection = try await look(for: views).inspection
        let definition = ViewDefinition(warehouse: warehouse, inspection: inspection, published: published, schema: schema, session: session)
        var changed: [ChangedView] = []
        for view in views {
            guard let found = inspection.views.first(where: { inspection.key($0.place) == inspection.key(view.place) }), found.isChangedByHand else { continue }
            let sql: Result<String, ViewDefinition.Unclear>
            do {
                sql = .success(try await definition.sql(of: found))
            } catch let unclear as ViewDefinition.Unclear {
                sql = .failure(unclear)
            } catch {
                throw WarehouseViews(warehouse: warehouse, session: session).failure("cannot read the view \(view.place.text)", error)
            }
            changed.append(ChangedView(view: view, definition: found.definition, sql: sql, isOfThisSource: found.mark?.source == view.digest))
        }
        return changed
    }

    package struct ChangedView: Sendable {
        package let view: WarehouseView
        /// As the database gives it back.
        package let definition: String
        /// As the project would have it.
        package let sql: Result<String, ViewDefinition.Unclear>
        /// It was made from the SQL that the view shall have now.
        package let isOfThisSource: Bool
    }

    /// What is there, of a file that is not there yet nothing; and what has to be done so that views are as they shall be.
    package func look(for views: [WarehouseView]) async throws(ConnectorError) -> (inspection: WarehouseInspection, difference: ViewsDifference) {
        if case .duckdb(let path) = warehouse.kind, !FileSystem.exists(path) {
            return (.empty, WarehouseInspection.empty.difference(to: views))
        }
        try await Attachment.attach(warehouse, access: .read, engine: engine, session: session, connectTimeout: 10)
        let present = WarehouseViews(warehouse: warehouse, session: session)
        do {
            let inspection = try await present.inspect()
            let difference = inspection.difference(to: views)
            let unfit = try await present.unfit(difference)
            try await detach()
            return (inspection, difference.waiting(for: unfit))
        } catch {
            // The first error is the one to tell.
            try? await detach()
            throw present.failure("cannot look at the warehouse", error)
        }
    }

    /// The lock of the warehouse has to be held.
    /// - Parameter leavingBlocked: views whose names something else has are left out; otherwise one of them is an error, and nothing is done.
    package func apply(_ views: [WarehouseView], release: String?, leavingBlocked: Bool = false) async throws(ConnectorError) -> ViewChanges {
        let found = try await look(for: views).difference
        let difference = leavingBlocked ? found.leavingBlocked : found
        if difference.isEmpty { return ViewChanges(found) }
        do {
            switch warehouse.kind {
            case .duckdb(let path): try await applyToFile(difference, release, path)
            case .postgres:
                try await Attachment.attach(warehouse, access: .write, engine: engine, session: session)
                try await apply(difference, to: warehouse, release, everything: false)
                try await detach()
            case .files, .sqlite: throw ConnectorError(warehouse.name, "a warehouse is of type duckdb or postgres")
            }
        } catch {
            throw WarehouseViews(warehouse: warehouse, session: session).failure("cannot change the views of the warehouse", error)
        }
        return ViewChanges(found)
    }

    private func apply(_ difference: ViewsDifference, to connection: ResolvedConnection, _ release: String?, everything: Bool) async throws {
        let present = WarehouseViews(warehouse: connection, session: session)
        try await session.execute("BEGIN TRANSACTION")
        do {
            try await present.remove(difference)
            try await present.make(difference, everything: everything, release: release)
            try await session.execute("COMMIT")
        } catch {
            // The first error is the one to tell.
            _ = try? await session.execute("ROLLBACK")
            throw error
        }
    }

    /// In a copy that takes the file's place: whoever has the old one open keeps reading it.
    private func applyToFile(_ difference: ViewsDifference, _ release: String?, _ path: String) async throws {
        let next = path + ".next"
        let copy = ResolvedConnection(name: "_pipectl_next", kind: .duckdb(path: next))
        do {
            for leftover in [next, next + ".wal"] { try FileSystem.removeFile(leftover) }
            // Open while it is copied, so that nobody can write to it.
            try await Attachment.attach(warehouse, access: .read, engine: engine, session: session)
            let isWhole = !FileSystem.exists(path + ".wal")
            if isWhole {
                try FileSystem.copyFile(path, to: next)
                try await detach()
                try await Attachment.attach(copy, access: .write, engine: engine, session: session)
            } else {
                // What was written last is not in the file itself.
                try await Attachment.attach(copy, access: .write, engine: engine, session: session)
                try await session.execute("COPY FROM DATABASE \(try SQL.identifier(warehouse.name)) TO \(try SQL.identifier(copy.name))")
                try await detach()
            }
            do {
                // Columns of a view are those that what it reads had: all are made anew.
                try await apply(difference, to: copy, release, everything: true)
                try await session.execute("CHECKPOINT \(try SQL.identifier(copy.name))")
            } catch {
                _ = try? await session.execute("DETACH \(try SQL.identifier(copy.name))")
                throw error
            }
            try await session.execute("DETACH \(try SQL.identifier(copy.name))")
            try FileSystem.synchroniseFile(next)
            try FileSystem.rename(from: next, to: path)
            try FileSystem.synchroniseDirectory(FileSystem.parent(of: path))
        } catch {
            // What remains the next one removes.
            for leftover in [next, next + ".wal"] { try? FileSystem.removeFile(leftover) }
            throw error
        }
    }

    private func detach() async throws(ConnectorError) {
        do throws(EngineError) {
            try await session.execute("DETACH \(try SQL.identifier(warehouse.name))")
        } catch {
            throw ConnectorError(warehouse.name, "cannot close the warehouse", error)
        }
    }
}
