import CommandLineKit
import Diagnostics
import Synchronization

/// What the last command of a test got.
final class Received: Sendable {
    private let state = Mutex<[String]>([])
    var lines: [String] { state.withLock { $0 } }
    func note(_ line: String) { state.withLock { $0.append(line) } }
}

@TaskLocal var received = Received()

enum Mode: String, ArgumentValue, CaseIterable { case append, overwrite, merge }

struct RunCommand: Command {
    static let pipeline = Argument<String>.positional(
        "PIPELINE", help: "Name of the pipeline", completion: .dynamic(kind: "pipelines"))
    static let extra = Argument<[String]>.positionals("TABLE", help: "Tables to run alone", completion: .dynamic(kind: "tables"))
    static let environment = Argument<String>.option(
        "env", short: "e", value: "NAME", default: "dev", help: "Environment to run in", completion: .dynamic(kind: "environments"))
    static let mode = Argument<Mode?>.option("mode", value: "MODE", help: "How rows are written")
    static let parameters = Argument<[Assignment]>.options("param", short: "p", value: "NAME=VALUE", help: "Value of a parameter")
    static let limit = Argument<Int?>.option("limit", value: "N", help: "Rows at most")
    static let timeout = Argument<Duration?>.option("timeout", value: "TIME", help: "Time at most")
    static let dryRun = Argument<Bool>.flag("dry-run", short: "n", help: "Show what would be done")
    static let cache = Argument<Bool>.flag("cache", default: true, help: "Use cached results")
    static let secret = Argument<String?>.option("secret-knob", value: "X", help: "Not shown", isHidden: true)

    static let specification = CommandSpecification(
        "run", summary: "Run a pipeline", discussion: "Runs every activity in order.\n\nA failed run gives exit code 1.",
        examples: [.init("pipectl run sales --env prod", "Run one pipeline in production")],
        arguments: [pipeline, extra, environment, mode, parameters, limit, timeout, dryRun, cache, secret],
        exitCodes: [(.failure, "the run failed")])

    let text: String

    init(arguments: ParsedArguments) throws(UsageError) {
        if arguments[Self.dryRun], arguments.isGiven(Self.limit) { throw UsageError("'--limit' makes no sense with '--dry-run'") }
        let parameters = arguments[Self.parameters].map(\.word).joined(separator: ",")
        text = """
            \(arguments[Self.pipeline]) \(arguments[Self.extra]) env=\(arguments[Self.environment]) \
            mode=\(arguments[Self.mode]?.rawValue ?? "-") param=\(parameters) limit=\(arguments[Self.limit] ?? -1) \
            dry=\(arguments[Self.dryRun]) cache=\(arguments[Self.cache])
            """
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        received.note(text)
        context.output.write("ran in \(context.global.project ?? "here") as \(context.global.output.rawValue)\n")
        return .failure
    }
}

struct ListCommand: Command {
    static let layer = Argument<String?>.optionalPositional("LAYER", help: "bronze, silver or gold", completion: .words(["bronze", "silver", "gold"]))
    static let file = Argument<String?>.option("file", short: "f", value: "FILE", help: "Read from a file", completion: .file)
    static let specification = CommandSpecification("ls", summary: "List tables", arguments: [layer, file])
    let layer: String?
    init(arguments: ParsedArguments) throws(UsageError) { layer = arguments[Self.layer] }
    func run(in context: CommandContext) async throws -> ExitCode {
        received.note("ls \(layer ?? "-")")
        return .success
    }
}

struct HistoryCommand: Command {
    /// In place of the one of every command.
    static let output = Argument<Mode>.option("output", value: "FORMAT", default: .append, help: "How versions are written")
    static let specification = CommandSpecification(
        "history", summary: "Show a table's versions: what, when", arguments: [output])
    let mode: Mode
    init(arguments: ParsedArguments) throws(UsageError) { mode = arguments[Self.output] }
    func run(in context: CommandContext) async throws -> ExitCode {
        context.output.write("\(mode) and \(context.global.output)\n")
        return .success
    }
}

struct HiddenCommand: Command {
    static let specification = CommandSpecification("inner", summary: "Hidden", isHidden: true)
    init(arguments: ParsedArguments) throws(UsageError) {}
    func run(in context: CommandContext) async throws -> ExitCode { .success }
}

let program = CommandLineApplication(
    name: "pipectl", version: "1.2.3", summary: "GitOps for data pipelines",
    commands: [
        .command(RunCommand.self),
        .group("lake", summary: "Tables of the lake", [.command(ListCommand.self), .command(HistoryCommand.self)]),
        .command(HiddenCommand.self),
    ],
    complete: { kind, word, context in
        switch kind {
        case "pipelines": ["sales", "stock", "odd name", "$(touch pwned)", "stray\nline"] + (context.global.project.map { [$0] } ?? [])
        case "environments": ["prod", "dev", "dev"]
        default: []
        }
    })

struct Answer {
    let code: ExitCode
    let output: String
    let errors: String
    let received: [String]
}

func run(
    _ words: String..., interactive: Bool = false, width: Int? = nil, environment: [String: String] = [:]
) async throws -> Answer {
    let output = Terminal.inMemory(isInteractive: interactive, width: width)
    let errors = Terminal.inMemory(isInteractive: interactive, width: width)
    let received = Received()
    let code = try await $received.withValue(received) {
        try await program.run(words, in: CommandContext(output: output, errors: errors, environment: environment))
    }
    return Answer(code: code, output: output.contents, errors: errors.contents, received: received.lines)
}
