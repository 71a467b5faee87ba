internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Connectors
internal import Diagnostics
internal import Runtime
internal import Support

/// `pipectl sources lock`
struct SourcesLockCommand: Command {
    static let connections = Argument<[String]>.options("connection", value: "NAME", help: "Only this connection")
    static let names = Argument<[String]>.positionals("NAME", help: "Only these connections; `warehouse`: the tables that pipelines publish")
    static let all = Argument<Bool>.flag("all", help: "Every table of the databases, also those that no pipeline names")
    static let prune = Argument<Bool>.flag("prune", help: "Drop tables that no pipeline names (default: they are kept)")
    static let check = Argument<Bool>.flag("check", help: "Write nothing; fail where a file would change")

    static let specification = CommandSpecification(
        "lock", summary: "Write down the columns of the sources that pipelines read",
        discussion: """
            Asks the connections of an environment for the columns of every table, query and file that pipelines read, and \
            writes them to schemas/CONNECTION.yml. `validate` compiles SQL against these files, so they belong into git. \
            A file in which nothing changes is not touched.

            `pipectl sources lock warehouse` writes the columns of the tables that pipelines publish to \
            schemas/warehouse.yml. These are known from the SQL, so nothing is asked. From then on `validate` tells where a \
            published table loses a column or changes a type; to accept that, lock again.
            """,
        examples: [
            .init("pipectl sources lock", "From the default environment"),
            .init("pipectl sources lock erp --env prod --all", "Every table of one connection"),
            .init("pipectl sources lock warehouse", "What readers of the warehouse count upon"),
        ],
        arguments: [Options.environment, SecretsOptions.identity, connections, all, prune, check, names],
        exitCodes: [(.failure, "a source is missing or unreadable, or with --check a file is not up to date")])

    private let environment: String?
    private let identity: String?
    private let connections: [String]
    private let locksAll: Bool
    private let prunes: Bool
    private let isCheck: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        identity = arguments[SecretsOptions.identity]
        connections = arguments[Self.connections] + arguments[Self.names]
        locksAll = arguments[Self.all]
        prunes = arguments[Self.prune]
        isCheck = arguments[Self.check]
        if locksAll, prunes { throw UsageError("--all and --prune exclude each other") }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context, identity: identity)
        guard
            let found = try await workspace.surveys(
                environment, connections, for: .lock(allTables: locksAll, dropsUnread: prunes), in: context)
        else { return .failure }
        if found.diagnostics.hasErrors {
            context.show(found.diagnostics, root: workspace.root)
            context.errors.write("nothing was locked\n")
            return .failure
        }
        if !found.diagnostics.isEmpty { context.show(DiagnosticReport(found.diagnostics), root: workspace.root, as: .text, to: context.errors) }
        var changes: [LockChange] = []
        for entry in found.entries {
            let change = try LockChange(entry, in: workspace)
            if !isCheck { try change.write(in: workspace) }
            changes.append(change)
        }
        switch context.global.output {
        case .json: context.write(json: ["connections": .array(changes.map(\.json))])
        case .text:
            if !context.global.isQuiet || isCheck { for change in changes { context.output.write(change.text(isCheck: isCheck, style: context.style)) } }
            if changes.isEmpty, let name = found.environment { context.errors.write("no pipeline reads a connection that environment \"\(name)\" has\n") }
        }
        return isCheck && changes.contains { $0.isChange } ? .failure : .success
    }
}

/// `pipectl sources check`
struct SourcesCheckCommand: Command {
    static let strict = Argument<Bool>.flag("strict", help: "Fail for every difference, not only for breaking ones")

    static let specification = CommandSpecification(
        "check", summary: "Compare the live sources with their locked schemas",
        discussion: """
            A table or column that is gone or has another type is breaking: what was validated may fail now. New ones are \
            noted. What pipelines publish is compared with schemas/warehouse.yml, where there is one. Nothing is written.
            """,
        examples: [.init("pipectl sources check --env prod", "Before a deployment, or every night")],
        arguments: [Options.environment, SecretsOptions.identity, SourcesLockCommand.connections, strict, SourcesLockCommand.names],
        exitCodes: [(.failure, "a breaking difference, or a source that cannot be read")])

    private let environment: String?
    private let identity: String?
    private let connections: [String]
    private let isStrict: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        identity = arguments[SecretsOptions.identity]
        connections = arguments[SourcesLockCommand.connections] + arguments[SourcesLockCommand.names]
        isStrict = arguments[Self.strict]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context, identity: identity)
        guard let survey = try await workspace.surveys(environment, connections, for: .check, in: context) else { return .failure }
        let found = survey.entries.map { (entry: $0, differences: $0.differences) }
        let differences = found.flatMap(\.differences)
        switch context.global.output {
        case .json:
            context.write(json: [
                "environment": survey.environment.map { .string($0) } ?? .null,
                "connections": .array(found.map { entry, differences in
                    [
                        "connection": .string(entry.name), "path": entry.locked.map { .string($0.path) } ?? .null,
                        "differences": .array(differences.map(\.json)),
                    ]
                }),
                "findings": .array(survey.diagnostics.inOrder().map(\.json)),
            ])
        case .text:
            for (entry, differences) in found { write(entry, differences, to: context) }
            if !survey.diagnostics.isEmpty { context.show(survey.diagnostics, root: workspace.root) }
        }
        let fails = survey.diagnostics.hasErrors || (isStrict ? !differences.isEmpty : differences.contains(where: \.isBreaking))
        return fails ? .failure : .success
    }

    private func write(_ entry: SourceSurvey.Entry, _ differences: [SchemaDifference], to context: CommandContext) {
        let name = VisibleText.escaped(entry.name)
        guard let path = entry.locked?.path else {
            if !context.global.isQuiet { context.output.write("\(name): not locked\n") }
            return
        }
        if differences.isEmpty {
            if !context.global.isQuiet { context.output.write("\(name): as \(path) has it\n") }
            return
        }
        var text = "\(name): \(differences.count) difference\(differences.count == 1 ? "" : "s") from \(path)\n"
        for difference in differences {
            let severity = difference.isBreaking ? context.style("breaking", .bold, .red) : "note    "
            text += "  \(severity)  \(difference.line.map { "line \($0): " } ?? "")\(VisibleText.escaped(difference.statement))\n"
        }
        context.output.write(text)
    }
}

/// What was found of the connections of an environment, and of the warehouse.
private struct Surveys {
    var entries: [SourceSurvey.Entry] = []
    var diagnostics: [Diagnostic] = []
    /// nil where none was asked.
    var environment: String?
}

extension Workspace {
    /// nil after it was shown why the files do not tell what is read.
    fileprivate func surveys(
        _ name: String?, _ names: [String], for purpose: SourceSurvey.Purpose, in context: CommandContext
    ) async throws -> Surveys? {
        let connections = names.filter { !isWarehouse($0) }
        var wantsWarehouse = connections.count < names.count
        // What is published is locked only where that is said: it is a promise, not something that is found.
        if case .check = purpose, names.isEmpty { wantsWarehouse = hasWarehouseLock }
        var surveys = Surveys()
        do {
            if names.isEmpty || !connections.isEmpty {
                let environment = try resolved(name, in: context)
                let survey = try await Interruption.cancelling {
                    try await SourceSurvey.take(self, in: environment, connections: connections, for: purpose)
                }
                surveys = Surveys(entries: survey.entries, diagnostics: survey.diagnostics, environment: survey.environmentName)
            }
            if wantsWarehouse { surveys.entries.append(try await publishedTables()) }
            return surveys
        } catch let invalid as Invalid {
            context.show(invalid.diagnostics, root: root, to: context.errors)
            context.errors.write("the sources were not looked at: the files are not valid\n")
            return nil
        }
    }
}
