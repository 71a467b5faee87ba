internal import AssetLoading
internal import Assets
package import CommandLineKit
internal import Diagnostics
internal import Lake
internal import Secrets
internal import Support
internal import Validation

/// The program: its commands, and what happens around each of them.
package enum Application {
    package static let version = "0.1.0"

    package static let commandLine = CommandLineApplication(
        name: "pipectl", version: version,
        summary: "GitOps and CI/CD for data pipelines, with the runtime that runs them",
        examples: [
            .init("pipectl validate", "Check every file of the project"),
            .init("pipectl run sales --env dev", "Run a pipeline in an environment"),
            .init("pipectl sql \"select * from gold.kpi_sales limit 5\"", "Look at a table of the lake"),
        ],
        commands: [
            .command(InitCommand.self), .command(ValidateCommand.self), .command(DiffCommand.self),
            .command(PlanCommand.self), .command(DeployCommand.self), .command(PromoteCommand.self), .command(RollbackCommand.self),
            .command(StatusCommand.self), .command(DriftCommand.self), .command(AdoptCommand.self),
            .command(HistoryCommand.self), .command(HoldCommand.self), .command(ReleaseHoldCommand.self),
            .command(RunCommand.self), .command(RunsCommand.self),
            .command(LogsCommand.self), .command(LineageCommand.self), .command(GraphCommand.self),
            .group(
                "lake", summary: "Look at the tables of the lake",
                [.command(LakeListCommand.self), .command(LakeHistoryCommand.self), .command(LakeSchemaCommand.self), .command(LakeRestoreCommand.self)]),
            .group(
                "sources", summary: "Lock the columns of the sources, and compare",
                [.command(SourcesLockCommand.self), .command(SourcesCheckCommand.self)]),
            .group(
                "secrets", summary: "Keep the secrets of an environment, encrypted in git",
                discussion: """
                    A store is a SOPS file, encrypted for age recipients: sops and age read it too. Expressions name its secrets: \
                    secret('erp-password'). The identity that opens it is looked for in --identity FILE, PIPECTL_AGE_KEY, \
                    SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, ~/.config/sops/age/keys.txt and the desktop's keyring, in this order.
                    """,
                examples: [
                    .init("pipectl secrets keygen", "Make an identity of your own, once"),
                    .init("pipectl secrets init --env prod", "Make the store of an environment"),
                    .init("pipectl secrets set erp-password --env prod", "Type a value into it"),
                ],
                [
                    .command(SecretsInitCommand.self), .command(SecretsKeygenCommand.self), .command(SecretsSetCommand.self),
                    .command(SecretsGetCommand.self), .command(SecretsListCommand.self), .command(SecretsRemoveCommand.self),
                    .command(SecretsRotateCommand.self), .command(SecretsRekeyCommand.self),
                    .group(
                        "recipients", summary: "Who can open a store",
                        [.command(RecipientsListCommand.self), .command(RecipientsAddCommand.self), .command(RecipientsRemoveCommand.self)]),
                    .command(SecretsCheckCommand.self), .command(SecretsImportCommand.self), .command(SecretsExportCommand.self),
                    .command(SecretsEditCommand.self), .command(SecretsRunCommand.self),
                ]),
            .command(SQLCommand.self), .command(DoctorCommand.self), .command(SchemaCommand.self), .command(ExplainCommand.self),
            .command(VersionCommand.self),
        ],
        complete: { kind, _, context in await Completion.candidates(kind, in: context) })

    /// Runs the command line and tells what went wrong. Never throws: the code is all that the caller needs.
    package static func run(_ words: [String], in context: CommandContext) async -> ExitCode {
        var code: ExitCode
        do {
            code = try await commandLine.run(words, in: context)
        } catch let invalid as Workspace.Invalid {
            context.output.flush()
            context.show(invalid.diagnostics, root: invalid.root, to: context.errors)
            report(CommandFailure("nothing was done: the files are not valid"), in: context)
            code = .failure
        } catch {
            let failure = CommandFailure(error)
            report(failure, in: context)
            code = failure.exitCode
        }
        context.output.finish()
        if let failure = context.output.failure {
            report(CommandFailure("cannot write the output: \(failure.reason)"), in: context)
            code = .environment
        }
        context.errors.finish()
        return code
    }

    private static func report(_ failure: CommandFailure, in context: CommandContext) {
        let style = ColorChoice.auto.style(for: context.errors, environment: context.environment)
        var text = style("error", .bold, .red) + ": " + VisibleText.escaped(failure.message) + "\n"
        if let help = failure.help { text += "  " + style("help", .bold) + ": " + VisibleText.escaped(help) + "\n" }
        context.output.flush()
        context.errors.write(text)
    }
}

/// Words for completion that depend on the project.
enum Completion {
    static func candidates(_ kind: String, in context: CommandContext) async -> [String] {
        if kind == "codes" { return ExplainCommand.catalogue.codes.map(\.name) }
        // Completion offers nothing where there is no project; the command itself will say so.
        guard let workspace = try? Workspace.open(context) else { return [] }
        switch kind {
        case "pipelines": return workspace.project.pipelines.map(\.asset.name.value)
        case "secrets":
            guard let store = try? workspace.environmentFile(nil).asset.secretStore, let file = try? workspace.store(store).read() else { return [] }
            return SecretInventory(file).entries.map(\.name)
        case "environments": return workspace.project.environments.map(\.asset.name.value)
        case "projectTables": return workspace.projectTables
        case "tables":
            guard let environment = try? workspace.environment(nil) else { return [] }
            return (try? await workspace.withLake(of: environment) { try $0.tables().map(\.description) }) ?? []
        default: return []
        }
    }
}
