internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Git
internal import Support

/// `pipectl status`
struct StatusCommand: Command {
    static let exitCode = Argument<Bool>.flag("exit-code", help: "Exit with \(ExitCode.changes.rawValue) where an environment is not as its branch, or not as its release")
    static let offline = Argument<Bool>.flag("offline", help: "Ask no remote repository for releases that others made")

    static let specification = CommandSpecification(
        "status", summary: "Show what is deployed, and whether it is as it should be",
        discussion: """
            Of each environment, or the one that is named: its release, how far its branch is from that and whether that makes \
            other files, whether the files in its folder are those of the release, a hold, the last run, pipelines whose last run \
            failed and since when, and secrets of the release that expire within 14 days. No connection is opened; `drift` looks \
            deeper. A deployment that was interrupted is ended or undone; views of its warehouse that cannot be made are told, with the reason.
            """,
        examples: [.init("pipectl status", "All environments"), .init("pipectl status --env prod --exit-code", "For a check every hour")],
        arguments: [Options.environment, exitCode, offline], exitCodes: [(.failure, "an environment cannot be looked at"), (.changes, "something is not as it should be (with --exit-code)")])

    private let environment: String?
    private let hasExitCode: Bool
    private let isOffline: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        hasExitCode = arguments[Self.exitCode]
        isOffline = arguments[Self.offline]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let names = try environment.map { [$0] } ?? { () throws -> [String] in
            let all = workspace.project.environments.map(\.asset.name.value)
            return all.isEmpty ? [try workspace.environmentFile(nil).asset.name.value] : all
        }()
        var reports: [EnvironmentStatus] = []
        var failures: [(environment: String, message: String)] = []
        for name in names {
            do {
                let (site, environment) = try DeliverySite.of(workspace, name, context)
                let recovery = try await mend(site, context)
                reports.append(try EnvironmentStatus.look(at: site, environment, workspace.project, after: recovery))
            } catch where names.count > 1 && !(error is CancellationError) {
                // One that cannot be looked at keeps nobody from seeing the others.
                let message = (error as? Workspace.Invalid)?.diagnostics.first { $0.severity == .error }?.message ?? CommandFailure(error).message
                failures.append((name, message))
            }
        }
        switch context.global.output {
        case .json:
            context.write(json: [
                "environments": .array(reports.map(\.json)),
                "failures": .array(failures.map { ["environment": .string($0.environment), "message": .string($0.message)] }),
            ])
        case .text:
            for report in reports { context.output.write(report.text(context.style)) }
            context.output.flush()
        }
        for failure in failures {
            context.errors.write("error: environment \"\(failure.environment)\" cannot be looked at: \(VisibleText.escaped(failure.message)); more: pipectl status --env \(ShellWord.quoted(failure.environment))\n")
        }
        if !failures.isEmpty { return .failure }
        return hasExitCode && reports.contains(where: { !$0.isFine }) ? .changes : .success
    }

    /// What cannot be asked, or is being changed right now, keeps nobody from seeing the rest.
    private func mend(_ site: DeliverySite, _ context: CommandContext) async throws -> Deployment.Recovery? {
        let name = site.line.environment
        let deployment = site.deployment()
        var recovery: Deployment.Recovery?
        do {
            recovery = try await deployment.recover()
            tell(recovery, name, context)
            guard !isOffline, let remote = site.remote else { return recovery }
            do {
                try await deployment.fetch()
            } catch let error as GitError {
                context.errors.write("note: releases of \(name) were not fetched from \(VisibleText.escaped(remote)): \(VisibleText.escaped(error.message))\n")
                context.errors.flush()
                return recovery
            }
            // Of a release that has just come here, where there is one.
            if let more = try await deployment.recover() {
                if more != recovery { tell(more, name, context) }
                recovery = more
            }
        } catch let error as DeliveryError where error.kind == .raced {
            context.errors.write("note: \(VisibleText.escaped(error.message))\n")
            context.errors.flush()
        }
        return recovery
    }

    /// Views that could not be made the report itself tells.
    private func tell(_ recovery: Deployment.Recovery?, _ name: String, _ context: CommandContext) {
        if case .unapplied = recovery { return }
        context.tell(recovery, name)
    }
}
