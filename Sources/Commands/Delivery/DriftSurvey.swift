internal import AssetLoading
internal import Assets
internal import Connectors
internal import Delivery
internal import Diagnostics
internal import Engine
internal import Git
internal import Runtime
internal import Secrets
internal import Support
internal import Validation

/// Looks for what differs in an environment from its release. Changes nothing.
struct DriftSurvey: Sendable {
    let folder: ProjectFolder
    let site: DeliverySite
    let release: Release
    let released: ReleasedProject
    let branch: BranchTip?
    let isOffline: Bool

    /// Of the time that one connection may take.
    static let limit = Duration.seconds(30)

    var name: String { site.line.environment }

    func report() async throws -> DriftReport {
        var report = try files()
        report.add(try secrets())
        let environment: ResolvedEnvironment
        do {
            environment = try released.resolved()
        } catch let invalid as Workspace.Invalid {
            let reason = invalid.diagnostics.first { $0.severity == .error }?.message
            report.add(DriftReport.Gap("tables, warehouse and sources", reason ?? "the environment's expressions have no value here"))
            return report.sorted()
        }
        let snapshot = try await folder.validation(of: released.tree, layer: "drift").snapshot
        if try RestorationJournal.read(site.root) == nil {
            report.add(try await DriftedTables(self, environment, snapshot).report())
            report.add(try await DriftedWarehouse(self, environment, snapshot).report())
            report.add(try await DriftedViews.report(self, environment))
        } else {
            report.add(DriftReport.Gap("tables", "data is being taken back to an earlier release, or that was interrupted: pipectl status --env \(name)"))
        }
        report.add(try await sources(environment))
        return report.sorted()
    }

    func files() throws -> DriftReport {
        var report = DriftReport()
        // Where only views are left to be made the files are there.
        if let journal = try DeploymentJournal.read(site.root), journal.step != .applying {
            report.add(DriftReport.Gap("live files", "a deployment is under way or was interrupted: pipectl status --env \(name)"))
        } else {
            report.add(try DriftedFiles(release, at: site, branch: branch).items())
        }
        return report
    }

    // MARK: Secrets

    private func secrets() throws -> DriftReport {
        var report = DriftReport()
        let now = WallClock.system.now()
        var seen: Set<[String]> = []
        for use in SecretUses(released.project).uses(in: released.environment) where !use.isOwnRotation {
            guard let name = use.name, let store = use.store(in: released.environment) else { continue }
            let path = FileSystem.normalise(store.value)
            guard seen.insert([path, name, use.version ?? ""]).inserted else { continue }
            guard let inventory = ReleasedProject.inventory(of: path, in: released.tree) else {
                if seen.insert([path]).inserted { report.add(DriftReport.Gap("secrets of \(path)", "the release's store cannot be read")) }
                continue
            }
            let now = { (version: SecretVersion?) in version.map { DriftedSecret.State(version: $0.id, refusal: $0.refusal(at: now)) } }
            func version(_ entry: SecretEntry?) -> SecretVersion? { use.version.map { entry?.version($0) } ?? entry?.currentVersion }
            let own = version(inventory[name])
            let theirs = branch.flatMap { ReleasedProject.inventory(of: path, in: $0.tree) }
            if branch != nil, theirs == nil, seen.insert([path]).inserted {
                report.add(DriftReport.Gap("secrets of \(path)", "the branch has no such store, or it cannot be read"))
            }
            let secret = DriftedSecret(
                name: name, store: path, release: now(own), branch: now(version(theirs?[name])), sameInBranch: now(own.flatMap { theirs?[name]?.version($0.id) }))
            if let item = secret.item(self.name, isBranchKnown: theirs != nil) { report.add([item]) }
        }
        return report
    }

    // MARK: Sources

    private func sources(_ environment: ResolvedEnvironment) async throws -> DriftReport {
        var report = DriftReport()
        let locked = released.project.schemas.compactMap { $0.schema?.connection.value }
        let connections = Set(locked).sorted().compactMap { environment.connections[$0] }
        guard !connections.isEmpty else { return report }
        if isOffline {
            report.add(DriftReport.Gap("sources", "--offline"))
            return report
        }
        let workspace = released.workspace
        let probes = try await Interruption.cancelling { try await SourceProbe.take(workspace, in: environment, connections: connections, limit: Self.limit) }
        for probe in probes {
            switch probe.outcome {
            case .failed(let reason, _), .notChecked(let reason): report.add(DriftReport.Gap("source \(probe.name)", reason))
            case .looked(let entry, let diagnostics):
                for finding in diagnostics where finding.severity == .error { report.add(DriftReport.Gap("source \(probe.name)", finding.message)) }
                report.add(entry.differences.map { item($0, entry) })
            }
        }
        return report
    }

    private func item(_ difference: SchemaDifference, _ entry: SourceSurvey.Entry) -> DriftItem {
        let path = entry.locked?.path ?? ""
        let (git, live) = difference.sides
        let tip = branch.map { branch in
            let same = (try? branch.tree.id(of: path)).map { id in (try? released.tree.id(of: path)) == id } ?? false
            return same ? "\(path) is the same on branch \(branch.name)" : "\(path) is another one on branch \(branch.name)"
        }
        return DriftItem(
            .source, "\(entry.name).\(difference.shortName)", difference.statementWithoutName, git: tip ?? "the branch is not known here", recorded: git, live: live, isDrift: difference.isBreaking,
            remedy: .other("take it over: pipectl adopt --sources --env \(name), or sources lock \(entry.name)"))
    }
}

extension SchemaDifference {
    /// A query by its first line.
    var shortName: String {
        guard subject == .query else { return name }
        return name.split(whereSeparator: \.isNewline).first.map { $0.count > 60 ? $0.prefix(60) + "…" : String($0) } ?? ""
    }

    fileprivate var statementWithoutName: String {
        switch change {
        case .added: "is not locked"
        case .removed: "is gone"
        case .columnAdded(let column, _): "has a new column \(column)"
        case .columnRemoved(let column, _): "has no column \(column) any more"
        case .columnRetyped(let column, _, _): "has another type of column \(column)"
        case .reordered: "has its columns in another order"
        case .keyChanged: "has another key"
        }
    }

    /// What is locked, and what is there.
    fileprivate var sides: (locked: String, live: String) {
        func list(_ names: [String]) -> String { names.isEmpty ? "no key" : "key (\(names.joined(separator: ", ")))" }
        return switch change {
        case .added: ("not locked", subject.rawValue)
        case .removed: (subject.rawValue, "no such \(subject.rawValue)")
        case .columnAdded(let column, let type): ("no such column", "\(column) \(type)")
        case .columnRemoved(let column, let type): ("\(column) \(type)", "no such column")
        case .columnRetyped(let column, let from, let to): ("\(column) \(from)", "\(column) \(to)")
        case .reordered: ("the locked order", "another order")
        case .keyChanged(let from, let to): (list(from), list(to))
        }
    }
}
