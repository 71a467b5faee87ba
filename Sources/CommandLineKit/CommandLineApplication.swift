internal import Diagnostics

/// The program as a tree of commands: reads the command line and runs what it asks for.
package struct CommandLineApplication: Sendable {
    /// Words for a kind of value that only the program knows (`pipelines`, `environments`), and those that begin with
    /// `word` at least. What fails offers nothing.
    package typealias CompletionProvider = @Sendable (
        _ kind: String, _ word: String, _ context: CommandContext
    ) async -> [String]

    package let root: CommandSpecification
    package let version: String
    private let complete: CompletionProvider

    package init(
        name: String, version: String, summary: String, discussion: String = "",
        examples: [CommandSpecification.Example] = [], commands: [CommandSpecification],
        complete: @escaping CompletionProvider = { _, _, _ in [] }
    ) {
        self.version = version
        self.complete = complete
        root = .group(
            name, summary: summary, discussion: discussion, examples: examples,
            commands + [.command(CompletionCommand.self), .command(CompleteCommand.self)])
    }

    /// Runs the command and gives its exit code. Wrong usage is told on `errors`; what the command throws is thrown on.
    ///
    /// - Parameter words: the command line without the program's name.
    package func run(_ words: [String], in context: CommandContext) async throws -> ExitCode {
        let outcome: CommandLineParser.Outcome
        let command: any Command
        let arguments: ParsedArguments
        let replaced: Set<String>
        do throws(UsageError) {
            outcome = try CommandLineParser.parse(words, root: root)
            switch outcome {
            case .version:
                context.output.write("\(root.name) \(version)\n")
                return .success
            case .help(let path):
                let style = ColorChoice.auto.style(for: context.output, environment: context.environment)
                context.output.write(HelpText(path: path, style: style, width: context.output.textWidth).render())
                return .success
            case .missingCommand(let path):
                let style = ColorChoice.auto.style(for: context.errors, environment: context.environment)
                context.errors.write(HelpText(path: path, style: style, width: context.errors.textWidth).render())
                return .usage
            case .run(let specification, let parsed):
                guard let make = specification.make else {
                    preconditionFailure("no command behind \(specification.name)")
                }
                do throws(UsageError) {
                    command = try make(parsed)
                } catch {
                    var error = error
                    error.command = names(in: words)
                    throw error
                }
                arguments = parsed
                replaced = specification.replacedGlobalOptions
            }
        } catch {
            report(error, words, in: context)
            return .usage
        }
        let global = GlobalOptions(arguments, replaced: replaced)
        let context = CommandContext(
            output: context.output, errors: context.errors, environment: context.environment, global: global, started: context.started)
        switch command {
        case let command as CompletionCommand: return command.write(root, to: context.output)
        case let command as CompleteCommand: return await command.run(complete, in: context)
        default: return try await command.run(in: context)
        }
    }

    /// The command that these words call, for an error in what its arguments mean together.
    private func names(in words: [String]) -> [String] {
        var path = [root]
        for word in words {
            if let next = path[path.count - 1].subcommands.first(where: { $0.name == word }) { path.append(next) }
        }
        return path.map(\.name)
    }

    private func report(_ error: UsageError, _ words: [String], in context: CommandContext) {
        let style = ColorChoice.auto.style(for: context.errors, environment: context.environment)
        var text = style("error", .bold, .red) + ": \(VisibleText.escaped(error.description))\n"
        var path = [root]
        for name in error.command.dropFirst() {
            guard let next = path[path.count - 1].subcommands.first(where: { $0.name == name }) else { break }
            path.append(next)
        }
        text += "usage: \(HelpText.usage(path))\n"
        text += "See '\(path.map(\.name).joined(separator: " ")) --help'.\n"
        context.errors.write(text)
    }
}
