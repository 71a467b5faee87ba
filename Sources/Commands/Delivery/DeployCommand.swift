internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support
internal import Validation

/// `pipectl deploy`
struct DeployCommand: Command {
    static let ref = Argument<String?>.option("ref", value: "REF", help: "A branch, tag or commit (default: HEAD, on the environment's branch)")
    static let plan = Argument<String?>.option("plan", value: "FILE", help: "Carry out a plan that `plan --out` wrote, if nothing has changed since", completion: .file)

    static let specification = CommandSpecification(
        "deploy", summary: "Make a commit the release of an environment",
        discussion: """
            Only what is committed is deployed, and only what is valid. The release is a commit of its own on refs/pipectl/ENV, \
            which names where its files come from; they are written below the environment's folder, and `live` leads to them. \
            Then the views of the warehouse become those of the release; a view of tables that are not published yet waits for them. \
            Runs that have begun go on with the release they began with.

            Of two deployments at a time one wins. One that is interrupted is ended, or undone, by the next command. A protected \
            environment takes only commits that `promote` made.
            """,
        examples: [
            .init("pipectl deploy --env dev", "What is checked out"),
            .init("pipectl deploy --env prod --ref main", "The end of a branch"),
            .init("pipectl deploy --plan prod.plan", "What was planned, and nothing else"),
        ],
        arguments: [Options.environment, ref, plan],
        exitCodes: [(.failure, "nothing was deployed: the files are not valid, or a rule forbids it")])

    private let environment: String?
    private let ref: String?
    private let plan: String?

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        ref = arguments[Self.ref]
        plan = arguments[Self.plan]
        if plan != nil, ref != nil { throw UsageError("--plan and --ref exclude each other", help: "the plan names its commit") }
    }

    /// What `promote` goes on with.
    init(environment: String, ref: String) {
        self.environment = environment
        self.ref = ref
        plan = nil
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        do {
            let outcome = try await deploy(in: context)
            switch context.global.output {
            case .json: context.write(json: outcome.json)
            case .text: context.output.write(outcome.words + "\n" + outcome.site.viewLines)
            }
            return .success
        } catch let invalid as DeliveryCandidate.InvalidCommit {
            context.show(invalid, "nothing was deployed: the files of the commit are not valid")
            return .failure
        }
    }

    struct Outcome {
        let release: Release
        let isNew: Bool
        let words: String
        let site: DeliverySite

        var json: JSONValue {
            var object = release.json(site)
            object["deployed"] = .bool(isNew)
            object["views"] = site.viewChanges?.json ?? .null
            return .object(object)
        }
    }

    /// What is found is told on the way, the outcome by who asked for it.
    func deploy(in context: CommandContext) async throws -> Outcome {
        let folder = try ProjectFolder.find(context)
        let saved = try plan.map { try DeploymentPlan.read($0) }
        if let saved, let environment, saved.environment != environment {
            throw CommandFailure("the plan is one for environment \"\(saved.environment)\"", .usage)
        }
        let candidate = try DeliveryCandidate.find(saved == nil ? ref : saved?.ref, environment: saved?.environment ?? environment, in: folder, context)
        let name = candidate.environment.name.value
        try candidate.site.requireUntouched(since: context.started)
        let deployment = candidate.site.deployment()
        let recovery = try await deployment.refresh()
        context.tell(recovery, name)
        try deployment.requireNoReleaseOfOthers()
        let previous = try candidate.site.current()
        if saved == nil, let previous, try candidate.isReleased(as: previous) { return try nothing(previous, candidate, name, after: recovery) }
        let validation = try await candidate.validated(folder)
        let warnings = validation.report.diagnostics
        let draft = try candidate.draft(validation, previous)
        try saved?.requireCurrent(candidate, draft, previous)
        if let previous, previous.tree == draft.tree { return try nothing(previous, candidate, name, after: recovery) }
        if ref == nil, saved == nil, let previous { try candidate.requireNewer(than: previous) }
        try await candidate.requirePromoted(after: previous, folder)
        if !warnings.isEmpty { context.show(warnings, root: folder.root, to: context.errors) }
        let release = try await deployment.deploy(draft, after: previous, plan: saved?.digest)
        return Outcome(
            release: release, isNew: true, words: "release \(release.number) of \(name): commit \(release.source.short), digest \(release.tree.short)",
            site: candidate.site)
    }

    private func nothing(
        _ previous: Release, _ candidate: DeliveryCandidate, _ name: String, after recovery: Deployment.Recovery?
    ) throws -> Outcome {
        if case .unapplied = recovery {
            throw CommandFailure(
                "release \(previous.number) of \(name) is live, and the views of its warehouse could not be made", help: "mend that, and deploy again")
        }
        return Outcome(
            release: previous, isNew: false, words: "nothing to deploy: release \(previous.number) of \(name) has the files of \(candidate.commit.short) already",
            site: candidate.site)
    }
}

extension Release {
    func json(_ site: DeliverySite) -> JSONObject {
        [
            "environment": .string(site.line.environment), "release": .integer(Int64(number)), "commit": .string(commit.description),
            "source": .string(source.description), "digest": .string(tree.description), "by": .string(person.name), "time": .string(time.toTheSecond),
            "promotedFrom": promotedFrom.map { .string($0) } ?? .null, "rollbackTo": rollbackTo.map { .integer(Int64($0)) } ?? .null,
            "folder": .string(site.live.path(of: folderName)),
        ]
    }
}
