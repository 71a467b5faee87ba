internal import AssetLoading
internal import CommandLineKit
internal import Diagnostics
internal import Engine
internal import Git
internal import Support
internal import Validation

/// `pipectl validate`
struct ValidateCommand: Command {
    static let output = Argument<ReportFormat>.option(
        "output", value: "FORMAT", default: .text,
        help: "How findings are written: \(ReportFormat.allWords.joined(separator: ", "))")
    static let reports = Argument<[ReportTarget]>.options(
        "report", value: "FORMAT=FILE", help: "Write the findings into a file as well, in any of these formats", completion: .file)
    static let changedSince = Argument<String?>.option(
        "changed-since", value: "REF", help: "Show only what concerns changes since the working tree left this git branch, tag or commit")
    static let strict = Argument<Bool>.flag("strict", help: "Warnings count as errors")
    static let withoutSQL = Argument<Bool>.flag("no-sql", help: "Leave out what needs the SQL engine: queries, conditions and columns are not looked at")
    static let withoutCache = Argument<Bool>.flag("no-cache", help: "Look at everything anew, and keep nothing for the next time")

    static let specification = CommandSpecification(
        "validate", summary: "Check every file of the project",
        discussion: """
            Checks structure and types of all files, references between them, expressions, the order of activities, and \
            compiles the SQL of every transform against the tables it reads, without any data. Nothing is run and nothing is \
            changed.

            sarif, junit, gitlab and markdown are for files that a CI service collects; github and azure are commands that it \
            reads from the log. All of these name files from the root of the repository; text and json name them from the \
            project's folder.

            What was found is kept in .pipectl/cache, so that the next time only what changed is looked at. The folder can be \
            deleted at any time.
            """,
        examples: [
            .init("pipectl validate", "Check the project around the current folder"),
            .init("pipectl validate --output json", "The findings for a program"),
            .init("pipectl validate --report sarif=out/validate.sarif", "Text in the log, and a file for code scanning"),
            .init("pipectl validate --changed-since origin/main", "What a branch changes, and what depends on it"),
            .init("pipectl validate --report markdown=summary.md", "A table for a pull request"),
        ],
        arguments: [output, reports, changedSince, strict, withoutSQL, withoutCache], exitCodes: [(.failure, "something is wrong")])

    private let format: ReportFormat
    private let reports: [ReportTarget]
    private let changedSince: String?
    private let isStrict: Bool
    private let hasSQL: Bool
    private let hasCache: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        format = arguments[Self.output]
        reports = arguments[Self.reports]
        changedSince = arguments[Self.changedSince]
        isStrict = arguments[Self.strict]
        hasSQL = !arguments[Self.withoutSQL]
        hasCache = !arguments[Self.withoutCache]
        var paths = Set<String>()
        for report in reports where !paths.insert(FileSystem.absolute(report.path)).inserted {
            throw UsageError("two reports would be written to '\(report.path)'")
        }
        if let report = reports.first(where: { $0.path == "-" }) {
            throw UsageError("--report writes a file; --output \(report.format.rawValue) writes to the standard output")
        }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let folder = try ProjectFolder.find(context)
        for report in reports { try report.refuseAssets(in: folder.root) }
        let changed = try changedSince.map { try GitRepository.open(at: folder.root).changedPaths(since: $0, in: folder.root) }
        let validation = try await folder.validate(hasSQL: hasSQL, hasCache: hasCache)
        let (diagnostics, waived) = changed.map { validation.findings(touchedBy: Set($0)) } ?? (validation.report.diagnostics, validation.report.waived)
        let report = DiagnosticReport(diagnostics, waived: waived)
        context.show(report, root: folder.root, as: format, failsOnWarnings: isStrict)
        for target in reports { try target.write(report, root: folder.root, failsOnWarnings: isStrict) }
        let isBroken = diagnostics.hasErrors || (isStrict && diagnostics.contains { $0.severity == .warning })
        if !isBroken, format == .text, !context.global.isQuiet {
            context.output.write((changed.map { summary(of: validation, changed: $0) } ?? Self.summary(of: validation)) + "\n")
        }
        // The program ends: to take apart what a large project gave takes as long as to show it.
        _ = Unmanaged.passRetained(Kept(validation))
        return isBroken ? .failure : .success
    }

    private static func summary(of validation: ProjectValidation) -> String {
        let counts = [
            count(validation.counts.pipelines, "pipeline"), count(validation.counts.environments, "environment"),
            count(validation.counts.templates, "template"), count(validation.counts.sqlFiles, "SQL file"),
        ]
        return "valid: \(counts.joined(separator: ", "))"
    }

    /// Nothing is wrong with what has changed; elsewhere something may be.
    private func summary(of validation: ProjectValidation, changed: [String]) -> String {
        let files = changed.isEmpty ? "nothing" : Self.count(changed.count, "file")
        let errors = validation.report.diagnostics.count { $0.severity == .error }
        return "valid since \(VisibleText.escaped(changedSince ?? "")): \(files) changed"
            + (errors == 0 ? "" : "; the project has \(Self.count(errors, "error")) elsewhere")
    }

    private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

    private final class Kept {
        private let validation: ProjectValidation
        init(_ validation: ProjectValidation) { self.validation = validation }
    }
}

extension Workspace {
    /// In an engine of its own: what validation makes in the catalog must not meet the tables of a run.
    func validated() async throws -> Validator.Report {
        try await folder.withEngineSupply { try await Validator.validate(project, engine: $0) }
    }

    func validate() async throws -> [Diagnostic] { try await validated().diagnostics }
}
