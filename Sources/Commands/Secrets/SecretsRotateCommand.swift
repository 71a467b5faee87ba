internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Crypto
internal import Diagnostics
internal import Runtime
internal import Secrets
internal import Support
internal import Validation

/// `pipectl secrets rotate`
struct SecretsRotateCommand: Command {
    static let plan = Argument<Bool>.flag("plan", help: "Show what would happen and who uses the secret, and change nothing")
    static let file = Argument<String?>.option("file", short: "f", value: "FILE", help: "Take the new value from this file (-: standard input) instead of making one", completion: .file)
    static let overlap = Argument<String?>.option("overlap", value: "TIME", help: "How long the old version stays enabled: 24h (default: as the environment says, else not at all)")
    static let noTest = Argument<Bool>.flag("no-test", help: "Open no connection with the new value")

    static let specification = CommandSpecification(
        "rotate", summary: "Give a secret a new value, in the system that it opens too",
        discussion: """
            1. A new version is made by the environment's policy, or read with --file, and kept in the store, given out to nobody.
            2. The environment's onRotate step tells the system: SQL on a connection, or a program.
            3. The connections that use the secret are opened with the new value.
            4. It becomes the current version; the old one is disabled, or stays enabled for --overlap.

            Where a step fails, the old value is put back. A rotation that was killed is brought to its end by the next one. Runs \
            that are under way take the new password when their next connection is refused the old one.
            """,
        examples: [
            .init("pipectl secrets rotate erp-password --env prod --plan", "What it would do, and which pipelines use it"),
            .init("pipectl secrets rotate erp-password --env prod --overlap 24h", "The old version stays for a day"),
        ],
        arguments: [SecretsOptions.name, Options.environment, SecretsOptions.identity, plan, file, overlap, noTest],
        exitCodes: [(.failure, "the secret was not rotated: the old value is in force")])

    private let name: String
    private let environment: String?
    private let identity: String?
    private let isPlan: Bool
    private let file: String?
    private let overlap: Duration?
    private let tests: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        name = arguments[SecretsOptions.name]
        environment = arguments[Options.environment]
        identity = arguments[SecretsOptions.identity]
        isPlan = arguments[Self.plan]
        file = arguments[Self.file]
        tests = !arguments[Self.noTest]
        if let text = arguments[Self.overlap] {
            guard let duration = Durations.parse(text) else { throw UsageError("'\(text)' is no length of time for --overlap", help: "write 24h or 90m") }
            overlap = duration
        } else {
            overlap = nil
        }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context, identity: identity)
        let environment = try workspace.environmentFile(self.environment).asset
        guard let written = environment.secretStore else {
            throw CommandFailure("environment \"\(environment.name.value)\" has no store of secrets", help: "make one: pipectl secrets init --env \(environment.name.value)", .usage)
        }
        let store = workspace.store(written)
        let rotator = SecretRotator(
            environment: environment, projectRoot: workspace.root, processEnvironment: workspace.processEnvironment, store: store, opener: workspace.opener,
            clock: .system, makeEngine: { try await workspace.engine(for: $0) },
            tell: { if !context.global.isQuiet { context.errors.write($0 + "\n"); context.errors.flush() } })
        let rotation = environment.secrets?.rotation.first { $0.name == name }?.value
        if isPlan { return try plan(rotator, rotation, store, workspace, environment, in: context) }
        let value = try file.map { try SecretInput.read(file: $0, prompt: "", keepsLineBreak: false, in: context) }
        let request = SecretRotator.Request(name: name, value: value, overlap: overlap, validFor: nil, tests: tests)
        let outcome = try await Interruption.cancelling { try await rotator.rotate(request) }
        switch context.global.output {
        case .json:
            context.write(json: [
                "name": .string(name), "store": .string(store.name), "version": .string(outcome.version), "previous": .string(outcome.previous),
                "tested": .array(outcome.tested.map { .string($0) }), "resumed": .bool(outcome.isResumed),
            ])
        case .text:
            context.output.write("\(name): version \(outcome.version.prefix(8)) is current (\(store.name))\n")
            if outcome.tested.isEmpty, !context.global.isQuiet {
                context.errors.write("no connection was opened with it: see that whatever it opens has it\n")
            }
        }
        return .success
    }

    private func plan(
        _ rotator: SecretRotator, _ rotation: SecretRotation?, _ store: SecretStoreFile, _ workspace: Workspace, _ environment: Environment, in context: CommandContext
    ) throws -> ExitCode {
        let inventory = SecretInventory(try store.read())
        guard let entry = inventory[name] else {
            throw SecretsError(.notFound, "\(store.name) has no secret '\(name)'", help: Suggestion.nearest(to: name, in: inventory.names.sorted()).map { "did you mean '\($0)'?" })
        }
        let policy = rotation?.policy ?? .standard
        let tested = tests ? rotator.testedConnections(name, rotation).map { $0 == ResolvedEnvironment.warehouseName ? "the warehouse" : $0 } : []
        let step: String? = rotation?.onRotate.map { step in
            switch step {
            case .sql(let connection, let text): "on \(connection.value): \(SecretRotator.shown(text))"
            case .program(let command): "program: \(command.map(\.value).joined(separator: " "))"
            }
        }
        let kept = overlap ?? rotation?.overlap?.value
        let all = SecretUses(workspace.project)
        let uses = all.uses(of: name, in: environment).filter { !$0.isOwnRotation }
        let pipelines = Set(uses.flatMap { all.pipelines(of: $0.user) }).sorted()
        switch context.global.output {
        case .json:
            context.write(json: [
                "name": .string(name), "store": .string(store.name), "current": .string(entry.current), "pending": entry.pending.map { .string($0) } ?? .null,
                "onRotate": step.map { .string($0) } ?? .null, "tests": .array(tested.map { .string($0) }),
                "overlap": kept.map { .string(Durations.written($0)) } ?? .null, "uses": .array(uses.map(\.json)), "pipelines": .array(pipelines.map { .string($0) }),
            ])
        case .text:
            var lines = ["\(name) of \(store.name), current version \(entry.current.prefix(8))"]
            if let pending = entry.pending { lines.append("  a rotation to version \(pending.prefix(8)) was interrupted: this one begins by finding out which value the system has") }
            lines.append("  new value    \(file == nil ? "\(policy.length) characters, \(policy.characters.rawValue)" : "from \(file ?? "")")")
            lines.append("  onRotate     \(step ?? "nothing: whatever it opens has to be told otherwise")")
            lines.append("  tests        \(tested.isEmpty ? "nothing: no connection uses it" : tested.joined(separator: ", "))")
            lines.append("  old version  \(kept.map { "stays enabled for \(Durations.written($0))" } ?? "is disabled")")
            lines.append(uses.isEmpty ? "  used by nothing in this project" : "  used by")
            for use in uses { lines.append("    \(use.user.text) (\(use.range.path):\(use.range.start.line))") }
            if !pipelines.isEmpty { lines.append("  pipelines    \(pipelines.joined(separator: ", "))") }
            context.output.write(lines.map { VisibleText.escaped($0) + "\n" }.joined())
        }
        return .success
    }
}
