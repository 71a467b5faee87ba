package import Diagnostics
package import Expressions
internal import Support
internal import YAML

/// `secrets:` of an environment: its encrypted store, and how its secrets are rotated.
package struct SecretSettings: Sendable {
    /// Path of the encrypted file, from the project's folder.
    package let store: Located<String>
    package let rotation: [MapEntry<SecretRotation>]

    static let codec = Codec<SecretSettings>.object("secrets", "The encrypted store of this environment, and how its secrets are rotated.") { r in
        SecretSettings(
            store: r.required("store", Project.relativePath.located, "Path of the encrypted file, relative to the project."),
            rotation: r.defaulted(
                "rotation", SecretRotation.codec.dictionary(), "How `pipectl secrets rotate` makes new values, by the name of the secret.",
                default: []))
    }
}

/// How a secret gets a new value, and how the system that it opens gets to know it.
package struct SecretRotation: Sendable {
    package let policy: Policy
    /// How long the old version stays enabled; nil: it is disabled at once.
    package let overlap: Located<Duration>?
    /// The new version expires after this time.
    package let validFor: Located<Duration>?
    package let onRotate: Step?
    /// Connections that must open with the new value; nil: those whose fields name the secret.
    package let test: [Located<String>]?
    package let range: SourceRange

    /// How a value is made.
    package struct Policy: Sendable {
        package enum Characters: String, Sendable, CaseIterable { case alphanumeric, printable, hex, base64url }

        package let length: Int
        package let characters: Characters

        package static let standard = Policy(length: 32, characters: .alphanumeric)
        package static let leastLength = 12
    }

    /// What tells the system that the secret opens.
    package enum Step: Sendable {
        /// SQL that a connection runs; in it secret('NAME') is the new value.
        case sql(connection: Located<String>, text: DynamicText)
        /// A program and its arguments. It reads one JSON object from its standard input: name, environment, version, old, new.
        case program([Located<String>])
    }

    static let codec = Codec<SecretRotation>.object("rotation", "How a secret is rotated.") { r in
        SecretRotation(
            policy: r.defaulted("policy", policy, "How new values are made.", default: .standard),
            overlap: r.optional("overlap", Codec<Duration>.duration.located, "How long the old version stays enabled: 24h. Default: it is disabled at once."),
            validFor: r.optional("validFor", Codec<Duration>.duration.check { $0 > .zero ? nil : "a new version would have expired at once" }.located, "The new version expires after this time: 90d. Default: never."),
            onRotate: r.optional("onRotate", step, "What tells the system that the secret opens, before the version becomes current."),
            test: r.optional("test", Codec<[Located<String>]>.textsOrOne, "Connections that must open with the new value. Default: those that use the secret."),
            range: r.range)
    }

    private static let policy = Codec<Policy>.object("rotationPolicy", "How new values are made.") { r in
        Policy(
            length: r.defaulted("length", .integer(minimum: Policy.leastLength), "Number of characters.", default: 32, shown: 32),
            characters: r.defaulted(
                "characters", Codec<Policy.Characters>.enumeration, "Which characters.", default: .alphanumeric, shown: "alphanumeric"))
    }

    private static let step = Codec<Step>.tagged(
        "rotationStep", "What tells the system that the secret opens.", tag: "type",
        cases: [
            TaggedCase("sql", "SQL that a connection runs.") { r in
                let text = r.required(
                    "sql", Codec<Dynamic<String>>.dynamicText, "One statement, in which secret('NAME') is the new value: ALTER ROLE etl PASSWORD ${{ secret('erp-password') }}")
                return .sql(
                    connection: r.required("connection", Codec<Located<String>>.locatedText, "The connection that runs it, with a right to do so."),
                    text: text.expression ?? DynamicText(literal: text.literal ?? "", range: text.range))
            },
            TaggedCase("program", "A program that gets the values on its standard input.") { r in
                .program(r.required("command", Codec<[Located<String>]>.textsOrOne, "The program and its arguments, run in the project's folder."))
            },
        ])
}
