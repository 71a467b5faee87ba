internal import Assets
internal import Connectors
internal import Delivery
internal import Engine
internal import Lake
internal import Runtime
internal import State
internal import Support
internal import Validation

/// What pipelines of the release publish, against what the warehouse holds.
struct DriftedWarehouse: Sendable {
    private let survey: DriftSurvey
    private let environment: ResolvedEnvironment
    private let snapshot: ProjectSnapshot

    init(_ survey: DriftSurvey, _ environment: ResolvedEnvironment, _ snapshot: ProjectSnapshot) {
        self.survey = survey
        self.environment = environment
        self.snapshot = snapshot
    }

    func report() async throws -> DriftReport {
        var report = DriftReport()
        var publishers: [LakeName: Set<String>] = [:]
        for facts in snapshot.pipelines {
            for published in facts.publishes { publishers[published.table, default: []].insert(facts.name?.value ?? facts.givenName) }
        }
        guard !publishers.isEmpty, let warehouse = environment.warehouse else { return report }
        if survey.isOffline, case .postgres = warehouse.kind {
            report.add(DriftReport.Gap("warehouse", "--offline"))
            return report
        }
        let names = publishers.keys.sorted { $0.text < $1.text }
        let workspace = survey.released.workspace
        let found: [[SQLColumn]?]
        do {
            found = try await Interruption.cancelling { try await Self.columns(of: names, warehouse, environment, workspace) }
        } catch let error as ConnectorError {
            report.add(DriftReport.Gap("warehouse", error.message))
            return report
        }
        let journal = try workspace.journal(of: environment, create: false)
        let runs = RunLookup(journal: journal, release: survey.release.folderName)
        for (name, live) in zip(names, found) {
            if let item = try item(name, live, publishers[name, default: []].sorted(), warehouse, runs) { report.add([item]) }
        }
        try journal?.close()
        return report
    }

    /// nil for a table that is not there.
    private static func columns(
        of names: [LakeName], _ warehouse: ResolvedConnection, _ environment: ResolvedEnvironment, _ workspace: Workspace
    ) async throws -> [[SQLColumn]?] {
        if case .duckdb(let path) = warehouse.kind, !FileSystem.exists(path) { return names.map { _ in nil } }
        return try await workspace.withEngine(for: environment) { engine in
            try await engine.withSession { session in
                try await Attachment.attach(warehouse, access: .read, engine: engine, session: session, connectTimeout: 10)
                let inspector = SourceInspector(connection: warehouse, engine: engine, session: session)
                var columns: [[SQLColumn]?] = []
                for name in names {
                    columns.append(try await inspector.columns(of: .table("\(environment.warehouseSchema ?? name.layer).\(name.name)"), format: nil))
                }
                return columns
            }
        }
    }

    private func item(_ name: LakeName, _ live: [SQLColumn]?, _ publishers: [String], _ warehouse: ResolvedConnection, _ runs: RunLookup) throws -> DriftItem? {
        let release = snapshot.columns[.lake(name)]
        let last = try runs.lastWriter(of: "warehouse.\(name.text)")
        let recorded = last.map { "published by \(runs.words($0))" } ?? "never published"
        let again = DriftItem.Remedy.other(publishers.map { "pipectl run \($0) --env \(survey.name)" }.joined(separator: "; "))
        let label = "\(environment.warehouseSchema ?? name.layer).\(name.name)"
        guard let live else {
            let git = release.map { Self.words($0) } ?? "columns are known when it runs"
            if let number = try runs.release(without: name.text, in: environment.name) {
                return DriftItem(
                    .published, label, "was not published yet", git: git, recorded: "taken out as data went back, with release \(number)", live: "no table",
                    isDrift: false, remedy: again)
            }
            return DriftItem(
                .published, label, last == nil ? "was not published yet" : "is gone", git: git, recorded: recorded, live: "no table", isDrift: last != nil, remedy: again)
        }
        guard let release else { return nil }
        // A database has types of its own; what a name became there is not told.
        let comparesTypes = if case .duckdb = warehouse.kind { true } else { false }
        let present = Dictionary(live.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        let wrong = release.filter { column in present[column.name.lowercased()].map { comparesTypes && $0.type != column.type } ?? true }
        guard !wrong.isEmpty else { return nil }
        let keys = Set(wrong.map { $0.name.lowercased() })
        let there = live.filter { keys.contains($0.name.lowercased()) }
        let isDrift = last?.release == survey.release.folderName
        return DriftItem(
            .published, label, isDrift ? "has other columns" : "has the columns of an earlier release", git: Self.words(wrong), recorded: recorded,
            live: there.isEmpty ? "without " + wrong.map(\.name).joined(separator: ", ") : Self.words(there), isDrift: isDrift, remedy: again)
    }

    private static func words(_ columns: [SQLColumn]) -> String {
        columns.prefix(12).map { "\($0.name) \($0.type.sql)" }.joined(separator: ", ") + (columns.count > 12 ? ", and \(columns.count - 12) more" : "")
    }
}
