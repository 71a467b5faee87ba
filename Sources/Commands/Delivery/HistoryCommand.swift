internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support

/// `pipectl history`
struct HistoryCommand: Command {
    static let limit = Argument<Int>.option("limit", short: "n", value: "N", default: 20, help: "At most so many")

    static let specification = CommandSpecification(
        "history", summary: "List the releases of an environment",
        discussion: "The newest first. `git log refs/pipectl/ENV` tells the same.",
        examples: [.init("pipectl history --env prod", "The last twenty releases")], arguments: [Options.environment, limit])

    private let environment: String?
    private let limit: Int

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        limit = arguments[Self.limit]
        guard limit > 0 else { throw UsageError("--limit is at least 1") }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let (site, _) = try DeliverySite.of(try Workspace.open(context), environment, context)
        let releases = try site.line.releases(in: try site.repository(), limit: limit)
        switch context.global.output {
        case .json: context.write(json: .array(releases.map { .object($0.json(site)) }))
        case .text:
            guard !releases.isEmpty else {
                context.output.write("no release of \(site.line.environment) yet\n")
                return .success
            }
            var table = TextTable(["RELEASE", "TIME (UTC)", "SOURCE", "DIGEST", "BY", "NOTE"])
            for release in releases {
                let note = release.rollbackTo.map { "rollback to \($0)" } ?? release.promotedFrom.map { "promoted from \($0)" } ?? ""
                table.append([
                    .text("\(release.number)"), .text(release.time.dateAndTime()), .text(release.source.short), .text(release.tree.short),
                    .text(VisibleText.escaped(release.person.name)), .text(VisibleText.escaped(note)),
                ])
            }
            context.output.write(table.render(width: context.output.size?.width, style: context.style))
        }
        return .success
    }
}
