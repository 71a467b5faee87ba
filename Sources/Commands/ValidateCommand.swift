internal import AssetLoading
internal import CommandLineKit
internal import Diagnostics
internal import Engine
internal import Support
internal import Validation

/// `pipectl validate`
struct ValidateCommand: Command {
    static let strict = Argument<Bool>.flag("strict", help: "Warnings count as errors")

    static let specification = CommandSpecification(
        "validate", summary: "Check every file of the project",
        discussion: """
            Checks structure and types of all files, references between them, expressions, the order of activities, and \
            compiles the SQL of every transform against the tables it reads, without any data. Nothing is run and nothing is \
            changed.
            """,
        examples: [
            .init("pipectl validate", "Check the project around the current folder"),
            .init("pipectl validate --output json", "The findings for a program"),
        ],
        arguments: [strict], exitCodes: [(.failure, "something is wrong")])

    private let isStrict: Bool

    init(arguments: ParsedArguments) throws(UsageError) { isStrict = arguments[Self.strict] }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let diagnostics = try await workspace.validate()
        context.show(diagnostics, root: workspace.root)
        let isBroken = diagnostics.hasErrors || (isStrict && diagnostics.contains { $0.severity == .warning })
        if !isBroken, context.global.output == .text, !context.global.isQuiet {
            let project = workspace.project
            let counts = [
                (project.pipelines.count, "pipeline"), (project.environments.count, "environment"), (project.templates.count, "template"),
                (project.sqlFileCount, "SQL file"),
            ].map { "\($0) \($1)\($0 == 1 ? "" : "s")" }
            context.output.write("valid: \(counts.joined(separator: ", "))\n")
        }
        return isBroken ? .failure : .success
    }
}

extension Workspace {
    /// In an engine of its own: what validation makes in the catalog must not meet the tables of a run.
    func validated() async throws -> Validator.Report {
        try await withEngineSupply { try await Validator.validate(project, engine: $0) }
    }

    /// All findings; the engine is started only where there is SQL to look at.
    func validate() async throws -> [Diagnostic] {
        try await validated().diagnostics
    }
}
