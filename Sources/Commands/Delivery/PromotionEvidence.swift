internal import AssetLoading
internal import Assets
internal import Changes
internal import CommandLineKit
internal import Delivery
internal import Git
internal import Runtime

/// Whether what a promotion says of itself is so, as far as git can tell.
struct PromotionEvidence {
    /// Of the environment that is promoted to.
    let site: DeliverySite
    let environment: String
    let folder: ProjectFolder

    /// - Parameter base: what it is measured by; the conditions are those that held there.
    /// - Returns: nil where there is none, else what is to be said of the commit: `is not approved: ...`.
    func problem(with entry: PromotionLine.Entry, since base: GitObjectID) async throws -> String? {
        let repository = try site.repository()
        let before = GitTree(try repository.files(of: base, in: site.line.project))
        let tree = GitTree(try repository.files(of: entry.commit.id, in: site.line.project))
        guard let promotion = Self.conditions(environment, before: .environments(of: before), after: .environments(of: tree)) else {
            return "cannot have been promoted: nothing is promoted to this environment"
        }
        let record = entry.record
        if record.from != promotion.from.value { return "was promoted from \"\(record.from)\", and promotions come from \"\(promotion.from.value)\"" }
        for requirement in promotion.require {
            switch requirement {
            case .validated where record.validated == nil: return "does not say that it was validated"
            case .greenRun:
                if let problem = try await problemWithRuns(record, before, tree) { return problem }
            case .approved:
                let gate = try await PromotionGates.approved(entry.merge, since: base, promotion.approvals, site)
                if !gate.isPassed { return "is not approved: \(gate.findings.joined(separator: "; "))" }
            case .validated, .noDrift: break
            }
        }
        return nil
    }

    /// A change of the conditions counts from the promotion after the one that brings it; where there were none, the new ones do.
    static func conditions(_ environment: String, before: ProjectFrame, after: ProjectFrame) -> Environment.Promotion? {
        before.environment(named: environment)?.asset.promotion ?? after.environment(named: environment)?.asset.promotion
    }

    private func problemWithRuns(_ record: PromotionRecord, _ before: GitTree, _ tree: GitTree) async throws -> String? {
        let paths = try ChangedPaths(from: before, to: tree).all
        let changes = try await folder.withEngineSupply { engine in
            try await ProjectChanges.compare(base: before, head: tree, changed: paths, ChangeSelection(environment: environment), engine: engine)
        }
        let names = PromotionGates.changedPipelines(changes)
        guard !names.isEmpty else { return nil }
        let line = ReleaseLine(environment: record.from, project: site.line.project)
        let releases = try await releases(of: line, asIn: tree, naming: Set(record.greenRuns.map(\.release)))
        let repository = try site.repository()
        let project = ProjectLoader.load(tree)
        for name in names {
            guard let run = record.greenRuns.first(where: { $0.pipeline == name }) else { return "names no green run of pipeline \(name), which it changes" }
            // Releases of the other environment may be in a clone that this one has never seen.
            guard let releases else { continue }
            guard let release = releases.first(where: { $0.number == run.release }) else { return "names release \(run.release) of \(record.from), which there is not" }
            let content = release.content(line, repository)
            let own = try PromotionGreenRuns.files(of: name, in: project, tree)
            if let other = own.first(where: { (try? content.id(of: $0.path)) != $0.id }) {
                return "names a run of release \(run.release) of \(record.from), where \(other.path) is another one"
            }
        }
        return nil
    }

    /// nil where nobody here can know them.
    private func releases(of line: ReleaseLine, asIn tree: GitTree, naming numbers: Set<Int>) async throws -> [Release]? {
        let known = try line.releases(in: try site.repository())
        if !known.isEmpty, numbers.isSubset(of: known.map(\.number)) { return known }
        guard let remote = ProjectFrame.environments(of: tree).environment(named: line.environment)?.asset.remote else { return known.isEmpty ? nil : known }
        let other = DeliverySite(
            projectRoot: site.projectRoot, line: line, root: site.root, remote: remote, variables: site.variables, clock: site.clock, version: site.version)
        try await other.deployment().fetch()
        return try line.releases(in: try site.repository())
    }
}
