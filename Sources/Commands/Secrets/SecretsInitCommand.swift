internal import Age
internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Secrets
internal import Sops
internal import Support

/// `pipectl secrets init`
struct SecretsInitCommand: Command {
    static let recipients = Argument<[String]>.options("recipient", short: "r", value: "AGE1...", help: "Who can open the store; may be repeated")

    static let specification = CommandSpecification(
        "init", summary: "Make an environment's store of secrets",
        discussion: """
            The store is a SOPS file, encrypted for the recipients given, else for those of the first rule of .sops.yaml that fits \
            its path, else for your own identity. Where the environment names no store, it gets secrets/ENVIRONMENT.yml.
            """,
        examples: [
            .init("pipectl secrets init --env prod", "For yourself, or by .sops.yaml"),
            .init("pipectl secrets init --env prod -r age1... -r age1...", "For a person and the CI system"),
        ],
        arguments: [recipients] + SecretsOptions.target)

    private let target: SecretsTarget
    private let recipients: [String]

    init(arguments: ParsedArguments) throws(UsageError) {
        target = try SecretsTarget(arguments)
        recipients = arguments[Self.recipients]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        var declaration: (file: AssetFile<Environment>, path: String)?
        let file: SecretStoreFile
        var root: String
        if let store = target.store {
            file = SecretStoreFile(path: FileSystem.absolute(store), name: store)
            root = FileSystem.currentDirectory
        } else {
            let workspace = try Workspace.open(context)
            root = workspace.root
            let environment = try workspace.environmentFile(target.environment)
            if let written = environment.asset.secretStore {
                file = workspace.store(written)
            } else {
                let path = "secrets/\(environment.asset.name.value).yml"
                file = SecretStoreFile(path: FileSystem.join(root, path), name: path)
                declaration = (environment, path)
            }
        }
        guard let format = SopsFormat(path: file.path) else {
            throw CommandFailure("\(file.name) is neither YAML nor JSON", help: "a store's name ends with .yml, .yaml or .json", .usage)
        }
        if file.exists { throw CommandFailure("\(file.name) exists already", help: "add to it: pipectl secrets set NAME", .usage) }
        let rule = try creationRule(for: file, root: root)
        let recipients = try recipients(rule, in: context)
        let opened: OpenedSopsFile
        do throws(SopsError) {
            opened = try SopsFile.create(
                path: file.name, format: format, recipients: recipients, selection: rule?.selection ?? .standard,
                macOnlyEncrypted: rule?.macOnlyEncrypted ?? false, at: WallClock.system.now())
        } catch {
            throw SecretsError(error)
        }
        // Before the store, so that a file that cannot be changed leaves nothing behind.
        let isDeclared = try declaration.map { try declare($0.path, in: $0.file, root: root) } ?? true
        try file.create(opened)
        switch context.global.output {
        case .json: context.write(json: ["store": .string(file.name), "recipients": .array(recipients.map { .string("\($0)") })])
        case .text:
            context.output.write("\(file.name): made for \(recipients.map(\.description).joined(separator: ", "))\n")
            if let declaration {
                context.output.write(
                    isDeclared ? "\(declaration.file.path): names it under `secrets`\n"
                        : "add to \(declaration.file.path):  secrets: { store: \(declaration.path) }\n")
            }
        }
        return .success
    }

    private func recipients(_ rule: SopsCreationRules.Rule?, in context: CommandContext) throws -> [AgeRecipient] {
        let texts = recipients.isEmpty ? rule?.recipients ?? [] : recipients
        if !texts.isEmpty {
            var seen: Set<String> = []
            return try texts.filter { seen.insert($0).inserted }.map { try AgeRecipient(parsing: $0) }
        }
        let own = try target.opener(in: context).finder.first { $0.isEmpty ? nil : [$0[0].recipient] }
        return own
    }

    /// The rule of the nearest `.sops.yaml` at or above the store that matches its path from there, as sops finds it.
    private func creationRule(for file: SecretStoreFile, root: String) throws -> SopsCreationRules.Rule? {
        var folder = FileSystem.parent(of: file.path)
        while true {
            let path = FileSystem.join(folder, ".sops.yaml")
            if FileSystem.kind(of: path, followLinks: true) == .file {
                let (rules, diagnostics) = SopsCreationRules.read(try FileSystem.read(path, limit: 1 << 20), path: path)
                guard let rules else { throw SecretsError(.damaged, "\(path) cannot be used", diagnostics: diagnostics) }
                let inside = String(file.path.dropFirst(folder == "/" ? 1 : folder.count + 1))
                if let rule = rules.rule(for: inside) { return rule }
                throw CommandFailure("no creation rule of \(path) fits \(inside)", help: "add one, or name the recipients with --recipient", .failure)
            }
            let parent = FileSystem.parent(of: folder)
            if parent == folder { return nil }
            folder = parent
        }
    }

    /// Adds `secrets` to the end of the environment's file, where that reads back; false where it does not.
    private func declare(_ store: String, in file: AssetFile<Environment>, root: String) throws -> Bool {
        let path = FileSystem.join(root, file.path)
        var bytes = try FileSystem.read(path, limit: 16 << 20)
        if bytes.last != 0x0A { bytes.append(0x0A) }
        bytes += Array("secrets: { store: \(store) }\n".utf8)
        let tree = ChangedTree(of: try WorkingTree(root: root), path: file.path, bytes: bytes)
        let loaded = ProjectLoader.load(tree).environment(named: file.asset.name.value)
        guard loaded?.asset.secretStore?.value == store else { return false }
        try FileSystem.writeAtomically(bytes, to: try FileSystem.realPath(path))
        return true
    }
}
