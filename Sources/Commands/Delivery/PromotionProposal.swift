internal import AssetLoading
internal import Assets
internal import Changes
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support
internal import Validation

/// What a promotion would make of a branch, and what is to be said of it. Nothing is written.
struct PromotionProposal {
    let sides: PromotionSides
    let merge: PromotionMerge
    /// Of the whole repository.
    let tree: GitObjectID
    /// The project's files in it.
    let content: GitTree
    let changes: ProjectChanges
    let findings: [Diagnostic]
    let gates: [PromotionGate]
    let record: PromotionRecord

    var isAllowed: Bool { gates.allSatisfy(\.isPassed) }

    enum Outcome {
        case nothing(String)
        case conflicts([PromotionConflict])
        case proposal(PromotionProposal)
    }

    static func make(_ sides: PromotionSides, picking words: [String], in folder: ProjectFolder, opener: IdentityOpener) async throws -> Outcome {
        let (from, to) = (sides.fromName, sides.toName)
        let hasAll = try sides.hasNothingOpen()
        if hasAll, try sides.toSite.repository().isAncestor(sides.source, of: sides.target.tip) {
            return .nothing("nothing to promote: \(sides.target.name) has all that \(sides.fromBranch) has")
        }
        let pick = words.isEmpty ? nil : try PromotionPick(sides)
        let paths = try pick?.paths(words)
        if paths?.isEmpty == true { return .nothing("nothing to promote: \(to) has \(words.joined(separator: ", ")) as \(from) has it") }
        let merge = PromotionMerge(target: sides.target.tip, source: sides.source, project: sides.project, picked: paths)
        let (base, tree, content): (GitTree, GitObjectID, GitTree)
        switch try merged(merge, sides) {
        case .conflicts(let conflicts): return .conflicts(conflicts)
        case .clean(let own, let id, let files): (base, tree, content) = (own, id, files)
        }
        if hasAll, base.files.root == tree {
            let what = words.isEmpty ? "what \(sides.fromBranch) has" : words.joined(separator: ", ")
            return .nothing("nothing to promote: the files of \(sides.target.name) are the same with \(what)")
        }
        let (changes, validation) = try await compare(base, content, sides, folder)
        var measured = changes
        if sides.base != merge.target {
            let released = try sides.toSite.repository().commit(sides.base).tree
            measured = try await compare(GitTree(GitFileTree(released, in: sides.project, objects: content.files.objects)), content, sides, folder).0
        }
        var gates = PromotionGates(sides: sides, merge: merge, folder: folder, opener: opener, content: content, changes: measured, validation: validation)
        if let pick, let paths, validation.report.diagnostics.hasErrors {
            let full = try await folder.validation(of: pick.aheadTree, layer: "promote-from").snapshot
            gates.needs = pick.needs(of: paths, ahead: full, result: validation.snapshot)
        }
        var record = PromotionRecord(from: from, commit: sides.source, project: sides.project)
        record.picked = paths ?? []
        let all = try await gates.evaluate(&record)
        let told = base.files.root == tree ? measured : changes
        return .proposal(
            PromotionProposal(
                sides: sides, merge: merge, tree: tree, content: content, changes: told, findings: validation.report.diagnostics, gates: all, record: record))
    }

    private enum Merged {
        case clean(GitTree, GitObjectID, GitTree)
        case conflicts([PromotionConflict])
    }

    private static func merged(_ merge: PromotionMerge, _ sides: PromotionSides) throws -> Merged {
        let repository = try sides.toSite.repository()
        var batch = try repository.batch()
        let own = try repository.commit(merge.target).tree
        switch try merge.make(in: &batch) {
        case .conflicts(let conflicts):
            return .conflicts(
                try PromotionConflict.describe(
                    conflicts, of: merge, in: &batch, repository, .init(ours: sides.target.name, theirs: sides.fromBranch)))
        case .clean(let tree):
            // Both through the same objects: what is new is in this batch only.
            return .clean(
                GitTree(GitFileTree(own, in: sides.project, objects: batch.objects)), tree, GitTree(GitFileTree(tree, in: sides.project, objects: batch.objects)))
        }
    }

    /// What changes in meaning for the environment that is promoted to, and the findings about what would be there.
    private static func compare(
        _ base: GitTree, _ content: GitTree, _ sides: PromotionSides, _ folder: ProjectFolder
    ) async throws -> (ProjectChanges, ProjectValidation) {
        let paths = try ChangedPaths(from: base, to: content)
        let head = RememberedTree(content)
        let ground = OverlaidTree(over: head, of: base, paths: paths.all, present: paths.old)
        async let earlier = folder.validation(of: ground, layer: "promote-base")
        let validation = try await folder.validation(of: head, layer: "promote")
        let before = try await earlier.snapshot
        let after = validation.snapshot
        let changes = try await folder.withEngineSupply { engine in
            try await ProjectChanges.compare(
                base: ground, head: head, changed: paths.all, ChangeSelection(environment: sides.toName), engine: engine, snapshots: { (before, after) })
        }
        return (changes, validation)
    }

    // MARK: The commit

    /// The merge once more, this time to stay.
    func write(message: String?) throws -> GitObjectID {
        let site = sides.toSite
        let repository = try site.repository()
        var batch = try repository.batch()
        guard case .clean(tree) = try merge.make(in: &batch) else { throw DeliveryError(.raced, "the repository was changed in the meantime", help: "promote again") }
        let now = site.clock.now().microseconds / 1_000_000
        let commit = try batch.commit(
            tree: tree, parents: merge.parents, author: try repository.person(.author, variables: site.variables, time: now),
            committer: try repository.person(.committer, variables: site.variables, time: now),
            message: try GitMessage.text(message ?? self.message, trailers: record.trailers))
        try batch.write()
        return commit
    }

    private var message: String {
        let what = merge.picked == nil ? "" : " (picked)"
        let told = changes.changes.filter { $0.kind != "table" }
        let lines = told.prefix(20).map { change in
            "- \(change.kind) \(change.formerName.map { "\($0) is now " } ?? "")\(change.name)\(change.action == .renamed ? "" : " \(change.action.rawValue)")"
        }
        let more = told.count > 20 ? ["- and \(told.count - 20) more"] : []
        return (["Promote \(sides.fromName) to \(sides.toName)\(what)", "", changes.summary] + (lines.isEmpty ? [] : [""] + lines + more)).joined(separator: "\n")
    }
}
