internal import CommandLineKit
internal import Diagnostics
internal import Crypto
internal import Secrets
internal import Support

/// `pipectl secrets get`
struct SecretsGetCommand: Command {
    static let version = Argument<String?>.option("version", value: "ID", help: "Of this version (default: the current one); four characters of it will do")

    static let specification = CommandSpecification(
        "get", summary: "Write the value of a secret",
        discussion: "The value goes to the standard output as it is; on a terminal a line break follows. A version that is disabled, expired or not yet valid is refused.",
        examples: [.init("pipectl secrets get erp-password --env prod | wl-copy", "Into the clipboard, not onto the screen")],
        arguments: [SecretsOptions.name, version] + SecretsOptions.target, exitCodes: [(.failure, "the version is not given out")])

    private let name: String
    private let version: String?
    private let target: SecretsTarget

    init(arguments: ParsedArguments) throws(UsageError) {
        name = arguments[SecretsOptions.name]
        version = arguments[Self.version]
        target = try SecretsTarget(arguments)
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let store = try target.file(in: context).open(with: target.opener(in: context))
        let value = try store.value(name, version: version, at: WallClock.system.now())
        let text = value.withBytes { String(decoding: $0, as: UTF8.self) }
        switch context.global.output {
        case .json:
            let entry = try store.entry(name)
            let id = try store.version(version, of: entry).id
            context.write(json: ["name": .string(name), "version": .string(id), "value": .string(text)])
        case .text: context.output.write(text + (context.output.isInteractive ? "\n" : ""))
        }
        return .success
    }
}

/// `pipectl secrets list`
struct SecretsListCommand: Command {
    static let versions = Argument<Bool>.flag("versions", help: "Every version, not only the current one")

    static let specification = CommandSpecification(
        "list", summary: "List the secrets of a store, without their values",
        discussion: "Needs no identity: names, versions and their validity stand in clear in the file.",
        examples: [.init("pipectl secrets list --env prod --versions", "With the older versions")],
        arguments: [Options.environment, SecretsOptions.store, versions])

    private let target: (environment: String?, store: String?)
    private let showsVersions: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        target = (arguments[Options.environment], arguments[SecretsOptions.store])
        if target.environment != nil, target.store != nil { throw UsageError("--env and --store exclude each other", help: "give one of them") }
        showsVersions = arguments[Self.versions]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let file = try SecretsTarget(environment: target.environment, store: target.store).file(in: context)
        let entries = SecretInventory(try file.read()).entries
        let now = WallClock.system.now()
        switch context.global.output {
        case .json: context.write(json: .array(entries.map { $0.json(at: now) }))
        case .text:
            guard !entries.isEmpty else {
                context.output.write("\(VisibleText.escaped(file.name)) holds no secrets yet\n")
                return .success
            }
            var table = TextTable(["NAME", "VERSION", "STATE", "EXPIRES (UTC)", "CONTENT TYPE", "TAGS"])
            table.nullText = ""
            for entry in entries {
                let shown = showsVersions ? entry.versions : entry.versions.filter { $0.id == entry.current }
                for version in shown.isEmpty ? [SecretVersion(id: "")] : shown {
                    let isCurrent = version.id == entry.current
                    let state = entry.problem.map { "damaged: \($0)" } ?? (entry.hidesAttributes ? "not known: attributes are encrypted" : version.state(at: now)) + (showsVersions && isCurrent ? ", current" : "")
                    table.append([
                        .text(VisibleText.escaped(entry.name)), .text(VisibleText.escaped(String(version.id.prefix(8)))), .text(VisibleText.escaped(state)),
                        version.expires.map { .text($0.dateAndTime()) } ?? .null, entry.contentType.map { .text(VisibleText.escaped($0)) } ?? .null,
                        .text(VisibleText.escaped(entry.tags.map { "\($0.name)=\($0.value)" }.joined(separator: ", "))),
                    ])
                }
            }
            context.output.write(table.render(width: context.output.size?.width, style: context.style))
        }
        return .success
    }
}

/// `pipectl secrets rm`
struct SecretsRemoveCommand: Command {
    static let version = Argument<String?>.option("version", value: "ID", help: "Only this version, which is not the current one")

    static let specification = CommandSpecification(
        "rm", summary: "Remove a secret, or one of its versions",
        discussion: "Who has an older commit and the identity can still read it: what must not be known any more has to be changed where it opens something.",
        examples: [.init("pipectl secrets rm erp-password --version 3f0c --env prod", "One version")],
        arguments: [SecretsOptions.name, version] + SecretsOptions.target)

    private let name: String
    private let version: String?
    private let target: SecretsTarget

    init(arguments: ParsedArguments) throws(UsageError) {
        name = arguments[SecretsOptions.name]
        version = arguments[Self.version]
        target = try SecretsTarget(arguments)
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let file = try target.file(in: context)
        _ = try file.update(with: target.opener(in: context)) { store throws(SecretsError) in
            try store.removing(name, version: version, at: WallClock.system.now())
        }
        if context.global.output == .json {
            context.write(json: ["store": .string(file.name), "removed": .string(name), "version": version.map { .string($0) } ?? .null])
        } else if !context.global.isQuiet {
            context.output.write("\(VisibleText.escaped(name)): removed\(version.map { " version \($0)" } ?? "") (\(file.name))\n")
        }
        return .success
    }
}
