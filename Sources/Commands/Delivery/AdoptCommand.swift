internal import AssetLoading
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support

/// `pipectl adopt`
struct AdoptCommand: Command {
    static let paths = Argument<[String]>.positionals("PATH", help: "Only these files, or files below these folders (from the project's folder)")
    static let sources = Argument<Bool>.flag("sources", help: "Lock the columns of the sources again, too, as they are now")
    static let offline = Argument<Bool>.flag("offline", help: "Look at files only, not at the warehouse")
    static let dryRun = Argument<Bool>.flag("dry-run", help: "Say what would be written, and write nothing")

    static let specification = CommandSpecification(
        "adopt", summary: "Write what is live into the project's folder",
        discussion: """
            Takes files that were changed, added or removed below an environment's `live` over into the project, so that they can be \
            looked at, committed and deployed. A file that was changed in the project, too, is refused by its name, and so is one \
            that is a link or would lie outside of the project; the others are written.

            A view of the warehouse that was changed by hand is written to its SQL file, with the names that tables have in the lake. One whose \
            SQL stands in a pipeline's YAML, or that reads something the project does not publish, is told and not written.

            --sources also writes the columns that the sources have now to their locked schemas, as `sources lock` does.
            """,
        examples: [
            .init("pipectl adopt --env prod --dry-run", "What was changed in place"),
            .init("pipectl adopt --env prod pipelines/sql", "Files below a folder"),
        ],
        arguments: [Options.environment, sources, offline, dryRun, SecretsOptions.identity, paths],
        exitCodes: [(.failure, "a file or a view was refused, or a source cannot be read")])

    private let environment: String?
    private let adoptsSources: Bool
    private let isOffline: Bool
    private let isDryRun: Bool
    private let identity: String?
    private let paths: [String]

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        adoptsSources = arguments[Self.sources]
        isOffline = arguments[Self.offline]
        isDryRun = arguments[Self.dryRun]
        identity = arguments[SecretsOptions.identity]
        paths = arguments[Self.paths].map { FileSystem.normalise($0) }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context, identity: identity)
        let (site, _) = try DeliverySite.of(workspace, environment, context)
        let (adoptions, views) = try await adopted(site, workspace)
        var changes: [LockChange] = []
        if adoptsSources {
            let environment = try workspace.resolved(site.line.environment, in: context)
            let survey = try await Interruption.cancelling {
                try await SourceSurvey.take(workspace, in: environment, connections: [], for: .lock(allTables: false, dropsUnread: false))
            }
            if survey.diagnostics.hasErrors {
                context.show(survey.diagnostics, root: workspace.root)
                context.errors.write("nothing was adopted\n")
                return .failure
            }
            changes = try survey.entries.map { try LockChange($0, in: workspace) }
        }
        if !isDryRun {
            for adoption in adoptions + views.views.compactMap(\.file) { try adoption.perform() }
            for change in changes { try change.write(in: workspace) }
        }
        switch context.global.output {
        case .json:
            context.write(json: [
                "environment": .string(site.line.environment), "dryRun": .bool(isDryRun), "files": .array(adoptions.map(\.json)),
                "views": .array(views.views.map(\.json)), "notChecked": .array(views.gap.map { [DriftReport.Gap("views", $0).json] } ?? []),
                "sources": .array(changes.map(\.json)),
            ])
        case .text:
            for adoption in adoptions { context.output.write(adoption.text(isDryRun: isDryRun, context.style)) }
            for view in views.views { context.output.write(view.text(isDryRun: isDryRun, context.style)) }
            for change in changes where change.isChange { context.output.write(change.text(isCheck: isDryRun, style: context.style)) }
            if let gap = views.gap { context.output.write("not checked\n  views: \(VisibleText.escaped(gap))\n") }
            if adoptions.isEmpty, views.views.isEmpty, !changes.contains(where: \.isChange) { context.output.write("nothing to adopt: \(site.line.environment) is as released\n") }
        }
        return adoptions.contains(where: \.isRefused) || views.views.contains(where: \.isRefused) ? .failure : .success
    }

    private func adopted(_ site: DeliverySite, _ workspace: Workspace) async throws -> (files: [Adoption], views: AdoptedViews) {
        let name = site.line.environment
        // Where only views are left to be made the files are there.
        if let journal = try DeploymentJournal.read(site.root), journal.step != .applying {
            throw CommandFailure("a deployment to \(name) is under way or was interrupted", help: "let it end: pipectl status --env \(name)", .failure)
        }
        guard let release = try site.current() else {
            throw CommandFailure("environment \"\(name)\" has no release", help: "make one: pipectl deploy --env \(name)", .usage)
        }
        guard try site.live.current() == release.folderName else {
            throw CommandFailure("release \(release.number) of \(name) is not live here", help: "see what is: pipectl drift --env \(name)", .failure)
        }
        let content = release.content(site.line, try site.repository())
        let differences = try site.live.differences(of: release.folderName, from: content.files)
        let released = try ReleasedProject(release, at: site, workspace.folder, opener: workspace.opener)
        let found = try await AdoptedViews.look(released, besides: differences.map(\.path), root: workspace.root, isOffline: isOffline)
        let changed = differences.map(\.path) + found.views.map(\.path)
        for path in paths where path != "." && !changed.contains(where: { Self.holds(path, $0) }) {
            throw CommandFailure("nothing at \(path) differs from release \(release.number) of \(name)", help: "see what does: pipectl drift --env \(name)", .usage)
        }
        func isChosen(_ path: String) -> Bool { paths.isEmpty || paths.contains { $0 == "." || Self.holds($0, path) } }
        let folder = site.live.path(of: release.folderName)
        return (
            differences.filter { isChosen($0.path) }.map { Adoption.look(at: $0, in: folder, release: content, project: workspace.root) },
            AdoptedViews(views: found.views.filter { isChosen($0.path) }, gap: found.gap)
        )
    }

    private static func holds(_ folder: String, _ path: String) -> Bool {
        path.utf8.elementsEqual(folder.utf8) || path.utf8.starts(with: (folder + "/").utf8)
    }
}

extension Adoption {
    var isRefused: Bool { if case .refuse = step { true } else { false } }

    func text(isDryRun: Bool, _ style: TerminalStyle) -> String {
        let path = VisibleText.escaped(path)
        return switch step {
        case .write: "\(path): \(isDryRun ? "would be written" : "written")\n"
        case .remove: "\(path): \(isDryRun ? "would be removed" : "removed")\n"
        case .nothing: "\(path): is as it is live\n"
        case .refuse(let reason): "\(path): \(style("refused", .red)): \(VisibleText.escaped(reason))\n"
        }
    }

    var words: (step: String, reason: String?) {
        switch step {
        case .write: ("write", nil)
        case .remove: ("remove", nil)
        case .nothing: ("same", nil)
        case .refuse(let reason): ("refused", reason)
        }
    }

    fileprivate var json: JSONValue {
        ["path": .string(path), "step": .string(words.step), "reason": words.reason.map { .string($0) } ?? .null]
    }
}
