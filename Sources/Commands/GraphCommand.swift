internal import AssetLoading
internal import Assets
internal import CommandLineKit
internal import Diagnostics
internal import Diagrams
internal import Lineage
internal import Support
internal import Validation

/// `pipectl graph`
struct GraphCommand: Command {
    enum Format: String, ArgumentValue, CaseIterable { case text, dot, svg, json }

    static let pipeline = Argument<String?>.optionalPositional(
        "PIPELINE", help: "Name of the pipeline; none: all pipelines and what joins them", completion: .dynamic(kind: "pipelines"))
    static let output = Argument<Format>.option(
        "output", value: "FORMAT", default: .text, help: "How it is written: \(Format.allWords.joined(separator: ", "))")

    static let specification = CommandSpecification(
        "graph", summary: "Draw a pipeline, or how pipelines hang together",
        discussion: """
            An activity follows another because it reads a table that the other writes, because `dependsOn` says so, or because \
            it uses a variable or an output. As text, activities stand by the stage in which they can run at the earliest.
            """,
        examples: [
            .init("pipectl graph sales", "Stages of a pipeline"),
            .init("pipectl graph sales --output svg > sales.svg", "A drawing for a page or a README"),
        ],
        arguments: [pipeline, output])

    private let pipeline: String?
    private let format: Format

    init(arguments: ParsedArguments) throws(UsageError) {
        pipeline = arguments[Self.pipeline]
        format = arguments[Self.output]
    }

    func run(in context: CommandContext) async throws -> ExitCode {
        let workspace = try Workspace.open(context)
        let project = workspace.project
        let found = try pipeline.map { name in
            guard let found = project.pipeline(named: name) else {
                let near = Suggestion.nearest(to: name, in: project.pipelines.map(\.asset.name.value))
                throw CommandFailure(
                    "there is no pipeline \"\(name)\"", help: near.map { "did you mean \"\($0)\"?" } ?? "`pipectl graph` shows all", .usage)
            }
            return found
        }
        let report = try await workspace.validated()
        workspace.warnOfErrors(report, in: context)
        if let found {
            let graph = PipelineGraph(found.asset, of: project, report.analysis)
            show(graph.diagram, found.asset.name.value, found.asset.description ?? "", text: { graph.text(style: context.style) }, json: graph.json, context)
        } else {
            let graph = ProjectGraph(project, report.analysis)
            show(
                graph.diagram, graph.name, project.project?.description ?? "", text: { graph.text(style: context.style) }, json: graph.json, context)
        }
        return .success
    }

    private func show(
        _ diagram: Diagram, _ name: String, _ description: String, text: () -> String, json: @autoclosure () -> JSONValue, _ context: CommandContext
    ) {
        switch format {
        case .text: context.output.write(text())
        case .json: context.write(json: json())
        case .dot: context.output.write(diagram.dot(name: name))
        case .svg: context.output.write(diagram.svg(title: name, subtitle: description))
        }
    }
}

extension Workspace {
    /// For commands that show what they can of a project with errors.
    func warnOfErrors(_ report: Validator.Report, in context: CommandContext) {
        let errors = report.diagnostics.count { $0.severity == .error }
        guard errors > 0 else { return }
        context.errors.write(
            "warning: the project has \(errors) error\(errors == 1 ? "" : "s") (pipectl validate); what they touch is missing here\n")
    }
}
