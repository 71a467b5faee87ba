internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Engine
internal import Lineage
internal import Support
internal import Validation

/// `pipectl lineage`
struct LineageCommand: Command {
    enum Format: String, ArgumentValue, CaseIterable { case text, json, dot, openlineage }

    static let table = Argument<String?>.optionalPositional(
        "TABLE", help: "LAYER.NAME, CONNECTION.TABLE or warehouse.LAYER.NAME, and .COLUMN behind it; none: the whole project",
        completion: .dynamic(kind: "projectTables"))
    static let up = Argument<Bool>.flag("up", help: "Only what it comes from")
    static let down = Argument<Bool>.flag("down", help: "Only what it goes to")
    static let output = Argument<Format>.option(
        "output", value: "FORMAT", default: .text, help: "How it is written: \(Format.allWords.joined(separator: ", "))")

    static let specification = CommandSpecification(
        "lineage", summary: "Show where the data of a table or column comes from and goes to",
        discussion: """
            Told from the files alone: each query is planned by the engine upon empty tables, and its plan says which columns \
            each column of the result is made of (same value, transformed, aggregated), and which decide on its rows. Where that \
            cannot be known, the tables are shown and the reason.

            openlineage is an array of job events (OpenLineage 2-0-2) for a data catalogue; set SOURCE_DATE_EPOCH to fix their time.
            """,
        examples: [
            .init("pipectl lineage gold.kpi_sales", "What it is made of, and what is made of it"),
            .init("pipectl lineage erp.customers.birth_date --down", "Where a column's values end up"),
            .init("pipectl lineage gold.kpi_sales.revenue --up --output dot | dot -Tsvg > revenue.svg", "A drawing"),
        ],
        arguments: [table, up, down, output])

    private let table: String?
    private let directions: Set<Lineage.Direction>
    private let format: Format

    init(arguments: ParsedArguments) throws(UsageError) {
        table = arguments[Self.table]
        let (up, down) = (arguments[Self.up], arguments[Self.down])
        directions = up == down ? [.up, .down] : up ? [.up] : [.down]
        format = arguments[Self.output]
        guard table != nil || up == down else { throw UsageError("--up and --down need a TABLE") }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let selection = try await workspace.lineage(of: table, directions, in: context)
        switch format {
        case .text: context.output.write(LineageTree.render(selection, style: context.style))
        case .json: context.write(json: selection.json)
        case .dot: context.output.write(selection.dot)
        case .openlineage:
            let project = workspace.project.project?.name.value ?? "project"
            let events = OpenLineage(selection, project: project, version: Application.version, time: try Self.time(context))
            context.write(json: .array(events.events))
        }
        if format == .text, !context.global.isQuiet {
            for gap in selection.lineage.gaps { context.errors.write("note: " + VisibleText.escaped(gap) + "\n") }
        }
        return .success
    }

    /// As of reproducible-builds.org.
    private static func time(_ context: CommandContext) throws -> Instant {
        guard let text = context.environment["SOURCE_DATE_EPOCH"] else { return WallClock.system.now() }
        guard let seconds = Int64(text), (0...253_402_300_799).contains(seconds) else {
            throw CommandFailure("SOURCE_DATE_EPOCH is \"\(text)\", not a number of seconds", .usage)
        }
        return Instant(microseconds: seconds * 1_000_000)
    }
}

extension Workspace {
    /// - Parameter name: as it was written on the command line; nil: the whole project.
    func lineage(
        of name: String?, _ directions: Set<Lineage.Direction>, in context: CommandContext
    ) async throws -> LineageSelection {
        let report = try await validated()
        warnOfErrors(report, in: context)
        // Not the engine that validation had: the tables made there are its own.
        let lineage = try await folder.withEngineSupply { engine in
            try await Lineage.make(of: project, analysis: report.analysis, columns: report.columns, engine: engine) { datasets in
                name.flatMap { LineageSelection.dataset(named: $0, in: datasets)?.dataset }
            }
        }
        guard let name else { return LineageSelection(lineage, focus: nil, directions: directions) }
        return LineageSelection(lineage, focus: try Self.focus(name, in: lineage), directions: directions)
    }

    private static func reason(_ dataset: Dataset, _ lineage: Lineage) -> String? {
        guard let step = lineage.writers(of: dataset).first(where: { $0.unknown != nil }), let unknown = step.unknown else { return nil }
        return "\(step.name.text): \(unknown)"
    }

    private static func focus(_ name: String, in lineage: Lineage) throws -> LineageSelection.Focus {
        let datasets = lineage.datasets
        guard let found = LineageSelection.dataset(named: name, in: datasets) else {
            let names = datasets.map(\.text)
            // The last part may be meant as a column.
            let near = Suggestion.nearest(to: name, in: names)
                ?? name.lastIndex(of: ".").flatMap { dot in
                    Suggestion.nearest(to: String(name[..<dot]), in: names).map { $0 + name[dot...] }
                }
            throw CommandFailure(
                "no activity of this project reads or writes \"\(name)\"",
                help: near.map { "did you mean \"\($0)\"?" } ?? "`pipectl lineage` without a table lists all", .usage)
        }
        guard let column = found.column else { return found }
        guard let known = lineage.columns(of: found.dataset) else {
            throw CommandFailure(
                "the columns of \(found.dataset.text) are not known from the files",
                help: Self.reason(found.dataset, lineage)
                    ?? "`pipectl lineage \(found.dataset.text)` shows its tables", .usage)
        }
        guard let exact = known.first(where: { $0.name == column }) ?? known.first(where: { $0.name.lowercased() == column.lowercased() }) else {
            let near = Suggestion.nearest(to: column, in: known.map(\.name))
            throw CommandFailure(
                "\(found.dataset.text) has no column \"\(column)\"",
                help: near.map { "did you mean \"\($0)\"?" } ?? "its columns: " + known.map(\.name).joined(separator: ", "), .usage)
        }
        return LineageSelection.Focus(found.dataset, column: exact.name)
    }
}

extension Workspace {
    /// Tables that activities name outside of SQL, for completion: quick, without an engine.
    var projectTables: [String] {
        var names: Set<String> = []
        for file in project.pipelines {
            file.asset.forEachActivity { activity in
                names.formUnion(project.effects(of: activity, in: file.asset, SQLAnalysis()).writes.map(\.text))
            }
        }
        return names.sorted()
    }
}
