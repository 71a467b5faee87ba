internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support

/// Two environments, one promoted to the other, and the commits that their branches stand on.
struct PromotionSides: Sendable {
    let from: Environment
    let fromBranch: String
    let fromSite: DeliverySite
    let to: Environment
    let toSite: DeliverySite
    let source: GitObjectID
    let target: PromotionBranch
    /// What must hold.
    let conditions: Environment.Promotion?
    /// Of a protected environment: what stands on its branch.
    let line: PromotionLine?
    /// The current release, where the branch does not have what it was made of.
    let unfollowed: Release?
    /// Of the project, from the top of the repository.
    let project: String

    var fromName: String { from.name.value }
    var toName: String { to.name.value }
    /// What the promotion is measured by.
    var base: GitObjectID { line?.base ?? target.tip }

    /// Whether all that the branch has of this project was promoted. What came with the promotion of another one, or was taken over, was not;
    /// what is there by hand cannot be.
    func hasNothingOpen() throws -> Bool {
        if base == target.tip || source == target.tip || line?.foreign.isEmpty == false { return true }
        let repository = try toSite.repository()
        let (before, now) = (try repository.files(of: base), try repository.files(of: target.tip))
        return project.isEmpty ? before.root == now.root : try before.file(at: project) == now.file(at: project)
    }

    /// Which branches they are is told by the commit that is checked out; what is asked of a promotion, by the branch that is promoted to, as it
    /// is before: a change of the conditions counts from the promotion after the one that brings it.
    static func find(_ fromName: String, _ toName: String, in folder: ProjectFolder, _ context: CommandContext) async throws -> PromotionSides {
        guard fromName != toName else { throw CommandFailure("an environment is not promoted to itself", .usage) }
        let (path, frame) = try {
            let repository = try GitRepository.open(at: folder.root, allowsBare: true)
            let path = try repository.path(ofProject: folder.root)
            return (path, ProjectFrame.environments(of: GitTree(try repository.files(of: try repository.head(), in: path))))
        }()
        let (from, to) = (try environment(fromName, frame), try environment(toName, frame))
        let fromBranch = try branch(of: from)
        let toBranch = try branch(of: to)
        guard fromBranch != toBranch else {
            throw CommandFailure(
                "environments \"\(fromName)\" and \"\(toName)\" are both deployed from branch \(toBranch): there is nothing to merge",
                help: "give each a branch of its own, or deploy: pipectl deploy --env \(toName)", .usage)
        }
        let site = try DeliverySite.of(to, path: path, folder: folder, context)
        let move = PromotionMove(site)
        let target = try await move.target(toBranch)
        let source = try await move.source(fromBranch, of: fromName, remote: from.remote ?? site.remote)
        let repository = try site.repository()
        let ahead = ProjectFrame.environments(of: GitTree(try repository.files(of: source, in: path)))
        let behind = ProjectFrame.environments(of: GitTree(try repository.files(of: target.tip, in: path)))
        let finalFrom = try environment(fromName, ahead, commit: source)
        let finalTo = try behind.environment(named: toName)?.asset ?? environment(toName, ahead, commit: source)
        for (environment, branch, commit) in [(finalFrom, fromBranch, source), (finalTo, toBranch, target.tip)] where environment.branch != branch {
            throw CommandFailure(
                "environment \"\(environment.name.value)\" is deployed from branch \(branch) as HEAD has it, and from \(environment.branch ?? "none") in commit \(commit.short)",
                help: "check out a commit that agrees with it", .failure)
        }
        let toSite = try DeliverySite.of(finalTo, path: path, folder: folder, context)
        let (line, unfollowed) = try await line(finalTo, toSite, target, source)
        let base = line?.base ?? target.tip
        let before = base == target.tip ? behind : ProjectFrame.environments(of: GitTree(try repository.files(of: base, in: path)))
        let conditions = PromotionEvidence.conditions(toName, before: before, after: ahead)
        if let conditions, conditions.from.value != fromName {
            throw CommandFailure(
                "environment \"\(toName)\" takes promotions from \"\(conditions.from.value)\"", help: "pipectl promote \(conditions.from.value) \(toName)", .failure)
        }
        return PromotionSides(
            from: finalFrom, fromBranch: fromBranch, fromSite: try DeliverySite.of(finalFrom, path: path, folder: folder, context), to: finalTo,
            toSite: toSite, source: source, target: target, conditions: conditions, line: line, unfollowed: unfollowed, project: path)
    }

    /// nil for an environment that is not protected, in its file or in its release: there a branch may have what it likes.
    private static func line(
        _ environment: Environment, _ site: DeliverySite, _ target: PromotionBranch, _ source: GitObjectID
    ) async throws -> (PromotionLine?, unfollowed: Release?) {
        try await site.deployment().fetch()
        let repository = try site.repository()
        let current = try site.current()
        guard try environment.isProtected || current?.isProtected(site.line, repository) == true else { return (nil, nil) }
        let released = try current.flatMap { try repository.objects.holds($0.source) ? $0.source : nil }
        let follows = try released.map { commit throws(GitError) in try repository.isAncestor(commit, of: target.tip) } ?? true
        let line = try repository.promotionLine(
            below: target.tip, besides: source, project: site.line.project, released: follows ? released : nil)
        return (line, follows ? nil : current)
    }

    private static func environment(_ name: String, _ frame: ProjectFrame, commit: GitObjectID? = nil) throws -> Environment {
        if let file = frame.environment(named: name) { return file.asset }
        let known = frame.environments.map(\.asset.name.value)
        throw CommandFailure(
            (commit.map { "commit \($0.short) has" } ?? "the project, as it is committed, has") + " no environment \"\(name)\"",
            help: Suggestion.nearest(to: name, in: known).map { "did you mean \"\($0)\"?" } ?? (known.isEmpty ? nil : "environments: \(known.joined(separator: ", "))"), .usage)
    }

    private static func branch(of environment: Environment) throws -> String {
        if let branch = environment.branch { return branch }
        throw CommandFailure(
            "environment \"\(environment.name.value)\" names no branch, and a promotion merges branches", help: "say in its file which one deploys there: branch: develop", .usage)
    }
}
