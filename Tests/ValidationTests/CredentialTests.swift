import AssetLoading
import Assets
import Diagnostics
import Testing
import Validation

/// Forms of credentials, and what looks like one. All of them are made up, and broken by `<>`, so that no scanner takes
/// the repository to hold one.
@Suite struct CredentialTests {
    private func found(_ entry: String) async throws -> [Diagnostic] {
        let environment = "apiVersion: pipectl/v1\nkind: Environment\nname: dev\nvariables:\n  \(Self.whole(entry))\n"
        let project = ProjectLoader.load(MemoryTree(["environments/dev.yml": environment]))
        return try await Validator.validate(project, engine: nil).diagnostics.filter { $0.code.name == "plaintext-credential" }
    }

    private static func whole(_ text: String) -> String { text.split(separator: "<>", omittingEmptySubsequences: false).joined() }

    private static let random = "Zq7mVw3xKp9LrT2sYb8nHc4dJf6gQaE1uWiOzXv5"

    @Test(arguments: [
        ("a: AKI<>AQ3EGV7BNWXYZ2K4T", "AWS access key"), ("a: \"key=ASI<>AQ3EGV7BNWXYZ2K4T\"", "AWS access key"),
        ("aws_secret_access_key: \(random)", "a secret"), ("a: \"AWS_SECRET_ACCESS_KEY=\(random)\"", "AWS secret access key"),
        ("a: \"AccountName=x;Account<>Key=\(random)\(random)abcdef==\"", "Azure account key"), ("a: \"Endpoint=sb://x;SharedAccess<>Key=\(random)abc=\"", "Azure account key"),
        ("a: \"https://x/y?se=1&sig=\(random)abc%3D\"", "shared access signature"), ("a: \"Server=x;Pwd=tiger!9;\"", "a password"),
        ("a: mysql:<>//root:t1ger@host/db", "password in an address"), ("a: gh<>p_\(random.prefix(36))", "GitHub token"), ("a: github<>_pat_\(random)", "GitHub token"),
        ("a: gl<>pat-\(random.prefix(20))", "GitLab token"), ("a: xo<>xb-123987456-\(random.prefix(20))", "Slack token"), ("a: da<>pi0a1b2c3d4e5f60718293a4b5c6d7e8f9", "Databricks token"),
        ("a: abC8Q<>~\(random.prefix(34))", "Azure client secret"), ("a: sk-<>proj-\(random)", "API key"), ("a: AI<>za\(random.prefix(35))", "Google API key"),
        ("a: np<>m_\(random.prefix(36))", "npm token"), ("a: h<>f_\(random.prefix(34))", "Hugging Face token"), ("a: sk_<>live_\(random.prefix(24))", "Stripe key"),
        ("a: eyJ<>hbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.\(random)", "JSON web token"), ("a: AGE-SECRET-<>KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE6", "age identity"),
        ("password: tiger9", "a password"), ("dbPassword: 'tiger 9!'", "a password"), ("\"db_password\": \"tiger\\\"9\"", "a password"), ("client-secret: \(random)", "a secret"),
        ("a: { token: \(random), b: c }", "a secret"),
    ])
    func credentials(entry: String, kind: String) async throws {
        let found = try await found(entry)
        try #require(found.count == 1, "\(found)")
        #expect(found[0].message.contains(kind))
        #expect(found[0].secrets == [found[0].range])
    }

    /// What stands for a password is none in a connection either; all else is.
    @Test(arguments: [
        ("changeme", false), ("<password>", false), ("****", false), ("password", false), ("''", false), ("etl", true), ("$ecret", true), ("erp-password", true),
    ])
    func passwordsOfConnections(password: String, isOne: Bool) async throws {
        let environment = "apiVersion: pipectl/v1\nkind: Environment\nname: dev\nconnections:\n  a: { type: postgres, host: h, database: d, user: u, password: \(password) }\n"
        let project = ProjectLoader.load(MemoryTree(["environments/dev.yml": environment]))
        #expect(try await Validator.validate(project, engine: nil).diagnostics.contains { $0.code.name == "plaintext-credential" } == isOne)
    }

    @Test(arguments: [
        "a: AKI<>AIOSFODNN7EXAMPLE", "a: XAKI<>AQ3EGV7BNWXYZ2K4T", "a: AKI<>AQ3EGV7BNWXYZ2K4TT", "a: \"AccountKey=<key>;Pwd=****;Password={password}\"", "password: <password>",
        "password: \"${{ env('P', '') }}\"", "password: $PASSWORD", "password: changeme", "password: VARCHAR(20)", "password: true", "password: ''", "token: DECIMAL(18, 3)",
        "token: orders_2024", "secret: erp-password", "secret: kv/erp/password-2", "token: 12", "key: \(random)", "a: postgres://postgres:postgres@localhost/x", "a: https://host/x:y@z",
        "a: mailto:ada@example.com", "a: ghp_short", "a: da<>pi0a1b2c3d", "a: task-sk-one-two-three-four-five-six", "a: sk-learn-pipelines-for-everyone-and-more", "a: eyJ<>hbGciOiJIUzI1NiJ9",
        "a: 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", "passwords: tiger9", "a: \"password: x\"", "tokens: [\(random)]",
        "connectionString: \"Server=x;Database=y;Integrated Security=true\"",
    ])
    func whatIsNone(entry: String) async throws {
        #expect(try await found(entry).map(\.message) == [])
    }

    /// No format shows the value, neither in the line of source nor in what another finding quotes.
    @Test(arguments: ReportFormat.allCases)
    func noFormatShowsTheValue(format: ReportFormat) async throws {
        let secret = Self.whole("gh<>p_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8")
        let text = "apiVersion: pipectl/v1\nkind: Pipeline\nname: p\nactivities:\n  - { name: a, type: wait, seconds: \(secret), retry: \(secret) }\n  - { name: b, type: pipeline, pipeline: \(secret) }\n"
        let tree = MemoryTree(["pipelines/p.yml": text])
        let found = try await Validator.validate(ProjectLoader.load(tree), engine: nil).diagnostics
        #expect(found.contains { $0.code.name == "plaintext-credential" } && found.contains { $0.message.contains(secret) })
        let renderer = DiagnosticRenderer(format: format) { path in tree.contents[path].map { Array($0.utf8) } }
        let shown = renderer.render(DiagnosticReport(found))
        #expect(!shown.contains(secret))
        #expect(!shown.contains(secret.dropFirst(8)))
    }
}
