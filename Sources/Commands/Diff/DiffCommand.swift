internal import Changes
internal import CommandLineKit
internal import Diagnostics
internal import Engine
internal import Support
internal import Validation

/// `pipectl diff`
struct DiffCommand: Command {
    enum Format: String, ArgumentValue, CaseIterable { case text, json, markdown }

    static let range = Argument<String?>.optionalPositional(
        "RANGE", help: "BASE: that commit and the working tree; BASE..HEAD: two commits; BASE...HEAD: from where they parted (default: HEAD)")
    static let environment = Argument<String?>.option(
        "env", short: "e", value: "NAME", help: "Leave out what concerns other environments only", completion: .dynamic(kind: "environments"))
    static let output = Argument<Format>.option(
        "output", value: "FORMAT", default: .text, help: "How it is written: \(Format.allWords.joined(separator: ", "))")
    static let exitCode = Argument<Bool>.flag("exit-code", help: "Exit with \(ExitCode.changes.rawValue) where there is a difference")
    static let withoutImpact = Argument<Bool>.flag("no-impact", help: "Leave out columns of tables and what is downstream: nothing is compiled")

    static let specification = CommandSpecification(
        "diff", summary: "Show what changed in meaning",
        discussion: """
            Compares two versions of the project by what they do, not by their text: layout, comments, the order of keys, quotes, \
            defaults that are written out and moved files are no change. SQL is compared by what the engine makes of it, and by \
            the columns of its result. A change of a template is told where it is used, secrets by their names and versions.

            Everything downstream is told, to single columns where the plans of the queries allow it. Columns that are gone or \
            have another type are marked as breaking, checks that ask less than before as weakened.
            """,
        examples: [
            .init("pipectl diff", "What the working tree changes"),
            .init("pipectl diff origin/main...", "What this branch changes"),
            .init("pipectl diff main..develop --env prod", "What a promotion would bring"),
            .init("pipectl diff origin/main... --output markdown > summary.md", "For a pull request"),
        ],
        arguments: [range, environment, output, exitCode, withoutImpact],
        exitCodes: [(.changes, "there are differences (with --exit-code)")])

    private let range: String?
    private let environment: String?
    private let format: Format
    private let hasExitCode: Bool
    private let hasImpact: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        range = arguments[Self.range]
        environment = arguments[Self.environment]
        format = arguments[Self.output]
        hasExitCode = arguments[Self.exitCode]
        hasImpact = !arguments[Self.withoutImpact]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let folder = try ProjectFolder.find(context)
        let versions = try ProjectVersions.find(range, in: folder)
        if let environment { try Self.find(environment, in: versions) }
        let selection = ChangeSelection(environment: environment)
        let snapshots: Snapshots = { try await folder.snapshots(of: versions) }
        let wanted = hasImpact ? snapshots : nil
        // Without an engine words are compared; for columns it is needed.
        let hasEngine = hasImpact || (try? folder.search.locate()) != nil
        if !hasEngine { context.errors.write("note: without DuckDB queries are compared word by word (`pipectl doctor`)\n") }
        let changes = try await folder.withEngineSupply { engine in
            try await ProjectChanges.compare(
                base: versions.base, head: versions.head, changed: versions.changed, selection, engine: hasEngine ? engine : nil, snapshots: wanted)
        }
        versions.listed?.keep()
        switch format {
        case .text: context.output.write(changes.text(style: context.style))
        case .json: context.write(json: changes.json)
        case .markdown: context.output.write(changes.markdown)
        }
        return hasExitCode && !changes.isEmpty ? .changes : .success
    }

    /// One that only the older version has can be looked at, too.
    private static func find(_ environment: String, in versions: ProjectVersions) throws {
        let known = Set(ChangeSelection.environments(of: versions.head)).union(ChangeSelection.environments(of: versions.base)).sorted()
        guard !known.contains(environment) else { return }
        throw CommandFailure(
            "there is no environment \"\(environment)\"",
            help: Suggestion.nearest(to: environment, in: known).map { "did you mean \"\($0)\"?" }
                ?? (known.isEmpty ? "the project has none" : "environments: " + known.joined(separator: ", ")), .usage)
    }
}
