internal import Age
internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Secrets
internal import Sops
internal import Support

/// `pipectl secrets rekey`
struct SecretsRekeyCommand: Command {
    static let recipients = Argument<[String]>.options("recipient", short: "r", value: "AGE1...", help: "Who can open the stores from now on (default: as before); may be repeated")

    static let specification = CommandSpecification(
        "rekey", summary: "Encrypt all stores anew, with new data keys",
        discussion: """
            All stores of all environments, or the one that --env or --store names, get a new data key each, and every value a new \
            ciphertext. With --recipient the recipients change with it. Either all stores are written or, where one cannot be \
            opened, none.

            Whoever had an old identity can read the old commits: rotate the secrets themselves, too.
            """,
        examples: [
            .init("pipectl secrets rekey", "New data keys, for the same recipients"),
            .init("pipectl secrets rekey -r age1... -r age1...", "For these two and nobody else"),
        ],
        arguments: [recipients] + SecretsOptions.target)

    private let target: SecretsTarget
    private let recipients: [String]

    init(arguments: ParsedArguments) throws(UsageError) {
        target = try SecretsTarget(arguments)
        recipients = arguments[Self.recipients]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let wanted = recipients.isEmpty ? nil : try Recipients.parse(recipients)
        let files = try target.files(in: context)
        let rekeyed = try StoreChange.all(files, opener: target.opener(in: context)) { opened throws(SopsError) in
            let recipients = if let wanted { wanted } else { try Recipients.of(opened.file) }
            return try opened.rekeyed(to: recipients, at: WallClock.system.now())
        }
        switch context.global.output {
        case .json:
            context.write(json: .array(rekeyed.map { ["store": .string($0.file.name), "recipients": .array($0.opened.file.metadata.recipients.map { .string($0.recipient) })] }))
        case .text:
            guard !context.global.isQuiet else { break }
            for store in rekeyed {
                context.output.write("\(store.file.name): new data key, \(store.opened.file.writtenValues.count(where: \.isEncrypted)) values encrypted anew for \(store.opened.file.metadata.recipients.map(\.recipient).joined(separator: ", "))\n")
            }
        }
        return .success
    }
}

/// `pipectl secrets recipients ls`
struct RecipientsListCommand: Command {
    static let specification = CommandSpecification(
        "ls", summary: "List who can open a store", arguments: SecretsOptions.target)

    private let target: SecretsTarget

    init(arguments: ParsedArguments) throws(UsageError) { target = try SecretsTarget(arguments) }

    func run(in context: CommandContext) async throws -> ExitCode {
        let recipients = try target.file(in: context).read().metadata.recipients.map(\.recipient)
        switch context.global.output {
        case .json: context.write(json: .array(recipients.map { .string($0) }))
        case .text: for recipient in recipients { context.output.write("\(recipient)\n") }
        }
        return .success
    }
}

/// `pipectl secrets recipients add`
struct RecipientsAddCommand: Command {
    static let recipients = Argument<[String]>.positionals("AGE1...", minimum: 1, help: "Recipients, as `pipectl secrets keygen` and age-keygen tell them")

    static let specification = CommandSpecification(
        "add", summary: "Let somebody else open a store",
        examples: [.init("pipectl secrets recipients add age1... --env prod", "They can read every secret of the store")],
        arguments: [recipients] + SecretsOptions.target)

    private let target: SecretsTarget
    private let recipients: [String]

    init(arguments: ParsedArguments) throws(UsageError) {
        target = try SecretsTarget(arguments)
        recipients = arguments[Self.recipients]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let added = try Recipients.parse(recipients)
        return try Recipients.change(target, in: context) { opened throws(SopsError) in
            let known = Set(opened.file.metadata.recipients.map(\.recipient))
            let new = added.filter { !known.contains("\($0)") }
            return new.isEmpty ? opened : try opened.adding(recipients: new, at: WallClock.system.now())
        }
    }
}

/// `pipectl secrets recipients rm`
struct RecipientsRemoveCommand: Command {
    static let specification = CommandSpecification(
        "rm", summary: "Let somebody open a store no more",
        discussion: """
            The store gets a new data key, and every value a new ciphertext. What is in older commits stays readable for those who \
            were removed: rotate the secrets they knew.
            """,
        examples: [.init("pipectl secrets recipients rm age1... --env prod", "Then: pipectl secrets rotate NAME")],
        arguments: [RecipientsAddCommand.recipients] + SecretsOptions.target)

    private let target: SecretsTarget
    private let recipients: [String]

    init(arguments: ParsedArguments) throws(UsageError) {
        target = try SecretsTarget(arguments)
        recipients = arguments[RecipientsAddCommand.recipients]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let removed = Set(try Recipients.parse(recipients).map(\.description))
        let file = try target.file(in: context)
        let known = try file.read().metadata.recipients.map(\.recipient)
        if let stranger = removed.first(where: { !known.contains($0) }) { throw CommandFailure("\(stranger) is no recipient of \(file.name)", .usage) }
        if removed.count == known.count { throw CommandFailure("nobody could open \(file.name) any more", help: "add another recipient first", .usage) }
        return try Recipients.change(target, in: context) { opened throws(SopsError) in
            try opened.rekeyed(to: try Recipients.of(opened.file).filter { !removed.contains("\($0)") }, at: WallClock.system.now())
        }
    }
}

enum Recipients {
    static func parse(_ texts: [String]) throws(AgeError) -> [AgeRecipient] {
        var seen: Set<String> = []
        var result: [AgeRecipient] = []
        for text in texts where seen.insert(text).inserted { result.append(try AgeRecipient(parsing: text)) }
        return result
    }

    static func of(_ file: SopsFile) throws(SopsError) -> [AgeRecipient] {
        do throws(AgeError) { return try parse(file.metadata.recipients.map(\.recipient)) } catch { throw .age(error) }
    }

    /// Changes who can open the store of a command, and tells who can.
    static func change(_ target: SecretsTarget, in context: CommandContext, _ change: (OpenedSopsFile) throws(SopsError) -> OpenedSopsFile) throws -> ExitCode {
        let changed = try StoreChange.all([try target.file(in: context)], opener: target.opener(in: context), change)
        let recipients = changed[0].opened.file.metadata.recipients.map(\.recipient)
        switch context.global.output {
        case .json: context.write(json: ["store": .string(changed[0].file.name), "recipients": .array(recipients.map { .string($0) })])
        case .text:
            if !context.global.isQuiet { context.output.write("\(changed[0].file.name): can be opened by \(recipients.joined(separator: ", "))\n") }
        }
        return .success
    }
}

/// One change over several stores: all are opened and changed in memory before the first is written.
struct StoreChange {
    let file: SecretStoreFile
    let opened: OpenedSopsFile

    static func all(
        _ files: [SecretStoreFile], opener: IdentityOpener, _ change: (OpenedSopsFile) throws(SopsError) -> OpenedSopsFile
    ) throws -> [StoreChange] {
        try locked(files[...]) {
            let changes = try files.map { file in
                let old = try opener.open(try file.read())
                do throws(SopsError) { return (old, StoreChange(file: file, opened: try change(old))) } catch { throw SecretsError(error) }
            }
            for (old, new) in changes where old.file.bytes != new.opened.file.bytes { try new.file.write(new.opened) }
            return changes.map(\.1)
        }
    }

    /// Folders are locked one after the other, each once, in an order that all programs use.
    private static func locked<Value>(_ files: ArraySlice<SecretStoreFile>, _ body: () throws -> Value) throws -> Value {
        var folders: [String: SecretStoreFile] = [:]
        for file in files {
            guard file.exists else { throw SecretsError(.notFound, "there is no store \(file.name)", help: "make it: pipectl secrets init") }
            folders[FileSystem.parent(of: try FileSystem.realPath(file.path))] = file
        }
        func lock(_ rest: ArraySlice<String>) throws -> Value {
            guard let first = rest.first, let file = folders[first] else { return try body() }
            var result: Result<Value, any Error>?
            try file.locked { () throws(SecretsError) in result = Result { try lock(rest.dropFirst()) } }
            guard let result else { preconditionFailure("the body was called") }
            return try result.get()
        }
        return try lock(folders.keys.sorted()[...])
    }
}

extension SecretsTarget {
    /// The store that was named, or those of all environments.
    func files(in context: CommandContext) throws -> [SecretStoreFile] {
        if store != nil || environment != nil { return [try file(in: context)] }
        let workspace = try Workspace.open(context)
        var seen: Set<String> = []
        let files = workspace.project.environments.flatMap(\.asset.stores).map { workspace.store($0) }.filter { seen.insert($0.path).inserted }
        guard !files.isEmpty else { throw CommandFailure("no environment has a store of secrets", help: "make one: pipectl secrets init --env NAME", .usage) }
        return files
    }
}
