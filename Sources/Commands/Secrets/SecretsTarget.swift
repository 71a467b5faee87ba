internal import Age
internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Crypto
internal import Secrets
internal import Sops
internal import Support

/// Options that the commands of `secrets` share.
enum SecretsOptions {
    static let store = Argument<String?>.option("store", value: "FILE", help: "The store itself (default: that of the environment)", completion: .file)
    static let identity = Argument<String?>.option(
        "identity", short: "i", value: "FILE",
        help: "File with the age identity (default: PIPECTL_AGE_KEY, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, ~/.config/sops/age/keys.txt, the keyring)",
        completion: .file)
    static let name = Argument<String>.positional("NAME", help: "Name of the secret", completion: .dynamic(kind: "secrets"))
    static let target: [any AnyArgument] = [Options.environment, store, identity]
}

/// The store that a command of `secrets` works on, and who opens it.
struct SecretsTarget: Sendable {
    let environment: String?
    let store: String?
    let identity: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        store = arguments[SecretsOptions.store]
        identity = arguments[SecretsOptions.identity]
        if environment != nil, store != nil { throw UsageError("--env and --store exclude each other", help: "give one of them") }
    }

    init(environment: String?, store: String?) {
        self.environment = environment
        self.store = store
        identity = nil
    }

    func file(in context: CommandContext) throws -> SecretStoreFile {
        if let store { return SecretStoreFile(path: FileSystem.absolute(store), name: store) }
        let workspace = try Workspace.open(context)
        let environment = try workspace.environmentFile(self.environment).asset
        guard let written = environment.secretStore else {
            throw CommandFailure(
                "environment \"\(environment.name.value)\" has no store of secrets", help: "make one: pipectl secrets init --env \(environment.name.value)", .usage)
        }
        return workspace.store(written)
    }

    func opener(in context: CommandContext) -> IdentityOpener { IdentityOpener(identity: identity, context) }
}

extension Workspace {
    func store(_ written: Located<String>) -> SecretStoreFile {
        SecretStoreFile(path: FileSystem.join(root, FileSystem.normalise(written.value)), name: written.value)
    }
}

/// Opens stores with the identities that are found in the usual places.
struct IdentityOpener: StoreOpener {
    let finder: IdentityFinder
    private let errors: Terminal

    init(identity: String?, _ context: CommandContext) {
        finder = IdentityFinder(file: identity, variables: context.environment)
        errors = context.errors
    }

    func open(_ file: SopsFile) throws(SecretsError) -> OpenedSopsFile {
        // Before anything is decrypted.
        ProcessHardening.forbidCoreDumps()
        return try finder.open(file) { warning in errors.write("warning: \(warning)\n") }
    }
}
