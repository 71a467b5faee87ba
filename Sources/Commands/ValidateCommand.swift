internal import AssetLoading
internal import CommandLineKit
internal import Diagnostics
internal import Engine
internal import Support
internal import Validation

/// `pipectl validate`
struct ValidateCommand: Command {
    static let output = Argument<ReportFormat>.option(
        "output", value: "FORMAT", default: .text,
        help: "How findings are written: \(ReportFormat.allWords.joined(separator: ", "))")
    static let reports = Argument<[ReportTarget]>.options(
        "report", value: "FORMAT=FILE", help: "Write the findings into a file as well, in any of these formats", completion: .file)
    static let strict = Argument<Bool>.flag("strict", help: "Warnings count as errors")

    static let specification = CommandSpecification(
        "validate", summary: "Check every file of the project",
        discussion: """
            Checks structure and types of all files, references between them, expressions, the order of activities, and \
            compiles the SQL of every transform against the tables it reads, without any data. Nothing is run and nothing is \
            changed.

            sarif, junit, gitlab and markdown are for files that a CI service collects; github and azure are commands that it \
            reads from the log. All of these name files from the root of the repository; text and json name them from the \
            project's folder.
            """,
        examples: [
            .init("pipectl validate", "Check the project around the current folder"),
            .init("pipectl validate --output json", "The findings for a program"),
            .init("pipectl validate --report sarif=out/validate.sarif", "Text in the log, and a file for code scanning"),
            .init("pipectl validate --report markdown=summary.md", "A table for a pull request"),
        ],
        arguments: [output, reports, strict], exitCodes: [(.failure, "something is wrong")])

    private let format: ReportFormat
    private let reports: [ReportTarget]
    private let isStrict: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        format = arguments[Self.output]
        reports = arguments[Self.reports]
        isStrict = arguments[Self.strict]
        var paths = Set<String>()
        for report in reports where !paths.insert(FileSystem.absolute(report.path)).inserted {
            throw UsageError("two reports would be written to '\(report.path)'")
        }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let diagnostics = try await workspace.validate()
        let report = DiagnosticReport(diagnostics)
        context.show(report, root: workspace.root, as: format, failsOnWarnings: isStrict)
        for target in reports { try target.write(report, root: workspace.root, failsOnWarnings: isStrict) }
        let isBroken = diagnostics.hasErrors || (isStrict && diagnostics.contains { $0.severity == .warning })
        if !isBroken, format == .text, !context.global.isQuiet {
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
