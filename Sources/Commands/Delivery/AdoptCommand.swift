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
    static let dryRun = Argument<Bool>.flag("dry-run", help: "Say what would be written, and write nothing")

    static let specification = CommandSpecification(
        "adopt", summary: "Write what is live into the project's folder",
        discussion: """
            Takes files that were changed, added or removed below an environment's `live` over into the project, so that they can be \
            looked at, committed and deployed. A file that was changed in the project, too, is refused by its name, and so is one \
            that is a link or would lie outside of the project; the others are written.

            --sources also writes the columns that the sources have now to their locked schemas, as `sources lock` does.
            """,
        examples: [
            .init("pipectl adopt --env prod --dry-run", "What was changed in place"),
            .init("pipectl adopt --env prod pipelines/sql", "Files below a folder"),
        ],
        arguments: [Options.environment, sources, dryRun, SecretsOptions.identity, paths], exitCodes: [(.failure, "a file was refused, or a source cannot be read")])

    private let environment: String?
    private let adoptsSources: Bool
    private let isDryRun: Bool
    private let identity: String?
    private let paths: [String]

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        adoptsSources = arguments[Self.sources]
        isDryRun = arguments[Self.dryRun]
        identity = arguments[SecretsOptions.identity]
        paths = arguments[Self.paths].map { FileSystem.normalise($0) }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context, identity: identity)
        let (site, _) = try DeliverySite.of(workspace, environment, context)
        let adoptions = try files(site, workspace.root)
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
            for adoption in adoptions { try adoption.perform() }
            for change in changes { try change.write(in: workspace) }
        }
        switch context.global.output {
        case .json:
            context.write(json: [
                "environment": .string(site.line.environment), "dryRun": .bool(isDryRun), "files": .array(adoptions.map(\.json)),
                "sources": .array(changes.map(\.json)),
            ])
        case .text:
            for adoption in adoptions { context.output.write(adoption.text(isDryRun: isDryRun, context.style)) }
            for change in changes where change.isChange { context.output.write(change.text(isCheck: isDryRun, style: context.style)) }
            if adoptions.isEmpty, !changes.contains(where: \.isChange) { context.output.write("nothing to adopt: \(site.line.environment) is as released\n") }
        }
        return adoptions.contains(where: \.isRefused) ? .failure : .success
    }

    private func files(_ site: DeliverySite, _ root: String) throws -> [Adoption] {
        let name = site.line.environment
        if try DeploymentJournal.read(site.root) != nil {
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
        for path in paths where path != "." && !differences.contains(where: { Self.holds(path, $0.path) }) {
            throw CommandFailure("nothing at \(path) differs from release \(release.number) of \(name)", help: "see what does: pipectl drift --env \(name)", .usage)
        }
        let chosen = differences.filter { difference in paths.isEmpty || paths.contains { $0 == "." || Self.holds($0, difference.path) } }
        let folder = site.live.path(of: release.folderName)
        return chosen.map { Adoption.look(at: $0, in: folder, release: content, project: root) }
    }

    private static func holds(_ folder: String, _ path: String) -> Bool {
        path.utf8.elementsEqual(folder.utf8) || path.utf8.starts(with: (folder + "/").utf8)
    }
}

extension Adoption {
    fileprivate var isRefused: Bool { if case .refuse = step { true } else { false } }

    fileprivate func text(isDryRun: Bool, _ style: TerminalStyle) -> String {
        let path = VisibleText.escaped(path)
        return switch step {
        case .write: "\(path): \(isDryRun ? "would be written" : "written")\n"
        case .remove: "\(path): \(isDryRun ? "would be removed" : "removed")\n"
        case .nothing: "\(path): is as it is live\n"
        case .refuse(let reason): "\(path): \(style("refused", .red)): \(VisibleText.escaped(reason))\n"
        }
    }

    fileprivate var json: JSONValue {
        let (word, reason): (String, JSONValue) =
            switch step {
            case .write: ("write", .null)
            case .remove: ("remove", .null)
            case .nothing: ("same", .null)
            case .refuse(let reason): ("refused", .string(reason))
            }
        return ["path": .string(path), "step": .string(word), "reason": reason]
    }
}
