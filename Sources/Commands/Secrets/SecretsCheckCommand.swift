internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Crypto
internal import Diagnostics
internal import Secrets
internal import Support
internal import Validation

/// `pipectl secrets check`
struct SecretsCheckCommand: Command {
    static let all = Argument<Bool>.flag("all", help: "Every environment of the project")
    static let within = Argument<Duration>.option(
        "within", value: "TIME", default: .seconds(30 * 86_400), help: "Warn of secrets that expire before this time has passed")
    static let strict = Argument<Bool>.flag("strict", help: "Fail for warnings too, and warn of secrets that nothing uses")

    static let specification = CommandSpecification(
        "check", summary: "Compare the secrets that the project asks for with those in the stores",
        discussion: """
            Told are secrets that are missing, damaged, disabled, expired or not yet valid; that expire soon; that nothing uses; and, \
            where an identity opens the stores, the same value in two stores or under two names, and values that are easily guessed. \
            Without an identity these last two are left out, and it says so. No value is shown.

            A secret that something outside of the project uses is marked with a tag: pipectl secrets set NAME --tag external=true. \
            Where the name of a secret is computed, no secret of that environment is called unused.
            """,
        examples: [
            .init("pipectl secrets check --env prod", "Before a deployment, or every night"),
            .init("pipectl secrets check --all --strict --within 14d", "In a pull request"),
        ],
        arguments: [Options.environment, SecretsOptions.identity, all, within, strict],
        exitCodes: [(.failure, "a secret is missing, damaged or not given out; with --strict any warning")])

    private let environment: String?
    private let identity: String?
    private let isAll: Bool
    private let within: Duration
    private let isStrict: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        environment = arguments[Options.environment]
        identity = arguments[SecretsOptions.identity]
        isAll = arguments[Self.all]
        within = arguments[Self.within]
        isStrict = arguments[Self.strict]
        if isAll, environment != nil { throw UsageError("--env and --all exclude each other", help: "give one of them") }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context, identity: identity)
        let environments = workspace.project.environments.map(\.asset)
        let chosen = isAll ? environments : [try workspace.environmentFile(environment).asset]
        let now = WallClock.system.now()
        let stores = CheckedStore.all(of: workspace)
        let check = SecretCheck(
            environments: environments, uses: SecretUses(workspace.project), stores: stores, now: now, within: within, isStrict: isStrict)
        let values = try SecretValueCheck(stores, opener: workspace.opener, at: now)
        let reports = try chosen.map { try report(on: $0, check, values) }
        switch context.global.output {
        case .json: context.write(json: ["environments": .array(reports.map(\.json))])
        case .text:
            for report in reports { context.output.write(report.text(context.style)) }
            if reports.isEmpty { context.output.write("the project has no environment\n") }
        }
        return reports.contains { $0.fails(strict: isStrict) } ? .failure : .success
    }

    private func report(on environment: Environment, _ check: SecretCheck, _ values: SecretValueCheck) throws -> SecretReport {
        var report = check.report(on: environment)
        let paths = environment.storePaths
        var unopened: [String] = []
        for path in paths {
            report.findings += values.weak[path] ?? []
            guard let error = values.unopened[path], let file = check.stores[path]?.file.name else { continue }
            switch error.kind {
            case .damaged:
                report.findings.append(SecretFinding(kind: .damaged, severity: .error, message: error.detailed, store: file, help: error.remedy))
            case .noIdentity where identity == nil: unopened.append(file)
            // Who names an identity wants the store opened with it.
            case _ where identity != nil: throw error
            default: report.leftOut.append("weak and shared values of \(file): \(error.message)")
            }
        }
        if !unopened.isEmpty {
            report.leftOut.append("weak and shared values of \(unopened.joined(separator: ", ")): no identity opens \(unopened.count == 1 ? "it" : "them") (`pipectl doctor` tells where it was looked for)")
        }
        let names = check.stores.mapValues(\.file.name)
        report.findings += values.shared(by: paths, names: names)
        let others = values.unopened.keys.filter { !paths.contains($0) }.sorted()
        if !others.isEmpty, paths.contains(where: { values.unopened[$0] == nil && check.stores[$0]?.sops != nil }) {
            report.leftOut.append("values shared with \(others.compactMap { names[$0] }.joined(separator: ", ")): not opened")
        }
        return report
    }
}
