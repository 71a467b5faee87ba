internal import AssetLoading
internal import Assets
internal import Changes
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Runtime
internal import Support
internal import Validation

/// Looks at all conditions of a promotion, so that who promotes learns of all that is missing at once.
struct PromotionGates {
    typealias Requirement = Environment.Promotion.Requirement

    let sides: PromotionSides
    let merge: PromotionMerge
    let folder: ProjectFolder
    /// Of stores of secrets, where drift is looked for.
    let opener: IdentityOpener
    let content: GitTree
    /// Since what it is measured by.
    let changes: ProjectChanges
    let validation: ProjectValidation
    /// What a pick lacks.
    var needs: [(words: String, pick: String)] = []

    func evaluate(_ record: inout PromotionRecord) async throws -> [PromotionGate] {
        var gates: [PromotionGate] = []
        if let line = sides.line { gates.append(try await branch(line)) }
        let required = sides.conditions?.require ?? [.validated]
        // What the next deployment would refuse is not merged, whatever was asked for.
        for requirement in Requirement.allCases where required.contains(requirement) || requirement == .validated {
            switch requirement {
            case .validated: gates.append(validated(&record))
            case .greenRun:
                if sides.fromSite.remote != nil { try await sides.fromSite.deployment().fetch() }
                let evidence = try PromotionGreenRuns(
                    site: sides.fromSite, project: ProjectLoader.load(content), tree: content, changed: changedPipelines, reached: reachedPipelines
                ).search()
                record.greenRuns = evidence.runs
                gates.append(evidence.gate)
            case .approved:
                let gate = try await Self.approved(merge, since: sides.base, sides.conditions?.approvals ?? .standard, sides.toSite)
                if gate.isPassed { record.approvedBy = gate.findings }
                gates.append(gate)
            case .noDrift: gates.append(try await noDrift())
            }
        }
        return gates
    }

    /// What the next deployment would refuse.
    private func branch(_ line: PromotionLine) async throws -> PromotionGate {
        let name = sides.target.name
        if let release = sides.unfollowed {
            return PromotionGate(
                "branch", isPassed: false, ["\(name) does not have commit \(release.source.short), which release \(release.number) of \(sides.toName) has"],
                help: "go back to a release that it has: pipectl rollback --env \(sides.toName) --to N")
        }
        var told = line.foreign.map { "commit \($0.id.short) \"\($0.subject)\" by \($0.author.name) was put on \(name) by hand" }
        guard told.isEmpty else {
            return PromotionGate(
                "branch", isPassed: false, told,
                help: "take it over where it is tried out: git merge \(name), on branch \(sides.fromBranch); or off the branch")
        }
        let evidence = PromotionEvidence(site: sides.toSite, environment: sides.toName, folder: folder)
        for (entry, base) in line.measured {
            if let problem = try await evidence.problem(with: entry, since: base) { told.append("promotion \(entry.commit.id.short) \"\(entry.commit.subject)\" \(problem)") }
        }
        return PromotionGate(
            "branch", isPassed: told.isEmpty, told.isEmpty ? ["\(name) has nothing that was not promoted"] : told,
            help: told.isEmpty ? nil : "take it off the branch, and promote it again")
    }

    private func validated(_ record: inout PromotionRecord) -> PromotionGate {
        let found = validation.report.diagnostics
        let (errors, warnings) = (found.count { $0.severity == .error }, found.count { $0.severity == .warning })
        let words = "\(warnings) warning\(warnings == 1 ? "" : "s")"
        guard errors == 0 else {
            let help = needs.isEmpty ? nil : needs.map { "--pick \($0.pick)" }.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: " ") + " too"
            return PromotionGate(
                Requirement.validated.rawValue, isPassed: false, ["the merged files have \(errors) error\(errors == 1 ? "" : "s")"] + needs.map(\.words), help: help)
        }
        record.validated = "\(Application.version), \(words)"
        return PromotionGate(Requirement.validated.rawValue, isPassed: true, ["no errors, \(words)"])
    }

    private var changedPipelines: [String] { Self.changedPipelines(changes) }
    private var reachedPipelines: [String] { (changes.impact?.pipelines ?? []).filter { !changedPipelines.contains($0) } }

    static func changedPipelines(_ changes: ProjectChanges) -> [String] {
        changes.changes.filter { $0.kind == "pipeline" && $0.action != .removed }.map(\.name)
    }

    /// The same for a promotion and for a deployment of it.
    static func approved(_ merge: PromotionMerge, since base: GitObjectID, _ wanted: Environment.Approvals, _ site: DeliverySite) async throws -> PromotionGate {
        let commits = try PromotedCommits(merge, since: base, in: try site.repository())
        switch wanted.form {
        case .trailer: return commits.judge(commits.approvals(), wanted)
        case .signedTag:
            let places = try await PromotionMove(site).fetchTags()
            let (approvals, refused) = try await commits.approvals(byTagsOn: merge.source, below: places, site: site)
            return commits.judge(approvals, wanted, refused: refused)
        }
    }

    /// What could not be looked at is not known to be as it was deployed.
    private func noDrift() async throws -> PromotionGate {
        let (site, name) = (sides.toSite, sides.toName)
        guard let release = try site.current() else {
            return PromotionGate(Requirement.noDrift.rawValue, isPassed: true, ["nothing is deployed to \(name) yet"])
        }
        let survey = DriftSurvey(
            folder: folder, site: site, release: release, released: try ReleasedProject(release, at: site, folder, opener: opener),
            branch: try BranchTip.find(sides.to.branch, at: site), isOffline: false)
        let report = try await survey.report()
        let found = report.drift.map { "\($0.kind.rawValue) \($0.name) \($0.problem)" } + report.notChecked.map { "not checked: \($0.subject): \($0.reason)" }
        return PromotionGate(
            Requirement.noDrift.rawValue, isPassed: found.isEmpty, found.isEmpty ? ["\(name) is as release \(release.number) left it"] : found,
            help: found.isEmpty ? nil : "see what differs: pipectl drift --env \(name)")
    }
}
