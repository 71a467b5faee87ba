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

    func run(in context: CommandContext) async throws -> ExitCode {
        do {
            return try await deploy(in: context)
        } catch let invalid as DeliveryCandidate.InvalidCommit {
            context.show(invalid, "nothing was deployed: the files of the commit are not valid")
            return .failure
        }
    }

    private func deploy(in context: CommandContext) async throws -> ExitCode {
        let folder = try ProjectFolder.find(context)
        let saved = try plan.map { try DeploymentPlan.read($0) }
        if let saved, let environment, saved.environment != environment {
            throw CommandFailure("the plan is one for environment \"\(saved.environment)\"", .usage)
        }
        let candidate = try DeliveryCandidate.find(saved == nil ? ref : saved?.ref, environment: saved?.environment ?? environment, in: folder, context)
        let name = candidate.environment.name.value
        let deployment = candidate.site.deployment()
        context.tell(try await deployment.refresh(), name)
        let previous = try candidate.site.current()
        if saved == nil, let previous, try candidate.isReleased(as: previous) { return nothing(previous, candidate, name, in: context) }
        let validation = try await candidate.validated(folder)
        let warnings = validation.report.diagnostics
        let draft = try candidate.draft(validation, previous)
        try saved?.requireCurrent(candidate, draft, previous)
        if let previous, previous.tree == draft.tree {
            return nothing(previous, candidate, name, in: context)
        }
        if ref == nil, saved == nil, let previous { try candidate.requireNewer(than: previous) }
        try candidate.requirePromoted(draft)
        if !warnings.isEmpty { context.show(warnings, root: folder.root, to: context.errors) }
        let release = try await deployment.deploy(draft, after: previous, plan: saved?.digest)
        answer(release, "release \(release.number) of \(name): commit \(release.source.short), digest \(release.tree.short)", true, candidate.site, in: context)
        return .success
    }

    private func nothing(_ previous: Release, _ candidate: DeliveryCandidate, _ name: String, in context: CommandContext) -> ExitCode {
        answer(previous, "nothing to deploy: release \(previous.number) of \(name) has the files of \(candidate.commit.short) already", false, candidate.site, in: context)
        return .success
    }

    private func answer(_ release: Release, _ words: String, _ isNew: Bool, _ site: DeliverySite, in context: CommandContext) {
        switch context.global.output {
        case .json:
            var object = release.json(site)
            object["deployed"] = .bool(isNew)
            context.write(json: .object(object))
        case .text: context.output.write(words + "\n")
        }
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
