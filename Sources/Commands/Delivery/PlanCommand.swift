internal import AssetLoading
internal import Assets
internal import Changes
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support
internal import Validation

/// `pipectl plan`
struct PlanCommand: Command {
    static let ref = DeployCommand.ref
    static let out = Argument<String?>.option("out", value: "FILE", help: "Write the plan to a file, for `deploy --plan`", completion: .file)
    static let exitCode = Argument<Bool>.flag("exit-code", help: "Exit with \(ExitCode.changes.rawValue) where something would be deployed")
    static let offline = Argument<Bool>.flag("offline", help: "Open no connection, and ask no store for secrets")

    static let specification = CommandSpecification(
        "plan", summary: "Show what a deployment would change",
        discussion: """
            Compares the release that is deployed with the one that would be: what changes in meaning, which tables that reaches, \
            and which secrets are missing. Nothing is written but the plan.

            Where something would be deployed, it also looks at what the release would meet: connections that its pipelines use \
            open and hold what its locked schemas say, its secrets can be read with the identity at hand, the warehouse answers, \
            and the environment's folder has room. Such a check that fails is told, and forbids nothing; a saved plan does not \
            depend on it.

            A plan in a file names the commit, the release it was compared with and the digest of what would be deployed. \
            `deploy --plan` does just that, or refuses and says what has changed.
            """,
        examples: [
            .init("pipectl plan --env prod --ref main", "What the end of a branch would bring"),
            .init("pipectl plan --env prod --out prod.plan", "For an approval, and `deploy --plan` after it"),
        ],
        arguments: [Options.environment, ref, out, exitCode, offline, SecretsOptions.identity],
        exitCodes: [(.changes, "something would be deployed (with --exit-code)"), (.failure, "nothing was planned: the files of the commit are not valid, or it is not the one to deploy")])

    private let environment: String?
    private let ref: String?
    private let out: String?
    private let hasExitCode: Bool
    private let isOffline: Bool
    private let identity: String?

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        ref = arguments[Self.ref]
        out = arguments[Self.out]
        hasExitCode = arguments[Self.exitCode]
        isOffline = arguments[Self.offline]
        identity = arguments[SecretsOptions.identity]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        do {
            return try await plan(in: context)
        } catch let invalid as DeliveryCandidate.InvalidCommit {
            context.show(invalid, "nothing was planned: the files of the commit are not valid")
            return .failure
        }
    }

    private func plan(in context: CommandContext) async throws -> ExitCode {
        let folder = try ProjectFolder.find(context)
        let candidate = try DeliveryCandidate.find(ref, environment: environment, in: folder, context)
        do {
            try await candidate.site.deployment().fetch()
        } catch let error where isOffline && !(error is CancellationError) {
            context.errors.write("note: releases that others made are not known: \(VisibleText.escaped(CommandFailure(error).message))\n")
        }
        let outlook = try await look(candidate, folder, context)
        if let out {
            try FileSystem.writeAtomically(Array((outlook.plan(of: ref).json.text(.pretty) + "\n").utf8), to: FileSystem.absolute(out))
        }
        switch context.global.output {
        case .json: context.write(json: outlook.json)
        case .text: context.output.write(outlook.text(context.style))
        }
        return hasExitCode && outlook.hasSomething ? .changes : .success
    }

    private func look(_ candidate: DeliveryCandidate, _ folder: ProjectFolder, _ context: CommandContext) async throws -> DeploymentOutlook {
        let previous = try candidate.site.current()
        // What is released was valid, and has its secrets: with the same files there is nothing to load.
        let validation = try candidate.isReleased(as: previous) ? nil : try await candidate.validated(folder)
        let draft = try candidate.draft(validation, previous)
        let changes = try await changes(from: previous, to: draft, candidate, folder)
        var outlook = DeploymentOutlook(
            site: candidate.site, source: candidate.commit, previous: previous, draft: draft, pipelines: validation?.counts.pipelines, changes: changes)
        if let effects = changes?.effects { outlook.tables = await PlannedTables.look(effects, root: candidate.site.root) }
        guard outlook.hasSomething else { return outlook }
        outlook.missingSecrets = Self.missingSecrets(candidate)
        outlook.blocks = try await Self.blocks(candidate, previous, try Hold.read(candidate.site.root), folder)
        let released = ReleasedProject(draft.content, candidate.project, candidate.environment, folder, opener: IdentityOpener(identity: identity, context))
        outlook.views = try await PlanWarehouse.look(from: previous, to: released, at: candidate.site, isOffline: isOffline)
        if !isOffline { outlook.checks = try await LiveChecks(released, at: candidate.site).run() }
        return outlook
    }

    private func changes(
        from previous: Release?, to draft: ReleaseDraft, _ candidate: DeliveryCandidate, _ folder: ProjectFolder
    ) async throws -> ProjectChanges? {
        guard let previous else { return nil }
        if previous.tree == draft.tree { return ProjectChanges() }
        let base = previous.content(candidate.site.line, try candidate.site.repository())
        let versions = try ProjectVersions.between(base, draft.content, over: candidate.listed)
        let snapshots: Snapshots = { try await folder.snapshots(of: versions) }
        return try await folder.withEngineSupply { engine in
            try await ProjectChanges.compare(
                base: versions.base, head: versions.head, changed: versions.changed, ChangeSelection(environment: candidate.environment.name.value), engine: engine,
                snapshots: snapshots)
        }
    }

    /// Secrets that are asked for and not in the commit's stores.
    private static func missingSecrets(_ candidate: DeliveryCandidate) -> [String] {
        let project = candidate.project
        let stores = project.frame.secretStores
        let missing = SecretUses(project).uses(in: candidate.environment).compactMap { use -> String? in
            guard let name = use.name else { return nil }
            guard let store = use.store(in: candidate.environment) else { return "secret '\(name)': no store is named for it" }
            guard let names = stores[store.value]?.names, !names.contains(name) else { return nil }
            return "secret '\(name)' in \(store.value)"
        }
        return Set(missing).sorted()
    }

    private static func blocks(_ candidate: DeliveryCandidate, _ previous: Release?, _ hold: Hold?, _ folder: ProjectFolder) async throws -> [String] {
        var blocks: [String] = []
        if let hold { blocks.append("the environment is held \(hold.words)") }
        if let problem = try await candidate.problemWithPromotion(after: previous, folder) { blocks.append("the environment is protected, and this commit \(problem)") }
        return blocks
    }
}
