package import Diagnostics
package import Support

/// One command of the program.
package protocol Command: Sendable {
    /// Name, help and arguments; `make` is filled in by `CommandSpecification.command(_:)`.
    static var specification: CommandSpecification { get }

    /// Takes what it needs, and refuses combinations of arguments that make no sense.
    init(arguments: ParsedArguments) throws(UsageError)

    func run(in context: CommandContext) async throws -> ExitCode
}

/// What a command gets from outside: where it writes and the environment's variables.
package struct CommandContext: Sendable {
    package let output: Terminal
    package let errors: Terminal
    package let environment: [String: String]
    /// What was given for all commands.
    package let global: GlobalOptions
    /// When the program began.
    package let started: Instant

    package init(
        output: Terminal, errors: Terminal, environment: [String: String], global: GlobalOptions = .init(), started: Instant = WallClock.system.now()
    ) {
        self.output = output
        self.errors = errors
        self.environment = environment
        self.global = global
        self.started = started
    }

    /// Colours for `output`, as asked for and as the terminal can.
    package var style: TerminalStyle { global.color.style(for: output, environment: environment) }
    package var errorStyle: TerminalStyle { global.color.style(for: errors, environment: environment) }
}
