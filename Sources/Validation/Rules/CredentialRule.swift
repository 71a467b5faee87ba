internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions

/// Credentials in plain text in a pipeline and its SQL files.
enum CredentialRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] { check(scope.file) }

    /// Of a file whether or not a pipeline could be read in it.
    static func check(_ file: LoadedPipeline) -> [Diagnostic] {
        var diagnostics = check(file.bytes, path: file.path, isYAML: true)
        for (path, sql) in file.sqlFiles.sorted(by: { $0.key < $1.key }) { diagnostics += check(sql.bytes, path: path, isYAML: false) }
        return diagnostics
    }

    static func check(_ bytes: [UInt8], path: String, isYAML: Bool) -> [Diagnostic] {
        let found = CredentialScanner.scan(bytes, isYAML: isYAML)
        guard !found.isEmpty else { return [] }
        let lines = LineTable(bytes)
        return found.map { credential in
            let range = SourceRange(
                path: path, start: lines.position(ofOffset: credential.range.lowerBound, in: bytes),
                end: lines.position(ofOffset: credential.range.upperBound, in: bytes))
            return finding(credential.kind, String(decoding: bytes[credential.range], as: UTF8.self), at: range)
        }
    }

    /// - Parameter text: the secret, of which the message shows no more than what tells it from others.
    static func finding(_ kind: String, _ text: String, at range: SourceRange, asset: String? = nil) -> Diagnostic {
        let count = text.count
        let hint = count < 16 || text.hasPrefix("-") ? "\(count) characters" : "\"\(text.prefix(2))...\", \(count) characters"
        var diagnostic = Diagnostic(
            .plaintextCredential, "\(kind) stands here in plain text (\(hint))", at: range,
            help: "put it into the environment's store of secrets and write ${{ secret('NAME') }}; where it was committed, change it", asset: asset)
        diagnostic.secrets = [range]
        return diagnostic
    }
}

/// The same in the project file, environments and templates.
enum FrameCredentialRule: FrameRule {
    static func check(_ scope: FrameScope) -> [Diagnostic] {
        let declared = scope.environments.flatMap { passwords($0.asset) }
        let found = scope.frame.sources.flatMap { CredentialRule.check($0.bytes, path: $0.path, isYAML: true) }
        return declared
            + found.filter { finding in !declared.contains { $0.range.map { known in finding.range.map { overlaps(known, $0) } ?? false } ?? false } }
    }

    /// Passwords of connections, which are none of anything else however they look.
    private static func passwords(_ environment: Environment) -> [Diagnostic] {
        let connections = environment.connections.map(\.value) + [environment.warehouse?.connection].compactMap { $0 }
        return connections.compactMap { connection in
            guard case .postgres(let postgres) = connection.kind, let password = postgres.password, let text = password.literal,
                !CredentialText.standsForSecret(text), !isReference(text)
            else { return nil }
            return CredentialRule.finding("the password of a connection", text, at: password.range, asset: "environment \(environment.name.value)")
        }
    }

    /// One that is malformed is told as that.
    private static func isReference(_ text: String) -> Bool {
        do throws(ForeignSecretReference.Malformed) { return try ForeignSecretReference.parse(text) != nil } catch { return true }
    }

    private static func overlaps(_ a: SourceRange, _ b: SourceRange) -> Bool {
        a.path == b.path && a.start.offset < b.end.offset && b.start.offset < a.end.offset
    }
}

extension DiagnosticCode {
    static let plaintextCredential = DiagnosticCode(
        "plaintext-credential", isAdvice: true, summary: "A password, key or token stands in a file in plain text.",
        explanation: """
            Everybody who can read the repository can use it, also after it was removed: git keeps it. Put it into the \
            environment's store of secrets, name it with ${{ secret('NAME') }}, and have it replaced by its issuer. Keys of storage \
            accounts, shared access signatures, connection strings, addresses with a password, private keys and tokens of common \
            services are known by their form. No output shows the value.
            """,
        example: "password: hunter2", fix: "password: \"${{ secret('erp-password') }}\"")
}
