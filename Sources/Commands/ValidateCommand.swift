internal import AssetLoading
internal import CommandLineKit
internal import Diagnostics
internal import Engine
internal import Support
internal import Validation

/// `pipectl validate`
struct ValidateCommand: Command {
    static let strict = Argument<Bool>.flag("strict", help: "Warnings count as errors")
    static let withoutSQL = Argument<Bool>.flag("no-sql", help: "Leave out what needs the SQL engine: queries, conditions and columns are not looked at")
    static let withoutCache = Argument<Bool>.flag("no-cache", help: "Look at everything anew, and keep nothing for the next time")

    static let specification = CommandSpecification(
        "validate", summary: "Check every file of the project",
        discussion: """
            Checks structure and types of all files, references between them, expressions, the order of activities, and \
            compiles the SQL of every transform against the tables it reads, without any data. Nothing is run and nothing is \
            changed.

            What was found is kept in .pipectl/cache, so that the next time only what changed is looked at. The folder can be \
            deleted at any time.
            """,
        examples: [
            .init("pipectl validate", "Check the project around the current folder"),
            .init("pipectl validate --output json", "The findings for a program"),
        ],
        arguments: [strict, withoutSQL, withoutCache], exitCodes: [(.failure, "something is wrong")])

    private let isStrict: Bool
    private let hasSQL: Bool
    private let hasCache: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        isStrict = arguments[Self.strict]
        hasSQL = !arguments[Self.withoutSQL]
        hasCache = !arguments[Self.withoutCache]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let folder = try ProjectFolder.find(context)
        let validation = try await folder.validate(hasSQL: hasSQL, hasCache: hasCache)
        let diagnostics = validation.report.diagnostics
        context.show(diagnostics, root: folder.root)
        let isBroken = diagnostics.hasErrors || (isStrict && diagnostics.contains { $0.severity == .warning })
        if !isBroken, context.global.output == .text, !context.global.isQuiet {
            let counts = [
                (validation.counts.pipelines, "pipeline"), (validation.counts.environments, "environment"),
                (validation.counts.templates, "template"), (validation.counts.sqlFiles, "SQL file"),
            ].map { "\($0) \($1)\($0 == 1 ? "" : "s")" }
            context.output.write("valid: \(counts.joined(separator: ", "))\n")
        }
        return isBroken ? .failure : .success
    }
}

extension Workspace {
    /// In an engine of its own: what validation makes in the catalog must not meet the tables of a run.
    func validated() async throws -> Validator.Report {
        try await folder.withEngineSupply { try await Validator.validate(project, engine: $0) }
    }

    func validate() async throws -> [Diagnostic] { try await validated().diagnostics }
}
