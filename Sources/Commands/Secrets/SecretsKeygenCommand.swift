internal import Age
internal import CommandLineKit
internal import Diagnostics
internal import Keyring
internal import Secrets
internal import Support

/// `pipectl secrets keygen`
struct SecretsKeygenCommand: Command {
    static let file = Argument<String?>.optionalPositional("FILE", help: "Key file to write (default: ~/.config/sops/age/keys.txt)", completion: .file)
    static let keyring = Argument<Bool>.flag("keyring", help: "Keep the identity in the desktop's keyring, in no file")

    static let specification = CommandSpecification(
        "keygen", summary: "Make an age identity of your own",
        discussion: """
            The identity opens stores that are encrypted for its recipient, age1..., which is written to the standard output: give \
            that to whoever may add you with `pipectl secrets recipients add`. The identity itself is never shown. The key file is \
            the one that sops and age use; an existing one is not replaced.
            """,
        examples: [
            .init("pipectl secrets keygen", "Into the key file of this user"),
            .init("pipectl secrets keygen ci.key", "For a CI system: put the file's text into its variable PIPECTL_AGE_KEY"),
        ],
        arguments: [file, keyring])

    private let file: String?
    private let usesKeyring: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        file = arguments[Self.file]
        usesKeyring = arguments[Self.keyring]
        if usesKeyring, file != nil { throw UsageError("FILE and --keyring exclude each other") }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let identity = try AgeIdentity.generate()
        let place: String
        if usesKeyring {
            try KeyringStore(variables: context.environment)
                .store(identity.secretText, recipient: "\(identity.recipient)", label: "pipectl: age identity of \(identity.recipient)")
            place = "the keyring"
        } else {
            guard let path = file.map({ FileSystem.absolute($0) }) ?? IdentityFile.platformPath(context.environment) else {
                throw CommandFailure("it is not known where the key file belongs: HOME is not set", help: "name it: pipectl secrets keygen FILE", .usage)
            }
            try IdentityFile.create(at: path, identity: identity, created: WallClock.system.now())
            place = path
        }
        switch context.global.output {
        case .json: context.write(json: ["recipient": .string("\(identity.recipient)"), "place": .string(place)])
        case .text:
            context.output.write("\(identity.recipient)\n")
            if !context.global.isQuiet { context.errors.write("the identity is in \(place); its recipient is \(identity.recipient)\n") }
        }
        return .success
    }
}
