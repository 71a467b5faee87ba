internal import Assets
internal import Engine
internal import Lake
internal import State
internal import Support

/// The tables of the lake as one run sees them: each at the version it had when the run first looked, and from then on
/// as the run itself writes it.
actor LakeCatalog {
    private let lake: Lake
    private let journal: Journal
    private let run: String
    private let session: any EngineSession
    private var snapshots: [String: Snapshot] = [:]
    private var views: [String: Int] = [:]

    init(lake: Lake, journal: Journal, run: String, session: any EngineSession) {
        self.lake = lake
        self.journal = journal
        self.run = run
        self.session = session
    }

    nonisolated func table(_ name: LakeName) throws(LakeError) -> DeltaTable {
        lake.table(try LakeTableName(layer: name.layer, name: name.name))
    }

    /// The table at the version this run reads; nil where there is none.
    func snapshot(_ name: LakeName) async throws -> Snapshot? {
        if let known = snapshots[name.text] { return known }
        let table = try table(name)
        guard let latest = try table.latestVersion() else { return nil }
        let pinned = try journal.pin(run: run, table: name.text, version: Int64(latest))
        let snapshot = try await table.snapshot(at: .number(Int(pinned)))
        // Another task may have looked at the same time; both saw the pinned version.
        if let snapshot, snapshots[name.text] == nil { snapshots[name.text] = snapshot }
        return snapshots[name.text]
    }

    func requiredSnapshot(_ name: LakeName) async throws -> Snapshot {
        if let snapshot = try await snapshot(name) { return snapshot }
        throw ActivityFailure(
            "there is no table \(name.text) in the lake yet", help: "run the pipeline that writes it first", errorCode: "NoSuchTable")
    }

    /// Makes `layer.name` a view of the table's rows, for all sessions.
    /// - Returns: the version it shows.
    @discardableResult
    func show(_ name: LakeName) async throws -> Int {
        let snapshot = try await requiredSnapshot(name)
        if views[name.text] == snapshot.version { return snapshot.version }
        let scan = try snapshot.scanSQL()
        try await session.execute("CREATE SCHEMA IF NOT EXISTS \(try SQL.identifier(name.layer))")
        try await session.execute("CREATE OR REPLACE VIEW \(try SQL.qualified([name.layer, name.name])) AS \(scan)")
        views[name.text] = snapshot.version
        return snapshot.version
    }

    /// Notes that the run has written the table: from here on it reads what it wrote.
    func wrote(_ name: LakeName, version: Int) async throws {
        try journal.movePin(run: run, table: name.text, to: Int64(version))
        snapshots[name.text] = try await table(name).snapshot(at: .number(version))
    }
}
