internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Engine
internal import Git
internal import Lake
internal import State
internal import Support

/// `pipectl rollback`
struct RollbackCommand: Command {
    static let to = Argument<Int?>.option("to", value: "N", help: "The release to go back to (default: the one before the current one)")
    static let data = Argument<Bool>.flag("data", help: "Take the tables back too, as that release left them")
    static let dryRun = Argument<Bool>.flag("dry-run", help: "Show what would go back, and change nothing")

    static let specification = CommandSpecification(
        "rollback", summary: "Make an earlier release the current one again",
        discussion: """
            The earlier files become a new release: nothing is taken out of the history, and a rollback is undone by another one. \
            What automation would deploy next is kept away with `pipectl hold`; a rollback is not.

            Tables stay as they are, unless --data is given: then each table of the lake that runs of later releases wrote goes back to \
            the version before the first of their commits, as a new version, with its columns and with how far its sources were read. \
            Tables that were not there yet are emptied. The warehouse shows what it showed then. Rows in other databases stay, and are \
            named. No run may be under way, and none begins meanwhile.
            """,
        examples: [
            .init("pipectl rollback --env prod", "To the release before"),
            .init("pipectl rollback --env prod --to 12 --data --dry-run", "What would happen to which table"),
            .init("pipectl rollback --env prod --to 12 --data", "Files and tables as release 12 left them"),
        ],
        arguments: [Options.environment, to, data, dryRun, SecretsOptions.identity],
        exitCodes: [(.failure, "nothing was done: a rule forbids it, runs are under way, or somebody else was faster")])

    private let environment: String?
    private let number: Int?
    private let hasData: Bool
    private let isDry: Bool
    private let identity: String?

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        number = arguments[Self.to]
        hasData = arguments[Self.data]
        isDry = arguments[Self.dryRun]
        identity = arguments[SecretsOptions.identity]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context, identity: identity)
        var (site, _) = try DeliverySite.of(workspace, environment, context)
        let data = EnvironmentData(site: site, folder: workspace.folder, opener: workspace.opener)
        // Before anything is looked at: what runs wrote meanwhile would not be seen.
        let lock = hasData && !isDry ? try data.seize() : nil
        defer { lock?.release() }
        if lock != nil { site.restoreData = { try await data.finish($0) } }
        let name = site.line.environment
        try site.requireUntouched(since: context.started)
        let deployment = site.deployment()
        context.tell(try await isDry ? nil : deployment.refresh(), name)
        if isDry { try await deployment.fetch() }
        try deployment.requireNoReleaseOfOthers()
        guard let current = try site.current() else { throw CommandFailure("environment \"\(name)\" has no release", help: "make one: pipectl deploy --env \(name)", .usage) }
        guard number != nil || current.number > 1 else { throw CommandFailure("release 1 of \(name) is the first one", help: "there is nothing to go back to", .usage) }
        let earlier = try site.line.release(number ?? current.number - 1, in: try site.repository())
        try site.requireRoot(of: earlier, workspace)
        let restoration = hasData ? try await plan(data, earlier, current) : .nothing
        var outcome = RollbackOutcome(site: site, current: current, earlier: earlier, hasData: hasData, restoration: restoration, style: context.style)
        if isDry || !outcome.hasSomething {
            context.answer(outcome)
            return .success
        }
        let draft = ReleaseDraft.again(earlier, line: site.line, repository: try site.repository())
        if restoration.isEmpty {
            outcome.release = try await deployment.deploy(draft, after: current)
        } else {
            let work = restoration.journal(
                environment: name, sequence: try sequence(of: site), release: current.number + 1, target: earlier.number, began: site.clock.now())
            outcome.release = try await deployment.deploy(draft, after: current, restoring: work)
            try await data.finish(work)
            context.tell(try await deployment.finishViews(), name)
        }
        context.answer(outcome)
        return .success
    }

    private func plan(_ data: EnvironmentData, _ earlier: Release, _ current: Release) async throws -> DataRestoration {
        guard earlier.number < current.number else { return .nothing }
        let next = try data.site.line.release(earlier.number + 1, in: try data.site.repository())
        do {
            return try await data.withRestorer { restorer in
                let restoration = try await restorer.plan(to: earlier.number, next: next.time)
                if !isDry { try await restorer.requireWarehouse(for: restoration) }
                return restoration
            } ?? withoutJournal(data.site)
        } catch let error as LakeError {
            throw CommandFailure(
                "the data of \(data.site.line.environment) cannot go back to release \(earlier.number): \(error)",
                help: "nothing was changed; without --data the files go back, and the tables stay")
        }
    }

    /// Before the first run there are no tables.
    private func withoutJournal(_ site: DeliverySite) throws -> DataRestoration {
        let lake = Lake(root: FileSystem.join(site.root, "lake"), engineInfo: "pipectl/\(Application.version)") { () async throws(EngineError) in
            throw EngineError(.unavailable, "no engine is opened to look for tables")
        }
        if try lake.tables().isEmpty { return .nothing }
        throw CommandFailure(
            "which run wrote what is not known: \(site.line.environment) has tables, and its journal of runs is gone",
            help: "put \(FileSystem.join(site.root, "state.db")) back; without --data the files go back, and the tables stay")
    }

    private func sequence(of site: DeliverySite) throws -> Int64 {
        let journal = try Journal(path: FileSystem.join(site.root, "state.db"), create: false)
        let sequence = try journal.drawSequence(at: site.clock.now())
        try journal.close()
        return sequence
    }
}

extension CommandContext {
    fileprivate func answer(_ outcome: RollbackOutcome) {
        switch global.output {
        case .json: write(json: outcome.json)
        case .text: output.write(outcome.text)
        }
    }
}
