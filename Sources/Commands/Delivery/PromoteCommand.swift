internal import AssetLoading
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support

/// `pipectl promote`
struct PromoteCommand: Command {
    static let from = Argument<String>.positional("FROM", help: "The environment where it was tried out", completion: .dynamic(kind: "environments"))
    static let to = Argument<String>.positional("TO", help: "The environment it shall come to", completion: .dynamic(kind: "environments"))
    static let pick = Argument<[String]>.options(
        "pick", value: "PATH|ASSET", help: "Only this: pipeline/sales, sales, template/load, or a path; with its SQL and templates; may be repeated")
    static let deploy = Argument<Bool>.flag("deploy", help: "Deploy it then, as `pipectl deploy` does")
    static let dryRun = Argument<Bool>.flag("dry-run", help: "Show what would be promoted, and whether that is allowed; nothing is written")
    static let message = Argument<String?>.option("message", short: "m", value: "TEXT", help: "The commit's message (default: what changes)")

    static let specification = CommandSpecification(
        "promote", summary: "Merge what one environment runs into the branch of another",
        discussion: """
            The branch of FROM is merged into that of TO, in memory: nothing is checked out, and nothing is written unless all \
            conditions hold that `promotion` in TO's file names. Conflicts are told by asset and field. The merge commit names in \
            its trailers what shows that they hold: the validation, the runs, the approvals.

            Conditions: `validated`, the merged files have no errors; `greenRun`, every pipeline that becomes another, or reads \
            what such a one makes, has run in FROM without failure, from a release with the same files; `approved`, by trailers \
            of commits or signed tags; `noDrift`, TO is as it was deployed. To a protected environment nothing but promotions \
            comes, so its branch may have nothing that was put there by hand.
            """,
        examples: [
            .init("pipectl promote dev prod --dry-run", "What would be promoted, and what is missing"),
            .init("pipectl promote dev prod --deploy", "All that dev has, deployed at once"),
            .init("pipectl promote dev prod --pick sales", "One pipeline with its SQL and templates"),
        ],
        arguments: [from, to, pick, deploy, dryRun, message],
        exitCodes: [(.failure, "nothing was promoted: the branches conflict, or a condition does not hold")])

    private let from: String
    private let to: String
    private let pick: [String]
    private let deploys: Bool
    private let isDryRun: Bool
    private let message: String?

    init(arguments: ParsedArguments) throws(UsageError) {
        from = arguments[Self.from]
        to = arguments[Self.to]
        pick = arguments[Self.pick]
        deploys = arguments[Self.deploy]
        isDryRun = arguments[Self.dryRun]
        message = arguments[Self.message]
        if deploys, isDryRun { throw UsageError("--deploy and --dry-run exclude each other", help: "pipectl plan shows what would be deployed") }
        if let message, GitMessage.trailers(of: "\n\n" + message).contains(where: { $0.key.lowercased().hasPrefix(PromotionRecord.reserved.lowercased()) }) {
            throw UsageError("the message has trailers that only pipectl writes", help: "leave out lines that begin with \(PromotionRecord.reserved)")
        }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let folder = try ProjectFolder.find(context)
        let sides = try await PromotionSides.find(from, to, in: folder, context)
        let move = PromotionMove(sides.toSite)
        let lock = isDryRun ? nil : try move.lock()
        defer { lock?.release() }
        var report = PromotionReport(sides: sides, isDryRun: isDryRun)
        switch try await PromotionProposal.make(sides, picking: pick, in: folder, opener: IdentityOpener(identity: nil, context)) {
        case .nothing(let words):
            report.nothing = words
            if !isDryRun { try move.catchUp(sides.target) }
        case .conflicts(let conflicts): report.conflicts = conflicts
        case .proposal(let proposal):
            report.proposal = proposal
            if proposal.isAllowed, !isDryRun {
                try move.requireNotCheckedOut(sides.target, source: sides.fromBranch)
                let commit = try proposal.write(message: message)
                try await move.move(sides.target, to: commit, reason: "pipectl: promote \(from) to \(to)")
                report.commit = commit
            }
        }
        lock?.release()
        guard deploys, report.conflicts.isEmpty, report.proposal?.isAllowed ?? true else {
            report.write(in: context)
            return report.isFine ? .success : .failure
        }
        if context.global.output == .text { report.write(in: context) }
        context.output.flush()
        return try await deploy(report, sides, in: context)
    }

    /// Goes on with the commit that was made, or with the branch where that has all already.
    private func deploy(_ report: PromotionReport, _ sides: PromotionSides, in context: CommandContext) async throws -> ExitCode {
        let commit = report.commit ?? sides.target.tip
        let command = DeployCommand(environment: to, ref: commit.description)
        var report = report
        guard context.global.output == .json else { return try await command.run(in: context) }
        do {
            let outcome = try await command.deploy(in: context)
            report.release = outcome.json
            report.write(in: context)
            return .success
        } catch let invalid as DeliveryCandidate.InvalidCommit {
            report.write(in: context)
            context.show(invalid, "nothing was deployed: the files of the commit are not valid")
            return .failure
        } catch {
            report.write(in: context)
            throw error
        }
    }
}
