internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Connectors
internal import Diagnostics
internal import Sops
internal import Expressions
internal import Support
internal import Validation
internal import YAML

/// `pipectl explain`
struct ExplainCommand: Command {
    static let code = Argument<String?>.optionalPositional("CODE", help: "Code of a finding", completion: .dynamic(kind: "codes"))

    static let specification = CommandSpecification(
        "explain", summary: "Explain a finding of `validate`",
        discussion: "Without a code, lists all of them.",
        examples: [.init("pipectl explain unknown-key", "What it means, why it matters, how to mend it")],
        arguments: [code])

    static let catalogue = DiagnosticCatalogue(
        DiagnosticCode.allYAML + DiagnosticCode.allExpressions + DiagnosticCode.allAssets + DiagnosticCode.allAssetLoading + DiagnosticCode.allSops
            + DiagnosticCode.allValidation + DiagnosticCode.allConnectors)

    private let name: String?

    init(arguments: ParsedArguments) throws(UsageError) { name = arguments[Self.code] }

    func run(in context: CommandContext) async throws -> ExitCode {
        let catalogue = Self.catalogue
        guard let name else {
            if context.global.output == .json { context.write(json: catalogue.json) } else { context.output.write(catalogue.list(style: context.style)) }
            return .success
        }
        guard let code = catalogue.code(named: name) else {
            throw CommandFailure(
                "there is no code \"\(name)\"",
                help: catalogue.suggestion(for: name).map { "did you mean \"\($0)\"?" } ?? "`pipectl explain` lists all of them", .usage)
        }
        if context.global.output == .json {
            context.write(json: code.json)
        } else {
            context.output.write(code.explained(style: context.style, width: context.output.textWidth))
        }
        return .success
    }
}
