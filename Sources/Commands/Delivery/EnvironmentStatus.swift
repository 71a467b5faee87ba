internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Secrets
internal import State
internal import Support
internal import Validation

/// What is known of an environment without asking its connections.
struct EnvironmentStatus: Sendable {
    struct Branch: Sendable {
        let name: String
        /// Commits, against the release's source; nil where they are not comparable here.
        let distance: (ahead: Int, behind: Int)?
        /// Whether a release of it would have the same files; nil where its files are not valid.
        let hasSameFiles: Bool?

        var isReleased: Bool { hasSameFiles ?? (distance.map { $0.ahead == 0 && $0.behind == 0 } ?? true) }
    }

    struct ExpiringSecret: Sendable {
        let name: String
        let store: String
        let version: String
        let expires: Instant
    }

    static let expiryWindow = Duration.seconds(14 * 86_400)

    let site: DeliverySite
    /// Whether nothing but releases runs there.
    let isProtected: Bool
    let release: Release?
    let differences: [LiveFolder.Difference]
    /// The release that runs begin with, where this repository does not have it.
    let releaseOfOthers: String?
    let hold: Hold?
    let lastRun: RunRecord?
    let branch: Branch?
    /// Of the pipelines of the release.
    let health: [PipelineHealth]
    let expiring: [ExpiringSecret]
    /// A deployment that somebody is making now.
    let underWay: DeploymentJournal?
    /// Why the views of the warehouse could not be made that the release has; everything else of it is there.
    let unapplied: String?
    /// Data that somebody is taking back to an earlier release now.
    let restoring: RestorationJournal?
    let now: Instant

    /// As its branch and its release are.
    var isFine: Bool {
        release != nil && releaseOfOthers == nil && differences.isEmpty && (branch?.isReleased ?? true) && underWay == nil && unapplied == nil
            && restoring == nil
    }
    var isHealthy: Bool { health.allSatisfy { $0.failures == nil } && expiring.isEmpty }

    /// - Parameter recovery: what came of ending a deployment that was interrupted.
    static func look(
        at site: DeliverySite, _ environment: Environment, _ project: LoadedProject, after recovery: Deployment.Recovery?
    ) throws -> EnvironmentStatus {
        let repository = try site.repository()
        let now = site.clock.now()
        let release = try site.line.current(in: repository)
        let journal = try DeploymentJournal.read(site.root)
        var unapplied: String?
        if case .unapplied(journal?.number, let reason)? = recovery { unapplied = reason }
        let underWay = unapplied == nil ? journal : nil
        var differences: [LiveFolder.Difference] = []
        var branch: Branch?
        var expiring: [ExpiringSecret] = []
        var running = project
        if let release {
            let tree = release.content(site.line, repository)
            running = ProjectLoader.load(tree)
            if underWay == nil { differences = try site.live.differences(of: release.folderName, from: tree.files) }
            branch = try BranchTip.find(environment.branch, at: site).map { try Self.compare($0, release, site) }
            if let environment = running.environment(named: site.line.environment)?.asset { expiring = Self.expiring(environment, running, tree, now) }
        }
        var lastRun: RunRecord?
        var health: [PipelineHealth] = []
        let path = FileSystem.join(site.root, "state.db")
        if FileSystem.exists(path) {
            let journal = try Journal(path: path, create: false)
            lastRun = try journal.runs(RunFilter(), limit: 1).first
            health = try journal.health(of: running.pipelines.map(\.asset.name.value).sorted())
            try journal.close()
        }
        return EnvironmentStatus(
            site: site, isProtected: environment.isProtected, release: release, differences: differences, releaseOfOthers: try site.releaseOfOthers(),
            hold: try Hold.read(site.root), lastRun: lastRun, branch: branch, health: health, expiring: expiring, underWay: underWay,
            unapplied: unapplied, restoring: try RestorationJournal.read(site.root), now: now)
    }

    private static func compare(_ tip: BranchTip, _ release: Release, _ site: DeliverySite) throws -> Branch {
        let repository = try site.repository()
        let distance = try repository.objects.holds(release.source) ? repository.aheadBehind(tip.commit, release.source) : nil
        if let distance, distance.ahead == 0, distance.behind == 0 { return Branch(name: tip.name, distance: distance, hasSameFiles: nil) }
        let project = ProjectLoader.load(tip.tree)
        guard !project.diagnostics.hasErrors, project.environment(named: site.line.environment) != nil else {
            return Branch(name: tip.name, distance: distance, hasSameFiles: nil)
        }
        let draft = try ReleaseDraft.make(of: tip.commit, project, in: tip.tree, line: site.line, repository: repository)
        return Branch(name: tip.name, distance: distance, hasSameFiles: draft.tree == release.tree)
    }

    /// Versions that the release gives out now and will not for long, or no longer does.
    private static func expiring(_ environment: Environment, _ project: LoadedProject, _ tree: GitTree, _ now: Instant) -> [ExpiringSecret] {
        guard !environment.stores.isEmpty else { return [] }
        let end = now.adding(expiryWindow) ?? .last
        var found: [ExpiringSecret] = []
        var seen: Set<[String]> = []
        var inventories: [String: SecretInventory] = [:]
        for use in SecretUses(project).uses(in: environment) where !use.isOwnRotation {
            guard let name = use.name, let store = use.store(in: environment) else { continue }
            let path = FileSystem.normalise(store.value)
            guard seen.insert([path, name, use.version ?? ""]).inserted else { continue }
            if inventories[path] == nil { inventories[path] = ReleasedProject.inventory(of: path, in: tree) }
            guard let entry = inventories[path]?[name], let version = use.version.map({ entry.version($0) }) ?? entry.currentVersion, let expires = version.expires, expires < end else {
                continue
            }
            found.append(ExpiringSecret(name: name, store: path, version: version.id, expires: expires))
        }
        return found.sorted { ($0.store, $0.name, $0.version) < ($1.store, $1.name, $1.version) }
    }

    // MARK: Telling it

    var json: JSONValue {
        [
            "environment": .string(site.line.environment), "release": release.map { .object($0.json(site)) } ?? .null,
            "branch": branch.map {
                [
                    "name": .string($0.name), "ahead": $0.distance.map { .integer(Int64($0.ahead)) } ?? .null,
                    "behind": $0.distance.map { .integer(Int64($0.behind)) } ?? .null, "isReleased": .bool($0.isReleased),
                ]
            } ?? .null,
            "differences": .array(differences.map { ["path": .string($0.path), "kind": .string($0.kind.rawValue)] }),
            "releaseOfOthers": releaseOfOthers.map { .string($0) } ?? .null,
            "hold": hold.map { .string($0.words) } ?? .null, "lastRun": lastRun?.json ?? .null,
            "pipelines": .array(health.map(\.json)),
            "expiring": .array(expiring.map {
                ["secret": .string($0.name), "store": .string($0.store), "version": .string($0.version), "expires": .string($0.expires.toTheSecond)]
            }),
            "unfinished": underWay.map {
                ["release": .integer(Int64($0.number)), "step": .string($0.step.rawValue), "began": .string($0.began.toTheSecond)]
            } ?? .null,
            "unappliedViews": unapplied.map { .string($0) } ?? .null,
            "restoring": restoring.map { ["release": .integer(Int64($0.release)), "to": .integer(Int64($0.target))] } ?? .null,
            "isFine": .bool(isFine), "isHealthy": .bool(isHealthy),
        ]
    }

    func text(_ style: TerminalStyle) -> String {
        var text = style.bold(site.line.environment) + ": "
        guard let release else {
            let runs = isProtected ? "no release, and nothing runs without" : "no release: runs use the files of the folder"
            return text + (releaseOfOthers == nil ? runs : "no release in this repository") + "\n" + rest(style)
        }
        let note = release.rollbackTo.map { " (rollback to \($0))" } ?? release.promotedFrom.map { " (promoted from \($0))" } ?? ""
        text += "release \(release.number)\(VisibleText.escaped(note)), commit \(release.source.short), \(release.time.toTheSecond) by \(VisibleText.escaped(release.person.name))\n"
        if let branch { text += "  branch \(VisibleText.escaped(branch.name)): \(Self.words(branch))\n" }
        if underWay == nil {
            text += "  live files: " + (differences.isEmpty ? "as released" : style("\(differences.count) not as released", .yellow)) + "\n"
            for difference in differences.prefix(10) { text += "    \(difference.kind.rawValue): \(VisibleText.escaped(difference.path))\n" }
        }
        return text + rest(style)
    }

    private static func words(_ branch: Branch) -> String {
        guard let (ahead, behind) = branch.distance else {
            return (branch.hasSameFiles == true ? "the same files" : "other files") + "; the release's commit is not in this clone"
        }
        let words = [ahead > 0 ? "\(ahead) ahead" : nil, behind > 0 ? "\(behind) behind" : nil].compactMap(\.self)
        if words.isEmpty { return "at the release's commit" }
        return words.joined(separator: ", ") + (branch.hasSameFiles == true ? ", the files are the same" : "")
    }

    private func rest(_ style: TerminalStyle) -> String {
        var text = releaseOfOthers.map {
            "  \(style("elsewhere", .yellow)): runs begin with \($0), which was deployed from another repository, or as another environment; to end that, remove \(VisibleText.escaped(site.live.link))\n"
        } ?? ""
        text += hold.map { "  \(style("held", .yellow)) \(VisibleText.escaped($0.words))\n" } ?? ""
        if let underWay {
            text += "  \(style("under way", .yellow)): release \(underWay.number), since \(underWay.began.toTheSecond)\n"
        }
        if let unapplied { text += "  views of the warehouse: \(style("not as released", .yellow)): \(VisibleText.escaped(unapplied))\n" }
        if let restoring { text += "  \(style("under way", .yellow)): data goes back to what release \(restoring.target) left\n" }
        if let run = lastRun { text += "  last run: \(VisibleText.escaped(run.pipeline)) \(run.status.rawValue), \(run.started.toTheSecond)\(run.release.map { ", release \(LiveFolder.number(of: $0) ?? 0)" } ?? ", the working tree")\n" }
        for one in health {
            guard let failures = one.failures, let last = one.last else { continue }
            let runs = failures.count == 1 ? "1 run" : "\(failures.count) runs"
            text += "  \(style(last.status.rawValue, .red)): \(VisibleText.escaped(one.pipeline)) since \(failures.since.toTheSecond), \(runs)\(one.running == nil ? "" : "; one is running")\n"
        }
        for secret in expiring {
            let hasExpired = secret.expires <= now
            text += "  \(style(hasExpired ? "expired" : "expiring", hasExpired ? .red : .yellow)): secret \(VisibleText.escaped(secret.name)) of \(VisibleText.escaped(secret.store)) at \(secret.expires.toTheSecond)\n"
        }
        return text
    }
}

extension PipelineHealth {
    fileprivate var json: JSONValue {
        [
            "pipeline": .string(pipeline), "last": last?.json ?? .null, "running": running?.json ?? .null,
            "failingSince": failures.map { .string($0.since.toTheSecond) } ?? .null, "failures": .integer(Int64(failures?.count ?? 0)),
        ]
    }
}
