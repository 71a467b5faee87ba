internal import AssetLoading
internal import Assets
internal import Changes
internal import CommandLineKit
internal import Delivery
internal import Git
internal import Support

/// A protected environment takes what was promoted, and nothing else.
///
/// What git can tell is asked again: the commit is the merge, or the pick, that its trailers name, with the files that this gives; it follows
/// the current release, and between the two are promotions only, of which the same is asked; releases that its runs are said to be of are
/// there, with the same files; approvals are there, and signatures good. Believed are: that a run which is named was made and was green,
/// because the journal of runs is not in git; trailers of approval, which whoever writes commits can write; and on this machine the keys and
/// the list of signers that git is set up with.
extension DeliveryCandidate {
    func requirePromoted(after previous: Release?, _ folder: ProjectFolder) async throws {
        guard let problem = try await problemWithPromotion(after: previous, folder) else { return }
        let name = environment.name.value
        let from = environment.promotion?.from.value
        throw CommandFailure(
            "environment \"\(name)\" is protected, and commit \(commit.short) \(problem)",
            help: from.map { "pipectl promote \($0) \(name)" } ?? "say in its file where promotions come from: promotion: { from: dev }", .failure)
    }

    /// nil where it may be deployed.
    func problemWithPromotion(after previous: Release?, _ folder: ProjectFolder) async throws -> String? {
        let repository = try site.repository()
        guard try environment.isProtected || previous?.isProtected(site.line, repository) == true else { return nil }
        let made = try repository.commit(commit)
        guard let entry = PromotionLine.Entry(made) else { return "was not promoted" }
        if let problem = try repository.problemWithPromotion(made) { return "is no promotion: \(problem)" }
        let project = site.line.project
        if entry.record.project != project { return "is a promotion of another project: \(entry.record.project.isEmpty ? "that at the top of the repository" : entry.record.project)" }
        var released = try previous.flatMap { try repository.objects.holds($0.source) ? $0.source : nil }
        if let source = released, let previous {
            if try repository.isFirstParent(commit, of: source) {
                // Back on purpose, to what the branch had.
                released = nil
            } else if try !repository.isAncestor(source, of: entry.merge.target) {
                return "does not follow release \(previous.number), which has commit \(source.short): roll back to one that it follows first"
            }
        } else if try !isOnBranch(repository) {
            return "is not on branch \(environment.branch ?? "")"
        }
        let line = try repository.promotionLine(below: entry.merge.target, besides: entry.record.commit, project: project, released: released)
        if let foreign = line.foreign.first {
            return "has one below it that was not promoted: \(foreign.id.short) \"\(foreign.subject)\" by \(foreign.author.name)"
        }
        let evidence = PromotionEvidence(site: site, environment: environment.name.value, folder: folder)
        if let problem = try await evidence.problem(with: entry, since: line.base) { return problem }
        for (below, base) in line.measured {
            if let problem = try await evidence.problem(with: below, since: base) { return "has one below it, \(below.commit.id.short), that \(problem)" }
        }
        return nil
    }

    /// Before anything was released there is nothing that it must follow. A clone that knows no branch cannot tell.
    private func isOnBranch(_ repository: borrowing GitRepository) throws -> Bool {
        guard let branch = environment.branch else { return true }
        var isKnown = false
        for place in ["refs/heads/" + branch, "refs/remotes/\(site.remote ?? "origin")/" + branch] {
            guard let tip = try repository.object(ofReference: place) else { continue }
            if try repository.isAncestor(commit, of: tip) { return true }
            isKnown = true
        }
        return !isKnown
    }
}

extension Release {
    /// Nobody takes the protection away by a commit of their own.
    func isProtected(_ line: ReleaseLine, _ repository: borrowing GitRepository) throws -> Bool {
        ProjectFrame.environments(of: content(line, repository)).environment(named: line.environment)?.asset.isProtected ?? false
    }
}
