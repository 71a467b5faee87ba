/// A command, or a group of commands: what help shows, completion offers and the parser reads.
package struct CommandSpecification: Sendable {
    package struct Example: Sendable {
        package let command: String
        package let explanation: String

        package init(_ command: String, _ explanation: String) {
            self.command = command
            self.explanation = explanation
        }
    }

    package let name: String
    /// One line without a full stop.
    package let summary: String
    /// Paragraphs, divided by empty lines.
    package let discussion: String
    package let examples: [Example]
    package let arguments: [ArgumentDeclaration]
    package let subcommands: [CommandSpecification]
    /// The codes with a meaning of their own for this command, beside those of every command.
    package let exitCodes: [(code: ExitCode, meaning: String)]
    /// Works, but is neither shown nor completed.
    package let isHidden: Bool
    /// Makes the command from what was read; nil for a group.
    package internal(set) var make: (@Sendable (ParsedArguments) throws(UsageError) -> any Command)?

    package init(
        _ name: String, summary: String, discussion: String = "", examples: [Example] = [],
        arguments: [any AnyArgument] = [], exitCodes: [(code: ExitCode, meaning: String)] = [], isHidden: Bool = false
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.examples = examples
        self.arguments = arguments.map(\.declaration)
        self.subcommands = []
        self.exitCodes = exitCodes
        self.isHidden = isHidden
    }

    /// A command that only has commands below it.
    package static func group(
        _ name: String, summary: String, discussion: String = "", examples: [Example] = [],
        _ subcommands: [CommandSpecification]
    ) -> CommandSpecification {
        CommandSpecification(group: name, summary: summary, discussion: discussion, examples: examples, subcommands)
    }

    private init(
        group name: String, summary: String, discussion: String, examples: [Example],
        _ subcommands: [CommandSpecification]
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.examples = examples
        self.arguments = []
        self.subcommands = subcommands
        self.exitCodes = []
        self.isHidden = false
    }

    /// The specification of a command with the way to make it.
    package static func command<C: Command>(_ type: C.Type) -> CommandSpecification {
        var specification = type.specification
        specification.make = { (arguments) throws(UsageError) in try C(arguments: arguments) }
        return specification
    }

    package var isGroup: Bool { !subcommands.isEmpty }
    package var visibleSubcommands: [CommandSpecification] { subcommands.filter { !$0.isHidden } }
    package var options: [ArgumentDeclaration] { arguments.filter { !$0.isPositional } }
    package var positionals: [ArgumentDeclaration] { arguments.filter(\.isPositional) }

    /// Names of the options of every command that this one declares anew, to take more or other values.
    var replacedGlobalOptions: Set<String> {
        Set(GlobalOptions.declarations.map(\.name)).intersection(options.map(\.name))
    }

    /// The options of every command as they hold for this one: without those that it declares anew.
    var globalOptions: [ArgumentDeclaration] { GlobalOptions.declarations.filter { !replacedGlobalOptions.contains($0.name) } }

    /// Mistakes in the declaration, for a test: names that are used twice, words that could not be told apart.
    package func problems(global: [ArgumentDeclaration] = GlobalOptions.declarations) -> [String] {
        var problems: [String] = []
        func report(_ text: String) { problems.append("\(name): \(text)") }
        // `--version` is the program's only where the command has none of its own.
        var names = Set(["help"])
        var shorts = Set<Character>(["h"])
        for option in options {
            // Given before the command's name, it is read as the global one.
            if let same = global.first(where: { $0.name == option.name }), same.form != option.form || same.short != option.short {
                report("--\(option.name) is not given as the option of every command is")
            }
        }
        let replaced = replacedGlobalOptions
        for option in options + global.filter({ !replaced.contains($0.name) }) {
            if !names.insert(option.name).inserted { report("--\(option.name) is declared twice") }
            if case .flag(canNegate: true) = option.form, !names.insert("no-" + option.name).inserted {
                report("--no-\(option.name) is declared twice")
            }
            if let short = option.short, !shorts.insert(short).inserted { report("-\(short) is declared twice") }
        }
        var isOpen = false
        for positional in positionals {
            guard case .positional(let minimum, let maximum) = positional.form else { continue }
            if isOpen { report("\(positional.name) follows an argument that may be absent or takes all words") }
            isOpen = minimum == 0 || maximum == nil
        }
        if isGroup ? make != nil || !arguments.isEmpty : make == nil {
            report(isGroup ? "a group takes no arguments" : "no command behind it")
        }
        if Set(subcommands.map(\.name)).count < subcommands.count { report("a subcommand is declared twice") }
        return problems + subcommands.flatMap { $0.problems(global: global) }.map { "\(name) \($0)" }
    }
}
