internal import CommandLineKit
internal import Diagnostics
internal import Runtime
internal import State
internal import Support

/// `pipectl logs`
struct LogsCommand: Command {
    static let run = Argument<String?>.optionalPositional("RUN", help: "Id of a run, its beginning, or `last` (the default)")

    static let specification = CommandSpecification(
        "logs", summary: "Show what happened in a run: activities, checks, messages",
        examples: [.init("pipectl logs last --env dev", "The last run in dev")],
        arguments: [run, Options.environment])

    private let run: String
    private let environment: String?

    init(arguments: ParsedArguments) throws(UsageError) {
        run = arguments[Self.run] ?? "last"
        environment = arguments[Options.environment]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let environment = try workspace.resolved(self.environment, in: context)
        guard let journal = try workspace.journal(of: environment, create: false) else {
            throw CommandFailure("environment \"\(environment.name)\" has no runs yet", .failure)
        }
        _ = try journal.interruptDeadRuns(at: WallClock.system.now())
        let record = try journal.run(matching: run)
        let activities = try journal.activities(run: record.id)
        let checks = try journal.checks(run: record.id)
        let events = try journal.events(run: record.id)
        let uses = try journal.tableUses(run: record.id)
        try journal.close()
        switch context.global.output {
        case .json:
            context.write(json: [
                "run": record.json, "activities": .array(activities.map(\.json)), "checks": .array(checks.map(\.json)),
                "messages": .array(events.map(\.json)), "tables": .array(uses.map(\.json)),
            ])
        case .text: write(record, activities, checks, events, to: context)
        }
        return .success
    }

    private func write(
        _ record: RunRecord, _ activities: [ActivityRecord], _ checks: [CheckRecord], _ events: [LogEvent], to context: CommandContext
    ) {
        let style = context.style
        var text = "\(style.bold("run \(record.id)")) of \(record.pipeline) in \(record.environment): \(record.status.rawValue)"
        text += ", started \(record.started.dateAndTime()) UTC\(record.duration.map { ", took \(Durations.text($0))" } ?? "")\n"
        if let error = record.error { text += style(VisibleText.escaped(error), .red) + "\n" }
        if !record.parameters.isEmpty { text += "parameters: \(VisibleText.escaped(JSONValue.object(record.parameters).text()))\n" }
        var table = TextTable(["ACTIVITY", "TYPE", "TRY", "STATUS", "DURATION", "READ", "WRITTEN", "QUARANTINED"])
        func number(_ value: Int64?) -> TextTable.Cell { value.map { .number(String($0)) } ?? .text("") }
        for activity in activities {
            table.append([
                .text(VisibleText.escaped(activity.path)), .text(activity.type), .number(String(activity.attempt)),
                .text(activity.status.rawValue), .text(activity.duration.map(Durations.text) ?? ""), number(activity.rows.read),
                number(activity.rows.written), number(activity.rows.quarantined),
            ])
        }
        text += "\n" + table.render(width: context.output.size?.width, style: style)
        let failures = activities.filter { $0.error != nil }
        if !failures.isEmpty {
            text += "\n"
            for activity in failures { text += "\(VisibleText.escaped(activity.path)): \(VisibleText.escaped(activity.error ?? ""))\n" }
        }
        let broken = checks.filter { !$0.passed }
        if !checks.isEmpty { text += "\n\(checks.count) check\(checks.count == 1 ? "" : "s"), \(broken.count) not passed\n" }
        for check in broken {
            let sample = check.sample?.asArray?.first?.asString.map { ", for example \($0)" } ?? ""
            text += "  \(VisibleText.escaped(check.path)): \(VisibleText.escaped(check.name)) (\(check.onViolation)): \(check.violations)\(VisibleText.escaped(sample))\n"
        }
        for event in events {
            text += "\(event.time.dateAndTime()) \(event.level.rawValue): \(event.path.map { VisibleText.escaped($0) + ": " } ?? "")\(VisibleText.escaped(event.message))\n"
        }
        context.output.write(text)
    }
}

extension ActivityRecord {
    var duration: Duration? {
        guard let started, let finished else { return nil }
        return .microseconds(finished.microseconds - started.microseconds)
    }

    var json: JSONValue {
        [
            "activity": .string(path), "type": .string(type), "attempt": .integer(Int64(attempt)), "status": .string(status.rawValue),
            "started": started.map { .string($0.description) } ?? .null, "finished": finished.map { .string($0.description) } ?? .null,
            "error": error.map { .string($0) } ?? .null, "output": output ?? .null, "rowsRead": rows.read.map { .integer($0) } ?? .null,
            "rowsWritten": rows.written.map { .integer($0) } ?? .null, "rowsQuarantined": rows.quarantined.map { .integer($0) } ?? .null,
        ]
    }
}

extension CheckRecord {
    var json: JSONValue {
        [
            "activity": .string(path), "check": .string(name), "type": .string(kind), "onViolation": .string(onViolation),
            "violations": .integer(violations), "passed": .bool(passed), "table": table.map { .string($0) } ?? .null,
            "sample": sample ?? .null,
        ]
    }
}

extension LogEvent {
    var json: JSONValue {
        [
            "time": .string(time.description), "level": .string(level.rawValue), "activity": path.map { .string($0) } ?? .null,
            "message": .string(message),
        ]
    }
}

extension TableUse {
    var json: JSONValue {
        [
            "activity": .string(path), "direction": .string(direction.rawValue), "table": .string(table),
            "version": version.map { .integer($0) } ?? .null, "rows": rows.map { .integer($0) } ?? .null,
        ]
    }
}
