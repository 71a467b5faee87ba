package import Diagnostics
internal import Support
internal import YAML

/// `environments/<name>.yml`: where and how the project runs.
package struct Environment: Sendable {
    package let name: Located<String>
    package let description: String?
    /// The git branch that deploys here.
    package let branch: String?
    /// Name of the git remote that is told of releases.
    package let remote: String?
    /// Folder of releases, lake, warehouse, state and logs; relative to the project.
    package let root: Dynamic<String>
    package let isProtected: Bool
    package let promotion: Promotion?
    package let engine: EngineSettings
    /// Path of its encrypted file, from the project's folder.
    package var secretStore: Located<String>? { secrets?.store }
    package let secrets: SecretSettings?
    /// Stores of other vaults, by the names that references of Azure and Databricks have for them.
    package let vaults: [MapEntry<Located<String>>]
    package let connections: [MapEntry<Connection>]
    package let warehouse: Warehouse?
    package let variables: [MapEntry<DynamicValue>]
    package let range: SourceRange

    package struct Promotion: Sendable {
        package enum Requirement: String, Sendable, CaseIterable { case validated, greenRun, approved, noDrift }
        package let from: Located<String>
        /// In a fixed order; `approved` too where `approvals` says who.
        package let require: [Requirement]
        package let approvals: Approvals
    }

    /// Who has to say yes to what is promoted.
    package struct Approvals: Sendable, Hashable {
        package enum Form: String, Sendable, CaseIterable {
            /// `Approved-by:` or `Reviewed-by:` in the message of a commit.
            case trailer
            /// A signed tag on the commit that is promoted.
            case signedTag
        }

        /// Of different people, none of them an author of what they approve.
        package let count: Int
        package let form: Form
        /// Mail addresses, and for signatures principals and fingerprints of keys as well; empty: anybody.
        package let by: [String]

        package static let standard = Approvals(count: 1, form: .trailer, by: [])

        package init(count: Int, form: Form, by: [String]) {
            self.count = count
            self.form = form
            self.by = by
        }
    }

    package struct EngineSettings: Sendable {
        package let type: String
        /// `75%` of the machine's memory, or a size: `4GB`.
        package let memory: String?
        /// nil: as many as the machine has cores.
        package let threads: Int?
        /// Activities at a time.
        package let parallelActivities: Int?

        package static let standard = EngineSettings(type: "duckdb", memory: nil, threads: nil, parallelActivities: nil)
    }

    package static let codec = Codec<Environment>.object("environment", "An environment: where and how the project runs.") { r in
        let header = r.header(.environment)
        return Environment(
            name: header.name,
            description: header.description,
            branch: r.optional("branch", .text, "Git branch that deploys here."),
            remote: r.optional(
                "remote", .text, "Git remote that keeps the releases for all who deploy: `origin`. Without one they stay in this repository."),
            root: r.defaulted(
                "root", Codec<Dynamic<String>>.dynamicText,
                "Folder of lake, warehouse, state and logs; relative to the project. Default: .pipectl/NAME.",
                default: Dynamic(.literal(".pipectl/" + header.name.value), at: header.name.range)),
            isProtected: r.defaulted(
                "protected", .boolean, "Deploys only releases promoted from another environment.", default: false, shown: false),
            promotion: r.optional("promotion", promotion, "From where, and under which conditions, releases come here."),
            engine: r.defaulted("engine", engine, "The engine that runs the SQL.", default: .standard),
            secrets: r.optional("secrets", SecretSettings.codec, "The encrypted store of this environment, and how its secrets are rotated."),
            vaults: r.defaulted(
                "vaults", Project.relativePath.located.dictionary(keyCheck: Self.problemWithVault),
                "Store of every vault or secret scope that @Microsoft.KeyVault(...), AzureKeyVaultSecret, {{secrets/SCOPE/KEY}} and vaultSecret() name.",
                default: []),
            connections: r.defaulted(
                "connections", Connection.codec.dictionary(keyCheck: Codec<String>.problemWithName),
                "Databases and folders by the name the pipelines use.", default: []),
            warehouse: r.optional("warehouse", Warehouse.codec, "Where `publish` puts gold tables."),
            variables: r.defaulted(
                "variables", Codec<DynamicValue>.dynamicValue.dictionary(),
                "Values of this environment: environment().variables.NAME.", default: []),
            range: r.range)
    }

    private static let promotion = Codec<Promotion>.object("promotion", "How releases come to this environment.") { r in
        let from = r.required("from", Codec<Located<String>>.locatedName, "Environment that releases are promoted from.")
        let require = r.defaulted(
            "require", Codec<Promotion.Requirement>.enumeration.list(), "What must hold before a promotion.", default: [.validated], shown: ["validated"])
        let approvals = r.optional("approvals", Self.approvals, "Who has to approve what is promoted; `approved` is required then.")
        return Promotion(
            from: from, require: Promotion.Requirement.allCases.filter { require.contains($0) || ($0 == .approved && approvals != nil) },
            approvals: approvals ?? .standard)
    }

    private static let approvals = Codec<Approvals>.object("approvals", "Who has to approve what is promoted.") { r in
        Approvals(
            count: r.defaulted("count", .integer(minimum: 1), "So many people, none of them an author of what they approve.", default: 1, shown: 1),
            form: r.defaulted(
                "as", Codec<Approvals.Form>.enumeration,
                "`trailer`: Approved-by or Reviewed-by in the messages of commits; `signedTag`: signed tags on the commit that is promoted.",
                default: .trailer, shown: "trailer"),
            by: r.defaulted(
                "by", Codec<String>.text.list(), "Mail addresses, or of signatures also principals and fingerprints of keys, that count; default: all.",
                default: []))
    }

    private static let engine = Codec<EngineSettings>.object("engine", "The engine that runs the SQL.") { r in
        EngineSettings(
            type: r.defaulted("type", .oneOf(["duckdb"]), "Which engine.", default: "duckdb", shown: "duckdb"),
            memory: r.optional(
                "memory", memory, "Memory the engine may use: a share of the machine's (75%) or a size (4GB)."),
            threads: r.optional("threads", threads, "Threads of the engine; `auto`: one per core."),
            parallelActivities: r.optional(
                "parallelActivities", .integer(minimum: 1), "Activities that may run at a time; default: as many as threads."))
    }

    private static let memory = Codec<String>.text.check { text in
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let number = Int(digits), number > 0 else { return "\"\(text)\" is no amount of memory: write 75% or 4GB" }
        if unit == "%" { return number <= 100 ? nil : "more than 100% of the machine's memory" }
        return ["KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"].contains(String(unit))
            ? nil : "\"\(text)\" is no amount of memory: write 75% or 4GB"
    }

    private static let threads = Codec<Int>(
        schema: .oneOf([.string(pattern: nil, values: ["auto"]), .integer(minimum: 1)]), placeholder: 1
    ) { input, context in
        if case .node(let node) = input, node.text == "auto" { return 0 }
        return Codec<Int>.integer(minimum: 1).decode(input, context)
    }

    private static func problemWithVault(_ name: String) -> String? {
        let isFine = !name.isEmpty && name.utf8.count <= 128 && name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || "-_.@".utf8.contains($0)
        }
        return isFine ? nil : "write its name only, with letters, digits and -_.@"
    }

    /// Path of the store that stands for a vault; case does not count in its name.
    package func store(ofVault name: String) -> Located<String>? {
        let wanted = name.lowercased()
        return vaults.first { $0.name.lowercased() == wanted }?.value
    }

    /// Every store it names.
    package var stores: [Located<String>] { (secretStore.map { [$0] } ?? []) + vaults.map(\.value) }
}
