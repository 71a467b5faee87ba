internal import CommandLineKit
internal import Diagnostics
internal import Runtime
internal import State
internal import Support

/// `pipectl runs`
struct RunsCommand: Command {
    static let pipeline = Argument<String?>.optionalPositional("PIPELINE", help: "Only runs of this pipeline", completion: .dynamic(kind: "pipelines"))
    static let limit = Argument<Int>.option("limit", short: "n", value: "COUNT", default: 20, help: "How many, newest first")
    static let failed = Argument<Bool>.flag("failed", help: "Only runs that failed or were interrupted")

    static let specification = CommandSpecification(
        "runs", summary: "List the runs of an environment, newest first",
        examples: [.init("pipectl runs sales --env prod -n 5", "The last five runs of `sales` in prod")],
        arguments: [pipeline, Options.environment, limit, failed])

    private let pipeline: String?
    private let environment: String?
    private let limit: Int
    private let onlyFailed: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        pipeline = arguments[Self.pipeline]
        environment = arguments[Options.environment]
        limit = arguments[Self.limit]
        onlyFailed = arguments[Self.failed]
        guard limit > 0 else { throw UsageError("--limit is at least 1") }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let environment = try workspace.resolved(self.environment, in: context)
        var records: [RunRecord] = []
        if let journal = try workspace.journal(of: environment, create: false) {
            _ = try journal.interruptDeadRuns(at: WallClock.system.now())
            var filter = RunFilter()
            filter.pipeline = pipeline
            filter.includesChildren = true
            if onlyFailed { filter.statuses = [.failed, .interrupted, .cancelled] }
            records = try journal.runs(filter, limit: limit)
            try journal.close()
        }
        switch context.global.output {
        case .json: context.write(json: .array(records.map(\.json)))
        case .text:
            guard !records.isEmpty else {
                context.output.write("no runs\(pipeline.map { " of \($0)" } ?? "") in \(environment.name) yet\n")
                return .success
            }
            var table = TextTable(["RUN", "PIPELINE", "STATUS", "STARTED (UTC)", "DURATION", "ERROR"])
            for record in records {
                table.append([
                    .text(record.id), .text(record.pipeline), .text(record.status.rawValue), .text(record.started.dateAndTime()),
                    .text(record.duration.map(Durations.text) ?? "-"), .text(VisibleText.escaped(record.error ?? "")),
                ])
            }
            context.output.write(table.render(width: context.output.size?.width, style: context.style))
        }
        return .success
    }
}

extension Workspace {
    /// The environment; what is wrong with its file is shown before giving up.
    func resolved(_ name: String?, in context: CommandContext) throws -> ResolvedEnvironment {
        do {
            return try environment(name)
        } catch let invalid as Invalid {
            context.show(invalid.diagnostics, root: root, to: context.errors)
            throw CommandFailure("the environment's file is not valid", .failure)
        }
    }
}

extension RunRecord {
    var duration: Duration? { finished.map { .microseconds($0.microseconds - started.microseconds) } }

    var json: JSONValue {
        [
            "run": .string(id), "pipeline": .string(pipeline), "environment": .string(environment), "status": .string(status.rawValue),
            "started": .string(started.description), "finished": finished.map { .string($0.description) } ?? .null,
            "error": error.map { .string($0) } ?? .null, "parent": parent.map { .string($0) } ?? .null,
            "parameters": .object(parameters), "trigger": .string(trigger),
        ]
    }
}
