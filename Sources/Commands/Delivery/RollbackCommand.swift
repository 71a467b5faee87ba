internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support

/// `pipectl rollback`
struct RollbackCommand: Command {
    static let to = Argument<Int?>.option("to", value: "N", help: "The release to go back to (default: the one before the current one)")

    static let specification = CommandSpecification(
        "rollback", summary: "Make an earlier release the current one again",
        discussion: """
            The earlier files become a new release: nothing is taken out of the history, and a rollback is undone by another one. \
            Tables stay as they are. What automation would deploy next is kept away with `pipectl hold`.
            """,
        examples: [
            .init("pipectl rollback --env prod", "To the release before"),
            .init("pipectl rollback --env prod --to 12", "To a certain one"),
        ],
        arguments: [Options.environment, to], exitCodes: [(.failure, "nothing was done: a rule forbids it, or somebody else was faster")])

    private let environment: String?
    private let number: Int?

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        number = arguments[Self.to]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let (site, _) = try DeliverySite.of(try Workspace.open(context), environment, context)
        let name = site.line.environment
        let deployment = site.deployment()
        context.tell(try await deployment.refresh(), name)
        guard let current = try site.current() else { throw CommandFailure("environment \"\(name)\" has no release", .usage) }
        guard number != nil || current.number > 1 else { throw CommandFailure("release 1 of \(name) is the first one", help: "there is nothing to go back to", .usage) }
        let earlier = try site.line.release(number ?? current.number - 1, in: try site.repository())
        if earlier.tree == current.tree {
            context.output.write("nothing to do: release \(current.number) of \(name) has the files of release \(earlier.number) already\n")
            return .success
        }
        let draft = ReleaseDraft.again(earlier, line: site.line, repository: try site.repository())
        let release = try await deployment.deploy(draft, after: current)
        switch context.global.output {
        case .json: context.write(json: .object(release.json(site)))
        case .text: context.output.write("release \(release.number) of \(name): the files of release \(earlier.number), from commit \(earlier.source.short)\n")
        }
        return .success
    }
}
