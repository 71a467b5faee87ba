internal import Assets
internal import Delivery
internal import Engine
internal import Lake
internal import Runtime
internal import State
internal import Support
internal import Validation

/// The tables of the lake: columns against those that the pipelines of the release give them, and commits of others.
struct DriftedTables: Sendable {
    private let survey: DriftSurvey
    private let environment: ResolvedEnvironment
    private let snapshot: ProjectSnapshot

    init(_ survey: DriftSurvey, _ environment: ResolvedEnvironment, _ snapshot: ProjectSnapshot) {
        self.survey = survey
        self.environment = environment
        self.snapshot = snapshot
    }

    func report() async throws -> DriftReport {
        var writers: [String: Set<String>] = [:]
        for facts in snapshot.pipelines {
            for write in facts.writes { writers[write.table.text, default: []].insert(facts.name?.value ?? facts.givenName) }
        }
        // Where a name is known only when it runs, any table may be one of the release's.
        let knowsAll = !snapshot.pipelines.contains { $0.writesUnknownTables || $0.hasLostActivities }
        let known = writers
        let journal = try survey.released.workspace.journal(of: environment, create: false)
        let runs = RunLookup(journal: journal, release: survey.release.folderName)
        let report = try await survey.released.workspace.withLake(of: environment) { lake in
            var report = DriftReport()
            var names = Set(known.keys)
            // Rows that checks have sorted out belong to the table they came from.
            for table in try lake.tables() where table.layer != "quarantine" && (knowsAll || known[table.description] != nil) { names.insert(table.description) }
            for name in names.sorted() {
                do {
                    let table = try await look(name, known[name]?.sorted() ?? [], lake, runs)
                    if let item = table.item(survey.name) { report.add([item]) }
                } catch let error as LakeError {
                    report.add(DriftReport.Gap("table \(name)", error.description))
                }
            }
            return report
        }
        try journal?.close()
        return report
    }

    private func look(_ name: String, _ writers: [String], _ lake: Lake, _ runs: RunLookup) async throws -> DriftedTable {
        guard let lakeName = LakeName(name) else { preconditionFailure("it is the name of a table") }
        let release = snapshot.columns[.lake(lakeName)].map { $0.map { DriftedTable.Column($0.name, $0.type.sql) } }
        let table = lake.table(try LakeTableName(layer: lakeName.layer, name: lakeName.name))
        guard let live = try await table.snapshot() else {
            let last = try runs.lastWriter(of: name)
            return DriftedTable(
                name: name, writers: writers, release: release, own: nil, ownWords: last.map { runs.words($0) }, isOfCurrentRelease: false, foreign: [], live: nil)
        }
        let (own, foreign) = try Self.history(of: table)
        let run = try own?.provenance["run"]?.asString.flatMap { try runs.run($0) }
        var ownState: DriftedTable.State?
        if let own {
            // Of a version whose log is gone nothing is known but its number.
            let columns = foreign.isEmpty ? live.schema : try? await table.snapshot(at: .number(own.version))?.schema
            ownState = columns.map { DriftedTable.State(version: own.version, columns: $0.driftColumns) }
        }
        return DriftedTable(
            name: name, writers: writers, release: release, own: ownState, ownWords: run.map { runs.words($0) },
            isOfCurrentRelease: run?.release == survey.release.folderName, foreign: foreign,
            live: .init(version: live.version, columns: live.schema.driftColumns))
    }

    /// The last commit by pipectl, and those that others made since. Most often the newest is ours, so older ones are read only when needed.
    private static func history(of table: DeltaTable) throws -> (own: CommitInfo?, foreign: [DriftedTable.Foreign]) {
        func isOwn(_ commit: CommitInfo) -> Bool { commit.engineInfo?.hasPrefix("pipectl/") ?? false }
        var commits = try table.history(limit: 1)
        if !commits.contains(where: isOwn) { commits = try table.history(limit: nil) }
        let since = commits.prefix { !isOwn($0) }.reversed()
        var order: [String] = []
        var operations: [String: [String]] = [:]
        for commit in since {
            let writer = commit.engineInfo ?? "another writer"
            if operations[writer] == nil { order.append(writer) }
            operations[writer, default: []].append(commit.operation ?? "commit")
        }
        return (commits.first(where: isOwn), order.map { DriftedTable.Foreign(writer: $0, operations: operations[$0] ?? []) })
    }
}

extension DeltaSchema {
    fileprivate var driftColumns: [DriftedTable.Column] { columns.map { DriftedTable.Column($0.name, $0.type.sql) } }
}
