internal import Assets
internal import CommandLineKit
internal import Support

/// `pipectl schema`
struct SchemaCommand: Command {
    enum Kind: String, ArgumentValue, CaseIterable { case project, environment, pipeline, template, sourceSchema }

    static let kind = Argument<Kind?>.optionalPositional("KIND", help: "Kind of the asset (default: all in one schema)")

    static let specification = CommandSpecification(
        "schema", summary: "Print the JSON Schema of the asset files",
        discussion: "Editors with a YAML language server complete and check files by it. It is made from the declarations that pipectl itself reads the files by.",
        examples: [.init("pipectl schema > .pipectl.schema.json", "One schema for all kinds of files")],
        arguments: [kind])

    private let kind: Kind?

    init(arguments: ParsedArguments) throws(UsageError) { kind = arguments[Self.kind] }

    func run(in context: CommandContext) async throws -> ExitCode {
        let asset: AssetKind? =
            switch kind {
            case .project: .project
            case .environment: .environment
            case .pipeline: .pipeline
            case .template: .template
            case .sourceSchema: .sourceSchema
            case nil: nil
            }
        context.write(json: AssetSchemas.document(for: asset))
        return .success
    }
}
