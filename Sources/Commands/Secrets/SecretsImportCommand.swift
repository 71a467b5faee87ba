internal import CommandLineKit
internal import Diagnostics
internal import Crypto
internal import Secrets
internal import Support

extension SecretImport.Format: ArgumentValue {}

/// What an import does with a secret that the store has already.
enum ImportConflict: String, ArgumentValue, CaseIterable { case refuse, keep, replace }

/// `pipectl secrets import`
struct SecretsImportCommand: Command {
    static let file = Argument<String>.positional("FILE", help: "The file to read; - is the standard input", completion: .file)
    static let format = Argument<SecretImport.Format?>.option("format", value: "FORMAT", help: "dotenv, json, or azure (az keyvault secret show); default: by the text")
    static let existing = Argument<ImportConflict>.option(
        "existing", value: "HOW", default: .refuse, help: "Secrets that the store has with another value: refuse, keep or replace them")
    static let prefix = Argument<String?>.option("prefix", value: "TEXT", help: "Only names that begin so; the rest of the name is kept")

    static let specification = CommandSpecification(
        "import", summary: "Take over secrets from a .env file, JSON or Key Vault",
        discussion: "All of them or none. Versions, validity, content type and tags of Key Vault are taken over; the newest enabled version becomes current.",
        examples: [
            .init("pipectl secrets import .env --env dev", "NAME=value lines"),
            .init("az keyvault secret show --vault-name kv --name erp-password | pipectl secrets import - --env prod", "From Azure Key Vault"),
        ],
        arguments: [file, format, existing, prefix] + SecretsOptions.target)

    private let file: String
    private let format: SecretImport.Format?
    private let existing: ImportConflict
    private let prefix: String
    private let target: SecretsTarget

    init(arguments: ParsedArguments) throws(UsageError) {
        file = arguments[Self.file]
        format = arguments[Self.format]
        existing = arguments[Self.existing]
        prefix = arguments[Self.prefix] ?? ""
        target = try SecretsTarget(arguments)
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let text = try SecretInput.read(file: file, prompt: "", keepsLineBreak: true, in: context, limit: 32 << 20)
        guard let format = format ?? SecretImport.format(of: text) else { throw CommandFailure("there is nothing in \(file)", .usage) }
        let found: [ImportedSecret]
        do throws(SecretsError) {
            found = try SecretImport.parse(text, format).compactMap { secret in
                guard secret.name.hasPrefix(prefix) else { return nil }
                var secret = secret
                secret.name = String(secret.name.dropFirst(prefix.count))
                return secret
            }
        } catch {
            throw SecretsError(error.kind, "\(file): \(error.message)", help: error.help)
        }
        let store = try target.file(in: context)
        var counts = (added: 0, changed: 0, kept: 0)
        _ = try store.update(with: target.opener(in: context)) { opened throws(SecretsError) in
            let (result, done) = try opened.importing(found, existing: existing, at: WallClock.system.now())
            counts = done
            return result
        }
        switch context.global.output {
        case .json:
            context.write(json: [
                "store": .string(store.name), "added": .integer(Int64(counts.added)), "changed": .integer(Int64(counts.changed)),
                "kept": .integer(Int64(counts.kept)),
            ])
        case .text:
            if !context.global.isQuiet { context.output.write("\(store.name): \(counts.added) added, \(counts.changed) changed, \(counts.kept) kept as they were\n") }
        }
        return .success
    }
}

extension SecretStore {
    /// The store with the imported secrets: in one change where nothing but values comes.
    fileprivate func importing(
        _ found: [ImportedSecret], existing: ImportConflict, at now: Instant
    ) throws(SecretsError) -> (SecretStore, (added: Int, changed: Int, kept: Int)) {
        var counts = (added: 0, changed: 0, kept: 0)
        var plain: [(name: String, value: SensitiveBytes)] = []
        var versioned: [ImportedSecret] = []
        for secret in found {
            if let known = inventory[secret.name] {
                // A version that is there already is the same version.
                if let version = secret.version, known.versions.contains(where: { $0.id == version }) { counts.kept += 1; continue }
                let old = try stored(known, known.current)
                let isSame = if secret.version == nil { try Self.equal(old, secret.value) } else { false }
                if isSame { counts.kept += 1; continue }
                switch existing {
                case .refuse: throw SecretsError(.invalid, "the store has another '\(secret.name)' already", help: "say --existing keep or --existing replace; nothing was imported")
                case .keep: counts.kept += 1; continue
                case .replace: counts.changed += 1
                }
            } else {
                counts.added += 1
            }
            if secret.version == nil, secret.attributes.isEmpty, inventory[secret.name]?.form != .versioned {
                plain.append((secret.name, secret.value))
            } else {
                versioned.append(secret)
            }
        }
        var store = try setting(plain, at: now)
        // The oldest first, so that the newest one that is given out ends up current.
        for secret in versioned.sorted(by: { ($0.created ?? now) < ($1.created ?? now) }) {
            let id = if let version = secret.version { version } else { try VersionIdentifier.new() }
            store = try store.addingVersion(id, secret.value, to: secret.name, attributes: secret.attributes, created: secret.created, at: now)
            if secret.attributes.isEnabled ?? true { store = try store.makingCurrent(id, of: secret.name, at: now) }
        }
        return (store, counts)
    }

    private static func equal(_ one: SensitiveBytes, _ two: SensitiveBytes) throws(SecretsError) -> Bool {
        do throws(CryptoError) { return try one.equals(two) } catch { throw SecretsError(.system, error.message, help: error.help) }
    }
}
