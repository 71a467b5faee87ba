internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support

/// `pipectl hold`
struct HoldCommand: Command {
    static let reason = Argument<String?>.option("reason", value: "TEXT", help: "Why, for those who are refused")

    static let specification = CommandSpecification(
        "hold", summary: "Keep an environment as it is",
        discussion: "Until `release-hold`, deployments to it are refused. Runs go on, and `rollback` still works: who goes back does so by hand.",
        examples: [.init("pipectl hold --env prod --reason \"closing of the books\"", "Nothing is deployed until it is over")],
        arguments: [Options.environment, reason])

    private let environment: String?
    private let reason: String?

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        reason = arguments[Self.reason]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let (site, _) = try DeliverySite.of(try Workspace.open(context), environment, context)
        let name = site.line.environment
        if let hold = try Hold.read(site.root) {
            throw CommandFailure("environment \"\(name)\" is held already \(hold.words)", help: "end that first: pipectl release-hold --env \(name)", .failure)
        }
        let hold = Hold(reason: reason, by: try site.person().name, since: site.clock.now())
        try hold.write(site.root)
        context.answer(name, hold, "\(name) is held: nothing is deployed there until `pipectl release-hold --env \(name)`\n")
        return .success
    }
}

/// `pipectl release-hold`
struct ReleaseHoldCommand: Command {
    static let specification = CommandSpecification(
        "release-hold", summary: "End what `hold` began", discussion: "Deployments are taken again. Nothing that was refused is made up for.",
        examples: [.init("pipectl release-hold --env prod", "Deployments may come again")], arguments: [Options.environment])

    private let environment: String?

    init(arguments: ParsedArguments) throws(UsageError) { environment = arguments[Options.environment] }

    func run(in context: CommandContext) async throws -> ExitCode {
        let (site, _) = try DeliverySite.of(try Workspace.open(context), environment, context)
        let name = site.line.environment
        // A hold that cannot be read is taken away by hand, by who looked into it.
        guard try Hold.read(site.root) != nil else {
            context.answer(name, nil, "\(name) is not held\n")
            return .success
        }
        try Hold.remove(site.root)
        context.answer(name, nil, "\(name) is no longer held\n")
        return .success
    }
}

extension CommandContext {
    fileprivate func answer(_ environment: String, _ hold: Hold?, _ words: String) {
        switch global.output {
        case .json: write(json: ["environment": .string(environment), "hold": hold.map { .string($0.words) } ?? .null])
        case .text: output.write(words)
        }
    }
}
