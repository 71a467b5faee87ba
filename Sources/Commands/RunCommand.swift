internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Engine
internal import Runtime
internal import State
internal import Support
internal import Validation

/// `pipectl run`
struct RunCommand: Command {
    static let pipeline = Argument<String?>.optionalPositional("PIPELINE", help: "Pipeline to run", completion: .dynamic(kind: "pipelines"))
    static let environment = Options.environment
    static let parameters = Argument<[Assignment]>.options("param", short: "p", value: "NAME=VALUE", help: "A parameter of the pipeline")
    static let from = Argument<String?>.option("from", value: "ACTIVITY", help: "Start at this activity: only it and what comes after it run")
    static let resume = Argument<String?>.option("resume", value: "RUN", help: "Take up a run that failed or was interrupted: an id, its beginning, or `last`")
    static let dryRun = Argument<Bool>.flag("dry-run", help: "Show what would run, in which order, and run nothing")

    static let workingTree = Argument<Bool>.flag("working-tree", help: "Run the files as they stand in the folder, also where a release is live")

    static let specification = CommandSpecification(
        "run", summary: "Run a pipeline in an environment",
        discussion: """
            Activities run as soon as the tables they read are written, as many at a time as the engine has threads. A table \
            is published when its checks hold, and stays as it was when they do not.

            On a terminal the run is shown as it goes; elsewhere as lines of text, or as JSON lines with --output json. \
            Ctrl-C ends it cleanly, a second one at once; --resume goes on after the last activity that was done.

            Where a release was deployed to the environment, the run uses it from its start to its end, not the files of the \
            folder; a run that is resumed uses the release it began with.
            """,
        examples: [
            .init("pipectl run sales --env dev", "Run the pipeline `sales` in dev"),
            .init("pipectl run source_system --param from=../data", "Give it a parameter"),
            .init("pipectl run --resume last", "Go on with the last run"),
        ],
        arguments: [pipeline, environment, parameters, from, resume, dryRun, workingTree, SecretsOptions.identity],
        exitCodes: [(.failure, "the run failed, or the files are not valid"), (.interrupted, "the run was interrupted")])

    private let pipeline: String?
    private let environment: String?
    private let identity: String?
    private let assignments: [Assignment]
    private let from: String?
    private let resume: String?
    private let isDry: Bool
    private let usesWorkingTree: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        pipeline = arguments[Self.pipeline]
        environment = arguments[Self.environment]
        identity = arguments[SecretsOptions.identity]
        assignments = arguments[Self.parameters]
        from = arguments[Self.from]
        resume = arguments[Self.resume]
        isDry = arguments[Self.dryRun]
        usesWorkingTree = arguments[Self.workingTree]
        if pipeline == nil, resume == nil { throw UsageError("PIPELINE is missing", help: "name a pipeline, or a run with --resume") }
        if resume != nil, !assignments.isEmpty || from != nil {
            throw UsageError("--resume takes the parameters of the run it resumes", help: "leave out --param and --from")
        }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let folder = try Workspace.open(context, identity: identity)
        let environment = try folder.environment(self.environment)
        // Before it is looked which release is live: one that is rolled back with its data must not begin then.
        // Where there is no folder yet there is no data either, and a run that is refused makes none.
        let lock = isDry || !FileSystem.exists(environment.root) ? nil : try DataLock.share(environment.root, environment.name)
        defer { lock?.release() }
        let resumed = try resumedRun(in: environment, folder)
        let workspace = try folder.released(in: environment, resuming: resumed, usesWorkingTree: usesWorkingTree)
        do {
            return try await run(workspace, environment.name, resuming: resumed, hasLock: lock != nil, in: context)
        } catch let invalid as Workspace.Invalid {
            context.show(invalid.diagnostics, root: invalid.root, to: context.errors)
            context.errors.write("nothing was run: the files are not valid\n")
            return .failure
        }
    }

    private func run(
        _ workspace: Workspace, _ environmentName: String, resuming resumed: RunRecord?, hasLock: Bool, in context: CommandContext
    ) async throws -> ExitCode {
        let environment = try workspace.environment(environmentName)
        let report = try await validated(workspace)
        guard let name = pipeline ?? resumed?.pipeline else { throw CommandFailure("PIPELINE is missing", .usage) }
        guard let file = workspace.project.pipeline(named: name) else {
            let known = workspace.project.pipelines.map(\.asset.name.value)
            throw CommandFailure(
                "there is no pipeline \"\(name)\"",
                help: Suggestion.nearest(to: name, in: known).map { "did you mean \"\($0)\"?" } ?? (known.isEmpty ? "the project has none" : "pipelines: \(known.joined(separator: ", "))"), .usage)
        }
        let parameters = try Self.parameters(assignments, of: file.asset)
        // Told before anything is written: a run that was never possible leaves no record.
        if resumed == nil { _ = try PipelineRun.parameters(of: file.asset, given: parameters) }
        try Self.checkStart(from, in: file.asset)
        if isDry {
            context.output.write(RunOutline(project: workspace.project, analysis: report.analysis, pipeline: file.asset).text)
            return .success
        }
        let lock = hasLock ? nil : try DataLock.share(environment.root, environment.name)
        defer { lock?.release() }
        guard let journal = try workspace.journal(of: environment, create: true) else { preconditionFailure("the journal was made") }
        let plan = RunPlan(
            project: workspace.project, analysis: report.analysis, environment: environment,
            processEnvironment: workspace.processEnvironment, clock: .system, engineInfo: "pipectl/\(Application.version)", release: workspace.release)
        let observer = RunObservers.make(in: context)
        let request = RunRequest(pipeline: name, parameters: parameters, startingAt: from, resuming: resumed)
        let result = try await workspace.withEngine(for: environment) { engine in
            let run = PipelineRun(plan: plan, engine: engine, journal: journal, events: RunEvents(observer))
            return try await Interruption.cancelling { try await run(request) }
        }
        try journal.close()
        switch result.status {
        case .succeeded: return .success
        case .cancelled: return .interrupted
        default: return .failure
        }
    }

    /// Nothing runs in a project with errors.
    private func validated(_ workspace: Workspace) async throws -> Validator.Report {
        let report = try await workspace.validated()
        // A release holds one environment; what names others was looked at when it was made.
        let found = report.diagnostics.filter { workspace.release == nil || $0.code != .unknownEnvironment }
        if found.hasErrors { throw Workspace.Invalid(diagnostics: found, root: workspace.release?.folder ?? workspace.root) }
        return report
    }

    private func resumedRun(in environment: ResolvedEnvironment, _ workspace: Workspace) throws -> RunRecord? {
        guard let resume else { return nil }
        guard let journal = try workspace.journal(of: environment, create: false) else {
            throw CommandFailure("environment \"\(environment.name)\" has no runs yet", .usage)
        }
        let record = try journal.run(matching: resume)
        try journal.close()
        if let pipeline, pipeline != record.pipeline {
            throw CommandFailure("run \(record.id) is one of pipeline \"\(record.pipeline)\", not \"\(pipeline)\"", .usage)
        }
        if record.status == .succeeded {
            throw CommandFailure("run \(record.id) has succeeded: there is nothing to resume", help: "start a new run", .failure)
        }
        if let parent = record.parent {
            throw CommandFailure("run \(record.id) belongs to run \(parent)", help: "resume that one: --resume \(parent)", .usage)
        }
        return record
    }

    private static func checkStart(_ name: String?, in pipeline: Pipeline) throws {
        let known = pipeline.activities.map(\.name.value)
        guard let name, !known.contains(name) else { return }
        let near = Suggestion.nearest(to: name, in: known)
        throw CommandFailure(
            "pipeline \"\(pipeline.name.value)\" has no activity \"\(name)\" to start from",
            help: near.map { "did you mean \"\($0)\"?" } ?? "its activities: \(known.joined(separator: ", "))", .usage)
    }

    static func parameters(_ assignments: [Assignment], of pipeline: Pipeline) throws -> JSONObject {
        var values = JSONObject()
        for assignment in assignments {
            guard let declared = pipeline.parameters.first(where: { $0.name.lowercased() == assignment.name.lowercased() }) else {
                // Told by the run, with a suggestion.
                values[assignment.name] = .string(assignment.value)
                continue
            }
            guard let value = declared.value.type.parse(assignment.value) else {
                let problem = declared.value.type.problem(with: .string(assignment.value)) ?? "is not of type \(declared.value.type.rawValue)"
                throw CommandFailure("parameter \"\(assignment.name)\": \(problem)", .usage)
            }
            values[assignment.name] = value
        }
        return values
    }
}

/// Options that several commands share.
enum Options {
    static let environment = Argument<String?>.option(
        "env", short: "e", value: "NAME", help: "Environment (default: the project's)", completion: .dynamic(kind: "environments"))
}
