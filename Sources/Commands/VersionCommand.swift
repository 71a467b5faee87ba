internal import CommandLineKit
internal import Diagnostics
internal import Support

/// `pipectl version`
struct VersionCommand: Command {
    static let specification = CommandSpecification(
        "version", summary: "Show the version", examples: [.init("pipectl version --output json", "For a program")])

    init(arguments: ParsedArguments) throws(UsageError) {}

    func run(in context: CommandContext) async throws -> ExitCode {
        switch context.global.output {
        case .text: context.output.write("pipectl \(Application.version)\n")
        case .json: context.write(json: ["version": .string(Application.version)])
        }
        return .success
    }
}
