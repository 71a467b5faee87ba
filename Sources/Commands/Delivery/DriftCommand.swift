internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support

/// `pipectl drift`
struct DriftCommand: Command {
    static let fix = Argument<Bool>.flag("fix", help: "Put back what can be put back: files of the release, the link to them, and views")
    static let offline = Argument<Bool>.flag("offline", help: "Open no connection, and ask no remote repository")
    static let exitCode = Argument<Bool>.flag("exit-code", help: "Exit with \(ExitCode.changes.rawValue) where there is drift")

    static let specification = CommandSpecification(
        "drift", summary: "Show what differs in an environment from its release",
        discussion: """
            Each thing is told three ways: what git says, what was recorded by the release or by who wrote it last, and what is \
            there. Looked at are the files of the release, tables of the lake, tables and views of the warehouse, secrets that the release \
            uses, and sources against their locked schemas. A table that others wrote since is told even where its columns are the same.

            What follows from something that was done in order, and is only to be known, is told apart and is no drift: a secret \
            with a newer version, a table that no run of this release has written yet, a new column of a source.

            --fix makes the files below `live` and the views in the warehouse those of the release again; files that do not belong \
            to it are removed, views that pipectl has not made stay: where one has the name of a view of the release, that is told, the \
            others are put back, and it ends with \(ExitCode.failure.rawValue). For the rest it is said what would help.
            """,
        examples: [
            .init("pipectl drift --env prod --exit-code", "For a check every hour"),
            .init("pipectl drift --env prod --fix", "As released"),
        ],
        arguments: [Options.environment, fix, exitCode, offline, SecretsOptions.identity], exitCodes: [(.failure, "a file or a view could not be put back (with --fix)"), (.changes, "there is drift (with --exit-code)")])

    private let environment: String?
    private let fixes: Bool
    private let isOffline: Bool
    private let hasExitCode: Bool
    private let identity: String?

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        fixes = arguments[Self.fix]
        isOffline = arguments[Self.offline]
        hasExitCode = arguments[Self.exitCode]
        identity = arguments[SecretsOptions.identity]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context, identity: identity)
        let (site, environment) = try DeliverySite.of(workspace, environment, context)
        var gap: DriftReport.Gap?
        if !isOffline, let remote = site.remote {
            do {
                try await site.deployment().fetch()
            } catch let error as GitError {
                gap = DriftReport.Gap("releases of \(remote)", error.message)
            }
        }
        guard let release = try site.current() else {
            throw CommandFailure("environment \"\(site.line.environment)\" has no release", help: "make one: pipectl deploy --env \(site.line.environment)", .usage)
        }
        let survey = DriftSurvey(
            folder: workspace.folder, site: site, release: release,
            released: try ReleasedProject(release, at: site, workspace.folder, opener: workspace.opener), branch: try BranchTip.find(environment.branch, at: site),
            isOffline: isOffline)
        var report = try await survey.report()
        var fixed: [DriftItem] = []
        if fixes, report.items.contains(where: { $0.remedy == .fix }) {
            _ = try await site.deployment().restore()
            let after = try await survey.report()
            fixed = report.items.filter { $0.remedy == .fix && !after.items.contains($0) }
            report = after
        }
        if let gap { report.add(gap) }
        switch context.global.output {
        case .json:
            context.write(json: [
                "environment": .string(site.line.environment), "release": .object(release.json(site)), "drift": .array(report.drift.map(\.json)),
                "notes": .array(report.notes.map(\.json)), "notChecked": .array(report.notChecked.map(\.json)), "fixed": .array(fixed.map(\.json)),
            ])
        case .text: context.output.write(text(report, fixed, release, site, context.style))
        }
        if fixes, report.drift.contains(where: { [.link, .file, .view].contains($0.kind) }) { return .failure }
        return hasExitCode && !report.drift.isEmpty ? .changes : .success
    }

    private func text(_ report: DriftReport, _ fixed: [DriftItem], _ release: Release, _ site: DeliverySite, _ style: TerminalStyle) -> String {
        let drift = report.drift
        var text = "\(style.bold(site.line.environment)): "
        text += drift.isEmpty ? "no drift from release \(release.number)\n" : "\(drift.count) difference\(drift.count == 1 ? "" : "s") from release \(release.number)\n"
        if !fixed.isEmpty {
            text += "put back\n"
            for item in fixed { text += "  \(VisibleText.escaped("\(item.kind.rawValue) \(item.name) \(item.past)"))\n" }
        }
        for item in drift { text += Self.text(item, style, .yellow) }
        if !report.notes.isEmpty { text += "to know\n" }
        for item in report.notes { text += Self.text(item, style, .blue) }
        if !report.notChecked.isEmpty { text += "not checked\n" }
        for gap in report.notChecked { text += "  \(VisibleText.escaped(gap.subject)): \(VisibleText.escaped(gap.reason))\n" }
        if drift.contains(where: { $0.remedy == .fix }) { text += "to put back what can be: pipectl drift --fix --env \(site.line.environment)\n" }
        return text
    }

    private static func text(_ item: DriftItem, _ style: TerminalStyle, _ colour: TerminalStyle.Attribute) -> String {
        var text = "  \(style("\(item.kind.rawValue)", colour)) \(VisibleText.escaped(item.name)) \(VisibleText.escaped(item.problem))\n"
        for (name, value) in [("git:     ", item.git), ("recorded:", item.recorded), ("live:    ", item.live)] {
            text += "    \(name) \(VisibleText.escaped(value))\n"
        }
        if case .other(let words)? = item.remedy { text += "    \(style.bold("help")):     \(VisibleText.escaped(words))\n" }
        return text
    }
}

extension DriftItem {
    /// After it was put back.
    fileprivate var past: String {
        if problem.hasPrefix("is no file") { return "was removed: it \(problem)" }
        return kind == .view && git == "no such view" ? "was dropped: it \(problem)" : "is as released again"
    }
}
