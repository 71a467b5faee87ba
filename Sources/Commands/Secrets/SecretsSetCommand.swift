internal import CommandLineKit
internal import Diagnostics
internal import Crypto
internal import Secrets
internal import Sops
internal import Support

/// `pipectl secrets set`
struct SecretsSetCommand: Command {
    static let file = Argument<String?>.option("file", short: "f", value: "FILE", help: "Read the value from this file (-: standard input)", completion: .file)
    static let keepLineBreak = Argument<Bool>.flag("keep-line-break", help: "Keep the line break at the end of the value")
    static let newVersion = Argument<Bool>.flag("new-version", help: "Keep the value it has as an older version")
    static let version = Argument<String?>.option("version", value: "ID", help: "Change the attributes of this version (default: the current one)")
    static let current = Argument<String?>.option("current", value: "ID", help: "Make this version the current one")
    static let enable = Argument<Bool>.flag("enable", help: "Give the version out")
    static let disable = Argument<Bool>.flag("disable", help: "Do not give the version out any more")
    static let notBefore = Argument<String?>.option("not-before", value: "WHEN", help: "Not given out before: a time, 2026-12-01, 24h from now, or never")
    static let expires = Argument<String?>.option("expires", value: "WHEN", help: "Not given out from then on: a time, 2026-12-01, 90d from now, or never")
    static let contentType = Argument<String?>.option("content-type", value: "TYPE", help: "What the value is: text/plain; empty: no content type")
    static let tags = Argument<[Assignment]>.options("tag", short: "t", value: "NAME=VALUE", help: "A tag")
    static let value = Argument<[String]>.positionals("VALUE", help: "Not here: it is typed, piped in or read from a file", isHidden: true)
    static let untag = Argument<[String]>.options("untag", value: "NAME", help: "Remove a tag")

    static let specification = CommandSpecification(
        "set", summary: "Give a secret a value, or change what is known of it",
        discussion: """
            The value is typed without echo, piped in, or read from a file; it never stands on the command line. A plain secret is \
            replaced in place, and git keeps the old ciphertext. With --new-version the old value stays in the store as an older \
            version, as in Key Vault; from then on every `set` of that secret makes a new version.

            With options for attributes alone the value stays as it is; add --file to change both.
            """,
        examples: [
            .init("pipectl secrets set erp-password --env prod", "Type the value"),
            .init("openssl rand -base64 24 | pipectl secrets set erp-password", "Pipe it in"),
            .init("pipectl secrets set erp-password --expires 90d --tag owner=erp", "Change attributes only"),
            .init("pipectl secrets set erp-password --current 3f0c", "Go back to an older version"),
        ],
        arguments: [
            SecretsOptions.name, Options.environment, SecretsOptions.store, SecretsOptions.identity, file, keepLineBreak, newVersion, version, current, enable,
            disable, notBefore, expires, contentType, tags, untag, value,
        ])

    private let name: String
    private let target: SecretsTarget
    private let file: String?
    private let keepsLineBreak: Bool
    private let keepsOld: Bool
    private let version: String?
    private let current: String?
    private let attributes: SecretAttributes

    init(arguments: ParsedArguments) throws(UsageError) {
        name = arguments[SecretsOptions.name]
        // Said without the word, which may be a secret.
        if !arguments[Self.value].isEmpty {
            throw UsageError("a value does not stand on the command line, where others see it", help: "leave it out, and type it or pipe it in; change it, if it was the real one")
        }
        target = try SecretsTarget(arguments)
        file = arguments[Self.file]
        keepsLineBreak = arguments[Self.keepLineBreak]
        keepsOld = arguments[Self.newVersion]
        version = arguments[Self.version]
        current = arguments[Self.current]
        var attributes = SecretAttributes()
        let (enable, disable) = (arguments[Self.enable], arguments[Self.disable])
        if enable, disable { throw UsageError("--enable and --disable exclude each other") }
        if enable || disable { attributes.isEnabled = enable }
        attributes.notBefore = try Self.bound(arguments[Self.notBefore], "--not-before")
        attributes.expires = try Self.bound(arguments[Self.expires], "--expires")
        attributes.contentType = arguments[Self.contentType]
        attributes.tags = arguments[Self.tags].map { SecretTag(name: $0.name, value: $0.value) }
        attributes.removedTags = arguments[Self.untag]
        self.attributes = attributes
        if version != nil, attributes.isEmpty { throw UsageError("--version is given for attributes to change", help: "--current makes a version the current one") }
        if version != nil, file != nil || keepsOld { throw UsageError("the value of a version cannot be changed", help: "leave out --version: a new value is a new version") }
        if current != nil, file != nil || keepsOld || !attributes.isEmpty { throw UsageError("--current goes alone") }
    }

    /// A time, a length of time from now, or `never`.
    private static func bound(_ text: String?, _ option: String) throws(UsageError) -> SecretAttributes.Bound? {
        guard let text else { return nil }
        if text == "never" { return .never }
        if let moment = Instant(parsing: text) { return .at(moment) }
        if let duration = Durations.parse(text), let moment = WallClock.system.now().adding(duration) { return .at(moment) }
        throw UsageError("'\(text)' is no time for \(option)", help: "write 2026-12-01, 2026-12-01T08:00:00Z, 90d (from now) or never")
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let file = try target.file(in: context)
        let isValue = self.file != nil || keepsOld || (attributes.isEmpty && current == nil)
        // Before anybody is asked to type: is there a store, and is the name fit for it?
        let inventory = SecretInventory(try file.read())
        if !isValue, current == nil, inventory[name] == nil {
            let near = Suggestion.nearest(to: name, in: inventory.names.sorted())
            throw SecretsError(
                .notFound, "\(file.name) has no secret '\(name)'", help: near.map { "did you mean '\($0)'?" } ?? "to make it, give its value too: add --file - and pipe it in, or --file FILE")
        }
        let value = isValue ? try SecretInput.read(file: self.file, prompt: "value of \(name)", keepsLineBreak: keepsLineBreak, in: context) : nil
        let result = try file.update(with: target.opener(in: context)) { store throws(SecretsError) in
            let now = WallClock.system.now()
            if let value { return try store.setting(name, to: value, attributes: attributes, keepsOld: keepsOld, at: now) }
            if let current {
                let id = try store.version(current, of: store.entry(name)).id
                return try store.makingCurrent(id, of: name, at: now)
            }
            return try store.changing(name, version: version, attributes: attributes, at: now)
        }
        let entry = try result.store.entry(name)
        try context.report(entry, isChanged: result.isChanged, in: file)
        if let value, value.count < SecretScrubbing.leastLength {
            context.errors.write("warning: a value of less than \(SecretScrubbing.leastLength) characters cannot be kept out of logs\n")
        }
        return .success
    }
}

/// What the scrubber asks of a value.
enum SecretScrubbing {
    static let leastLength = 4
}

extension CommandContext {
    /// One line on what became of a secret, without its value.
    func report(_ entry: SecretEntry, isChanged: Bool, in file: SecretStoreFile) throws {
        switch global.output {
        case .json: write(json: ["store": .string(file.name), "changed": .bool(isChanged), "secret": entry.json(at: WallClock.system.now())])
        case .text:
            guard !global.isQuiet else { return }
            let state = entry.currentVersion?.state(at: WallClock.system.now()) ?? "enabled"
            let words = state == "enabled" ? "" : ", and is \(state)"
            output.write("\(entry.name): \(isChanged ? "version \(entry.current.prefix(8)) is current\(words)" : "unchanged") (\(file.name))\n")
        }
    }
}

extension SecretEntry {
    func json(at now: Instant) -> JSONValue {
        [
            "name": .string(name), "current": .string(current), "contentType": contentType.map { .string($0) } ?? .null,
            "tags": .object(JSONObject(tags.map { ($0.name, .string($0.value)) })),
            "versions": .array(versions.map { version in
                [
                    "id": .string(version.id), "enabled": .bool(version.isEnabled), "created": version.created.map { .string($0.toTheSecond) } ?? .null,
                    "notBefore": version.notBefore.map { .string($0.toTheSecond) } ?? .null,
                    "expires": version.expires.map { .string($0.toTheSecond) } ?? .null, "state": .string(version.state(at: now)),
                ]
            }),
        ]
    }
}

extension SecretVersion {
    /// In one word.
    func state(at now: Instant) -> String {
        if !isEnabled { return "disabled" }
        if let notBefore, now < notBefore { return "not yet valid" }
        if let expires, now >= expires { return "expired" }
        return "enabled"
    }
}
