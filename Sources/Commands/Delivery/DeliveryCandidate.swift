internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Runtime
internal import State
internal import Support
internal import Validation

/// A commit that may be deployed to an environment.
struct DeliveryCandidate: Sendable {
    let commit: GitObjectID
    /// The project's files in it.
    let tree: GitTree
    /// The same, with what is known of them.
    let listed: ListedProject
    let file: AssetFile<Environment>
    /// Where notebooks lie.
    let notebooks: String
    let site: DeliverySite

    var environment: Environment { file.asset }

    /// All of it, loaded each time it is asked for.
    var project: LoadedProject { ProjectLoader.load(listed.tree) }

    /// The commit that was named, or the one that the environment's branch stands on here.
    /// - Parameter ref: nil refuses what is not committed, and other branches.
    static func find(_ ref: String?, environment name: String?, in folder: ProjectFolder, _ context: CommandContext) throws -> DeliveryCandidate {
        // A commit that is named needs no working tree.
        let repository = try GitRepository.open(at: folder.root, allowsBare: ref != nil)
        let path = try repository.path(ofProject: folder.root)
        let commit = try ref.map { name throws(GitError) in try repository.commit(named: name) } ?? repository.head()
        let tree = GitTree(try repository.files(of: commit, in: path))
        let listed = folder.listed(tree)
        let frame = ProjectLoader.frame(of: listed.tree)
        let file = try Self.environment(name, of: frame, commit, tree)
        if ref == nil {
            try requireBranch(of: file.asset, commit, repository)
            try requireCommitted(since: commit, frame, listed, folder, repository)
        }
        let site = try DeliverySite.of(file.asset, path: path, folder: folder, context)
        return DeliveryCandidate(
            commit: commit, tree: tree, listed: listed, file: file, notebooks: (frame.project?.folders ?? .standard).notebooks, site: site)
    }

    private static func environment(_ name: String?, of frame: ProjectFrame, _ commit: GitObjectID, _ tree: GitTree) throws -> AssetFile<Environment> {
        let known = frame.environments.map(\.asset.name.value)
        guard let wanted = name ?? frame.project?.defaultEnvironment?.value ?? (known.count == 1 ? known[0] : nil) else {
            throw CommandFailure("no environment was named", help: "use --env NAME (\(known.joined(separator: ", ")))", .usage)
        }
        guard let file = frame.environment(named: wanted) else {
            let project = ProjectLoader.load(tree)
            if project.diagnostics.hasErrors { throw InvalidCommit(diagnostics: project.diagnostics, tree: tree) }
            throw CommandFailure(
                "commit \(commit.short) has no environment \"\(wanted)\"",
                help: Suggestion.nearest(to: wanted, in: known).map { "did you mean \"\($0)\"?" } ?? "environments: \(known.joined(separator: ", "))", .usage)
        }
        return file
    }

    /// A clone in CI stands on a commit, not on a branch.
    private static func requireBranch(of environment: Environment, _ commit: GitObjectID, _ repository: borrowing GitRepository) throws {
        guard let branch = environment.branch else { return }
        let head = try repository.headBranch()
        if head == "refs/heads/" + branch { return }
        let name = environment.name.value
        if let head {
            throw CommandFailure(
                "environment \"\(name)\" is deployed from branch \(branch), and \(head.dropFirst("refs/heads/".count)) is checked out",
                help: "git switch \(ShellWord.quoted(branch)), or name a commit: --ref \(ShellWord.quoted(branch))", .failure)
        }
        let tips = try repository.references(below: "refs/heads/\(branch)") + repository.references(below: "refs/remotes/")
        guard tips.contains(where: { ($0.name == "refs/heads/" + branch || $0.name.hasSuffix("/" + branch)) && $0.id == commit }) else {
            throw CommandFailure(
                "environment \"\(name)\" is deployed from branch \(branch), and commit \(commit.short) is not where that stands",
                help: "name what is meant: --ref \(ShellWord.quoted(branch))", .failure)
        }
    }

    private static func requireCommitted(
        since commit: GitObjectID, _ frame: ProjectFrame, _ listed: ListedProject, _ folder: ProjectFolder, _ repository: borrowing GitRepository
    ) throws {
        let stores = frame.environments.flatMap(\.asset.stores).map { FileSystem.normalise($0.value) }
        for store in stores where FileSystem.exists(FileSystem.join(folder.root, store)) && !listed.tree.holds(store) {
            throw CommandFailure(
                "only what is committed is deployed, and the store of secrets \(store) is not",
                help: "commit it: its values are encrypted; where git ignores it: git add --force \(ShellWord.quoted(store))", .failure)
        }
        let changed = try repository.workingChanges(since: commit, in: folder.root).flatMap { [$0.path, $0.renamedFrom].compactMap(\.self) }
        if changed.isEmpty { return }
        let folders = frame.project?.folders ?? .standard
        let below = [folders.pipelines, folders.environments, folders.templates, folders.schemas, folders.notebooks].map { $0 + "/" }
        let storePaths = Set(stores.map { ExactText($0) })
        // SQL may lie anywhere.
        let sql = changed.contains { $0.hasSuffix(".sql") } ? Set(ProjectLoader.load(listed.tree).files.flatMap(\.sqlPaths).map { ExactText(FileSystem.normalise($0)) }) : []
        func isPart(_ path: String) -> Bool {
            path == Project.fileName || storePaths.contains(ExactText(path)) || sql.contains(ExactText(path)) || below.contains { path.hasPrefix($0) }
        }
        let paths = changed.filter(isPart)
        guard let first = paths.first else { return }
        let more = paths.count > 1 ? " and \(paths.count - 1) more" : ""
        throw CommandFailure(
            "only what is committed is deployed, and \(first)\(more) \(paths.count > 1 ? "are" : "is") not", help: "commit, or deploy a commit as it is: --ref HEAD",
            .failure)
    }

    /// Findings in a commit, with its own text.
    struct InvalidCommit: Error {
        let diagnostics: [Diagnostic]
        let tree: GitTree
    }

    /// Throws where there are errors.
    func validated(_ folder: ProjectFolder) async throws -> ProjectValidation {
        let validation = try await folder.validation(of: listed.tree, layer: "deploy")
        listed.keep()
        if validation.report.diagnostics.hasErrors { throw InvalidCommit(diagnostics: validation.report.diagnostics, tree: tree) }
        return validation
    }

    /// The release was made of just these files, by this program: nothing else needs to be looked at to say so.
    func isReleased(as release: Release?) throws -> Bool {
        guard let release, release.rollbackTo == nil, release.version == site.version else { return false }
        if release.source == commit { return true }
        let repository = try site.repository()
        guard try repository.objects.holds(release.source) else { return false }
        let (before, now) = (try repository.files(of: release.source), try repository.files(of: commit))
        return site.line.project.isEmpty ? before.root == now.root : try before.file(at: site.line.project) == now.file(at: site.line.project)
    }

    /// What stands in a clone that is behind must not take back what somebody else deployed.
    func requireNewer(than previous: Release) throws {
        let repository = try site.repository()
        let name = environment.name.value
        if try repository.objects.holds(previous.source) {
            guard previous.source != commit, try repository.isAncestor(commit, of: previous.source) else { return }
            throw CommandFailure(
                "commit \(commit.short) is older than \(previous.source.short), which release \(previous.number) of \(name) has",
                help: "git pull; to go back on purpose: pipectl rollback --env \(name), or --ref \(commit.short)", .failure)
        }
        // A shallow clone knows too little to tell.
        if repository.isShallow { return }
        throw CommandFailure(
            "release \(previous.number) of \(name) comes from commit \(previous.source.short), which is not in this clone", help: "git pull; or name what is meant: --ref \(commit.short)",
            .failure)
    }

    func draft() throws -> ReleaseDraft {
        try ReleaseDraft.make(of: commit, project, in: tree, line: site.line, repository: try site.repository())
    }

    /// The same without loading all once more.
    /// - Parameter validation: nil: it is released as it is.
    func draft(_ validation: ProjectValidation?, _ previous: Release?) throws -> ReleaseDraft {
        guard let validation else {
            guard let previous else { return try draft() }
            return .again(previous, line: site.line, repository: try site.repository())
        }
        return try ReleaseDraft.make(
            of: commit, validation.assetPaths, file, notebooks: notebooks, hasViews: validation.hasViews, in: tree, line: site.line,
            repository: try site.repository())
    }
}
