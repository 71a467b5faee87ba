internal import AssetLoading
internal import Assets
internal import Changes
internal import CommandLineKit
internal import Delivery
internal import Git
internal import Support

/// A protected environment takes what was promoted, and nothing else.
///
/// What git can tell is asked again: the commit is the merge, or the pick, that its trailers name, with the files that this gives; below it on
/// the branch are promotions only; releases that its runs are said to be of are there, with the same files; approvals are there, and signatures
/// good. Believed are: that a run which is named was made and was green, because the journal of runs is not in git; trailers of approval, which
/// whoever writes commits can write; and on this machine the keys and the list of signers that git is set up with.
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
        guard try environment.isProtected || isProtected(in: previous, repository) else { return nil }
        let made = try repository.commit(commit)
        guard let record = PromotionRecord(made), let merge = PromotionMerge(made, record) else { return "was not promoted" }
        if let problem = try repository.problemWithPromotion(made) { return "is no promotion: \(problem)" }
        if record.project != site.line.project { return "is a promotion of another project: \(record.project.isEmpty ? "that at the top of the repository" : record.project)" }
        let before = GitTree(try repository.files(of: merge.target, in: site.line.project))
        // As `promote` asks them: the conditions that held before.
        guard let promotion = (ProjectFrame.environments(of: before).environment(named: environment.name.value)?.asset ?? environment).promotion else {
            return "cannot have been promoted: nothing is promoted to this environment"
        }
        if record.from != promotion.from.value { return "was promoted from \"\(record.from)\", and promotions come from \"\(promotion.from.value)\"" }
        let released = try previous.flatMap { try repository.objects.holds($0.source) ? $0.source : nil }
        if let foreign = try repository.unpromoted(below: merge.target, besides: record.commit, released: released).first {
            return "has one below it that was not promoted: \(foreign.id.short) \"\(foreign.subject)\" by \(foreign.author.name)"
        }
        return try await problemWithEvidence(record, merge, promotion, before, folder)
    }

    /// Nobody takes the protection away by a commit of their own.
    private func isProtected(in previous: Release?, _ repository: borrowing GitRepository) throws -> Bool {
        guard let previous else { return false }
        return ProjectFrame.environments(of: previous.content(site.line, repository)).environment(named: environment.name.value)?.asset.isProtected ?? false
    }

    private func problemWithEvidence(
        _ record: PromotionRecord, _ merge: PromotionMerge, _ promotion: Environment.Promotion, _ before: GitTree, _ folder: ProjectFolder
    ) async throws -> String? {
        for requirement in promotion.require {
            switch requirement {
            case .validated where record.validated == nil: return "does not say that it was validated"
            case .greenRun:
                if let problem = try await problemWithRuns(record, before, folder) { return problem }
            case .approved:
                let gate = try await PromotionGates.approved(merge, promotion.approvals, site)
                if !gate.isPassed { return "is not approved: \(gate.findings.joined(separator: "; "))" }
            case .validated, .noDrift: break
            }
        }
        return nil
    }

    private func problemWithRuns(_ record: PromotionRecord, _ before: GitTree, _ folder: ProjectFolder) async throws -> String? {
        var changed: Set<String> = []
        for change in try before.files.changes(to: tree.files) { changed.formUnion([change.path, change.renamedFrom].compactMap(\.self)) }
        let (head, paths) = (tree, changed)
        let changes = try await folder.withEngineSupply { engine in
            try await ProjectChanges.compare(base: before, head: head, changed: paths, ChangeSelection(environment: environment.name.value), engine: engine)
        }
        let repository = try site.repository()
        let line = ReleaseLine(environment: record.from, project: site.line.project)
        let releases = try line.releases(in: repository)
        for name in PromotionGates.changedPipelines(changes) {
            guard let run = record.greenRuns.first(where: { $0.pipeline == name }) else { return "names no green run of pipeline \(name), which it changes" }
            // Releases of the other environment may be in a clone that this one has never seen.
            guard !releases.isEmpty else { continue }
            guard let release = releases.first(where: { $0.number == run.release }) else { return "names release \(run.release) of \(record.from), which there is not" }
            let content = release.content(line, repository)
            let own = try PromotionGreenRuns.files(of: name, in: project, tree)
            if let other = own.first(where: { (try? content.id(of: $0.path)) != $0.id }) {
                return "names a run of release \(run.release) of \(record.from), where \(other.path) is another one"
            }
        }
        return nil
    }
}
