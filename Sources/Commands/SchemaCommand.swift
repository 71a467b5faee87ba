internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Support

/// `pipectl schema`
struct SchemaCommand: Command {
    enum Kind: String, ArgumentValue, CaseIterable { case project, environment, pipeline, template, sourceSchema }

    static let kind = Argument<Kind?>.optionalPositional("KIND", help: "Kind of the asset (default: all in one schema)")
    static let write = Argument<Bool>.flag("write", help: "Write it, for all kinds, to \(EditorSchema.fileName) in the project's folder")

    static let specification = CommandSpecification(
        "schema", summary: "Print the JSON Schema of the asset files",
        discussion: """
            Editors with a YAML language server complete and check files by it. It is made from the declarations that pipectl itself \
            reads the files by. An asset file names the schema in its first line: # yaml-language-server: $schema=../\(EditorSchema.fileName)
            """,
        examples: [
            .init("pipectl schema --write", "Renew the project's schema after pipectl was updated"),
            .init("pipectl schema pipeline", "The schema of pipelines alone"),
        ],
        arguments: [kind, write])

    private let kind: Kind?
    private let isWritten: Bool

    init(arguments: ParsedArguments) throws(UsageError) {
        kind = arguments[Self.kind]
        isWritten = arguments[Self.write]
        if isWritten, kind != nil { throw UsageError("--write takes no KIND: the file is for all kinds") }
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        if isWritten { return try write(in: context) }
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

    private func write(in context: CommandContext) throws -> ExitCode {
        let path = FileSystem.join(try ProjectFolder.find(context).root, EditorSchema.fileName)
        let bytes = Array(EditorSchema.text().utf8)
        let isChange = (try? FileSystem.read(path, limit: 64 << 20)) != bytes
        if isChange { try FileSystem.writeAtomically(bytes, to: path) }
        switch context.global.output {
        case .json: context.write(json: ["path": .string(path), "changed": .bool(isChange)])
        case .text: context.output.write(isChange ? "wrote \(EditorSchema.fileName)\n" : "\(EditorSchema.fileName) is up to date\n")
        }
        return .success
    }
}
