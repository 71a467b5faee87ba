internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import State
internal import Support

/// `pipectl status`
struct StatusCommand: Command {
    static let exitCode = Argument<Bool>.flag("exit-code", help: "Exit with \(ExitCode.changes.rawValue) where an environment is not as its branch, or not as its release")

    static let specification = CommandSpecification(
        "status", summary: "Show what is deployed, and whether it is as it should be",
        discussion: """
            Of each environment, or the one that is named: its release, how many commits its branch has beyond that, whether the files \
            in its folder are those of the release, a hold, and the last run. A deployment that was interrupted is ended or undone.
            """,
        examples: [.init("pipectl status", "All environments"), .init("pipectl status --env prod --exit-code", "For a check every hour")],
        arguments: [Options.environment, exitCode], exitCodes: [(.changes, "something is not as it should be (with --exit-code)")])

    private let environment: String?
    private let hasExitCode: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        hasExitCode = arguments[Self.exitCode]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let names = try environment.map { [$0] } ?? { () throws -> [String] in
            let all = workspace.project.environments.map(\.asset.name.value)
            return all.isEmpty ? [try workspace.environmentFile(nil).asset.name.value] : all
        }()
        var reports: [EnvironmentStatus] = []
        for name in names {
            let (site, environment) = try DeliverySite.of(workspace, name, context)
            context.tell(try await site.deployment().recover(), name)
            reports.append(try EnvironmentStatus.look(at: site, environment))
        }
        switch context.global.output {
        case .json: context.write(json: ["environments": .array(reports.map(\.json))])
        case .text: for report in reports { context.output.write(report.text(context.style)) }
        }
        return hasExitCode && reports.contains(where: { !$0.isFine }) ? .changes : .success
    }
}

/// What is known of an environment without asking its connections.
struct EnvironmentStatus: Sendable {
    let site: DeliverySite
    let release: Release?
    let differences: [LiveFolder.Difference]
    let hold: Hold?
    let lastRun: RunRecord?
    /// The branch that deploys here, against the release's source; nil where the commits are not comparable here.
    let branch: (name: String, ahead: Int, behind: Int)?

    var isFine: Bool { release != nil && differences.isEmpty && branch.map { $0.ahead == 0 && $0.behind == 0 } ?? true }

    static func look(at site: DeliverySite, _ environment: Environment) throws -> EnvironmentStatus {
        let repository = try site.repository()
        let release = try site.line.current(in: repository)
        var differences: [LiveFolder.Difference] = []
        var branch: (name: String, ahead: Int, behind: Int)?
        if let release {
            differences = try site.live.differences(of: release.folderName, from: release.content(site.line, repository).files)
            if let name = environment.branch, let tip = try repository.object(ofReference: "refs/heads/" + name) ?? repository.object(ofReference: "refs/remotes/origin/" + name),
                try repository.objects.holds(release.source)
            {
                let (ahead, behind) = try repository.aheadBehind(tip, release.source)
                branch = (name, ahead, behind)
            }
        }
        var lastRun: RunRecord?
        let path = FileSystem.join(site.root, "state.db")
        if FileSystem.exists(path) {
            let journal = try Journal(path: path, create: false)
            lastRun = try journal.runs(RunFilter(), limit: 1).first
            try journal.close()
        }
        return EnvironmentStatus(site: site, release: release, differences: differences, hold: try Hold.read(site.root), lastRun: lastRun, branch: branch)
    }

    var json: JSONValue {
        [
            "environment": .string(site.line.environment), "release": release.map { .object($0.json(site)) } ?? .null,
            "branch": branch.map { ["name": .string($0.name), "ahead": .integer(Int64($0.ahead)), "behind": .integer(Int64($0.behind))] } ?? .null,
            "differences": .array(differences.map { ["path": .string($0.path), "kind": .string($0.kind.rawValue)] }),
            "hold": hold.map { .string($0.words) } ?? .null, "lastRun": lastRun?.json ?? .null, "isFine": .bool(isFine),
        ]
    }

    func text(_ style: TerminalStyle) -> String {
        var text = style.bold(site.line.environment) + ": "
        guard let release else { return text + "no release: runs use the files of the folder\n" + rest(style) }
        let note = release.rollbackTo.map { " (rollback to \($0))" } ?? release.promotedFrom.map { " (promoted from \($0))" } ?? ""
        text += "release \(release.number)\(VisibleText.escaped(note)), commit \(release.source.short), \(release.time.toTheSecond) by \(VisibleText.escaped(release.person.name))\n"
        if let branch {
            let words = [branch.ahead > 0 ? "\(branch.ahead) ahead" : nil, branch.behind > 0 ? "\(branch.behind) behind" : nil].compactMap(\.self)
            text += "  branch \(VisibleText.escaped(branch.name)): " + (words.isEmpty ? "at the release's commit" : words.joined(separator: ", ")) + "\n"
        }
        text += "  live files: " + (differences.isEmpty ? "as released" : style("\(differences.count) not as released", .yellow)) + "\n"
        for difference in differences.prefix(10) { text += "    \(difference.kind.rawValue): \(VisibleText.escaped(difference.path))\n" }
        return text + rest(style)
    }

    private func rest(_ style: TerminalStyle) -> String {
        var text = hold.map { "  \(style("held", .yellow)) \(VisibleText.escaped($0.words))\n" } ?? ""
        if let run = lastRun { text += "  last run: \(VisibleText.escaped(run.pipeline)) \(run.status.rawValue), \(run.started.toTheSecond)\(run.release.map { ", release \(LiveFolder.number(of: $0) ?? 0)" } ?? ", the working tree")\n" }
        return text
    }
}
