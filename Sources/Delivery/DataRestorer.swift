package import Connectors
package import Lake
package import State
package import Support

/// Takes the data of an environment back. Each step may be done again to no further effect.
package struct DataRestorer: Sendable {
    /// Gives a way into the warehouse that is open for the time of the call, and the schema of its tables where all have the same.
    package typealias Warehouse = @Sendable (_ body: (WarehousePublisher, _ schema: String?) async throws -> Void) async throws -> Void

    let environment: String
    let root: String
    let lake: Lake
    let journal: Journal
    let clock: WallClock
    /// nil: the release has none.
    let warehouse: Warehouse?

    package init(environment: String, root: String, lake: Lake, journal: Journal, clock: WallClock, warehouse: Warehouse?) {
        self.environment = environment
        self.root = root
        self.lake = lake
        self.journal = journal
        self.clock = clock
        self.warehouse = warehouse
    }

    /// Marks on commits that this one made them.
    static let application = "pipectl/rollback"

    /// Clocks are set; commits that are a little older than the first run are looked at too.
    private static let clockSlack: Int64 = 3600

    // MARK: Planning

    /// - Parameters:
    ///   - target: the release whose data is wanted.
    ///   - next: when the release after it was made.
    /// - Throws: `LakeError` where something of the versions that are wanted is gone.
    package func plan(to target: Int, next: Instant) async throws -> DataRestoration {
        let later = try journal.runs(environment: environment, afterRelease: target, next: next)
        let restorations = try journal.restorations(environment: environment).filter { $0.release > target }
        guard let start = (Array(later.values) + restorations.map(\.time)).min() else { return .nothing }
        let writes = LaterWrites(environment: environment, release: target, runs: Set(later.keys))
        let outputs = try journal.outputs(environment: environment, afterRelease: target, next: next)
        let since = Instant(microseconds: start.microseconds - Self.clockSlack * 1_000_000)
        var tables: [DataRestoration.Table] = []
        var gone = Set(outputs.filter { $0.version != nil }.map { ExactText($0.table) } + restorations.flatMap(\.lake.keys).map { ExactText($0) })
        for name in try lake.tables() {
            let table = lake.table(name)
            gone.remove(ExactText(name.description))
            let commits = try table.history(since: since)
            try requireEntries(of: table, outputs)
            guard let first = writes.first(of: commits) else { continue }
            if let restored = try await look(at: table, before: first.version, first.others) { tables.append(restored) }
        }
        return DataRestoration(
            tables: tables, warehouse: warehouse == nil ? [] : try await publications(writes),
            gone: gone.sorted().map(\.text), notRestored: Set(outputs.filter { $0.version == nil }.map { ExactText($0.table) }).sorted().map(\.text))
    }

    /// A log whose entries were cleaned up does not tell what came first.
    private func requireEntries(of table: DeltaTable, _ outputs: [TableUse]) throws {
        let written = outputs.filter { ExactText($0.table) == ExactText(table.name.description) }.compactMap(\.version).min()
        guard let written, let oldest = try table.oldestEntry(), written < oldest else { return }
        throw LakeError(
            .noSuchVersion, "its log begins after what a later run wrote as version \(written)", table: table.name.description, version: oldest,
            help: "what the table was before cannot be told any more")
    }

    private func look(at table: DeltaTable, before first: Int, _ others: [CommitInfo]) async throws -> DataRestoration.Table? {
        let version = first > 0 ? first - 1 : nil
        let pending = try await pending(table, version)
        guard !pending.changesNothing, let base = pending.base else { return nil }
        return DataRestoration.Table(
            name: table.name.description, now: base.version, rowsNow: base.rowCount, then: version, rowsThen: version == nil ? nil : pending.rowCount,
            others: others)
    }

    private func pending(_ table: DeltaTable, _ version: Int?) async throws(LakeError) -> PendingCommit {
        if let version { return try await table.pendingRestore(to: .number(version)) }
        return try await table.pendingTruncate()
    }

    private func publications(_ writes: LaterWrites) async throws -> [DataRestoration.WarehouseTable] {
        var tables: [DataRestoration.WarehouseTable] = []
        let targets = writes.warehouse(try journal.publications(environment: environment))
        for (name, version) in targets.sorted(by: { ExactText($0.key) < ExactText($1.key) }) {
            var rows: Int?
            if let version { rows = try await table(named: name).pendingRestore(to: .number(Int(version))).rowCount }
            tables.append(.init(name: name, version: version.map { Int($0) }, rows: rows))
        }
        return tables
    }

    private func table(named name: String) throws(LakeError) -> DeltaTable {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        return lake.table(try LakeTableName(layer: parts.first ?? "", name: parts.count > 1 ? parts[1] : ""))
    }

    // MARK: Doing it

    /// Says no where the warehouse cannot be opened, or has no room for what it shall show, before anything has changed.
    package func requireWarehouse(for restoration: DataRestoration) async throws {
        guard !restoration.warehouse.isEmpty, let warehouse else { return }
        let wanted = try restoration.warehouse.filter { $0.version != nil }.map { (table) throws(LakeError) in try self.table(named: table.name).name }
        try await warehouse { publisher, schema in
            try await publisher.requireRoom(for: wanted.map { WarehousePlace(schema: schema ?? $0.layer, name: $0.name) })
        }
    }

    /// Does what the journal of an unfinished rollback says, and ends it.
    @discardableResult
    package func carryOut(_ work: RestorationJournal) async throws -> RestorationRecord {
        do {
            var versions: [String: Int64] = [:]
            for table in work.tables { versions[table.name] = Int64(try await restore(table, work)) }
            if !work.warehouse.isEmpty { try await publish(work.warehouse) }
            let record = RestorationRecord(
                sequence: work.sequence, environment: work.environment, release: work.release, target: work.target, time: work.began, lake: versions,
                warehouse: Dictionary(uniqueKeysWithValues: work.warehouse.map { ($0.name, $0.version.map { Int64($0) }) }))
            try journal.record(record)
            try RestorationJournal.remove(root)
            return record
        } catch {
            throw DeliveryError(
                .damaged, "release \(work.release) of \(environment) is live, and its data has not all gone back: \(error)",
                help: "mend that, and go on: pipectl status --env \(environment); no run begins before. To leave the tables as they are now, remove \(RestorationJournal.path(root))")
        }
    }

    private static let attemptLimit = 20

    /// - Returns: the version that it has then.
    private func restore(_ wanted: RestorationJournal.Table, _ work: RestorationJournal) async throws(LakeError) -> Int {
        let table = try table(named: wanted.name)
        for attempt in 1... {
            var pending = try await pending(table, wanted.version)
            guard let base = pending.base else { preconditionFailure("a table that is restored is there") }
            let transaction = ApplicationTransaction(appId: Self.application, version: work.sequence)
            if base.has(transaction) || pending.changesNothing { return base.version }
            pending.transaction = transaction
            pending.provenance = [
                "environment": .string(environment),
                "rollback": ["release": .integer(Int64(work.release)), "to": .integer(Int64(work.target))],
            ]
            do {
                return try await table.commit(pending).version
            } catch {
                // Somebody else wrote in between: that goes too.
                guard error.isConflict, attempt < Self.attemptLimit else { throw error }
            }
        }
        preconditionFailure("the loop ends by returning or throwing")
    }

    private func publish(_ tables: [RestorationJournal.Table]) async throws {
        guard let warehouse else { return }
        var snapshots: [(name: LakeTableName, snapshot: Snapshot?)] = []
        for table in tables {
            let found = try self.table(named: table.name)
            var snapshot: Snapshot?
            if let version = table.version { snapshot = try await found.requiredSnapshot(at: .number(version)) }
            snapshots.append((found.name, snapshot))
        }
        let lock = try await FileLock.acquire(
            FileSystem.join(root, "locks/warehouse.lock"), purpose: "a rollback of data", clock: clock, timeout: .seconds(600))
        defer { lock.release() }
        try await warehouse { publisher, schema in
            var published: [WarehousePublisher.Table] = []
            var removed: [WarehousePlace] = []
            for (name, snapshot) in snapshots {
                if let snapshot {
                    published.append(.init(schema: schema ?? name.layer, name: name.name, query: try snapshot.scanSQL(), columns: snapshot.schema.columns))
                } else {
                    removed.append(.init(schema: schema ?? name.layer, name: name.name))
                }
            }
            _ = try await publisher.publish(published, removing: removed)
        }
    }
}
