package enum Shell: String, ArgumentValue, CaseIterable {
    case bash, zsh, fish
}

/// `pipectl completion bash`: a script for the shell to load.
struct CompletionCommand: Command {
    static let shell = Argument<Shell>.positional("SHELL", help: "bash, zsh or fish")

    static let specification = CommandSpecification(
        "completion", summary: "Write a completion script for a shell",
        discussion: """
            bash: source <(pipectl completion bash)
            zsh:  pipectl completion zsh > "${fpath[1]}/_pipectl"
            fish: pipectl completion fish > ~/.config/fish/completions/pipectl.fish
            """,
        arguments: [shell])

    let shell: Shell

    init(arguments: ParsedArguments) throws(UsageError) { shell = arguments[Self.shell] }

    func run(in context: CommandContext) async throws -> ExitCode { preconditionFailure("run by the application") }

    func write(_ root: CommandSpecification, to output: Terminal) -> ExitCode {
        output.write(CompletionScript(root).text(for: shell))
        return .success
    }
}

/// `pipectl __complete KIND WORD`: what a completion script asks for while a word is typed. One candidate per line.
struct CompleteCommand: Command {
    static let kind = Argument<String>.positional("KIND", help: "Kind of value")
    static let word = Argument<String?>.optionalPositional("WORD", help: "What is typed so far")

    static let specification = CommandSpecification(
        "__complete", summary: "Candidates for completion", arguments: [kind, word], isHidden: true)

    let kind: String
    let word: String

    init(arguments: ParsedArguments) throws(UsageError) {
        kind = arguments[Self.kind]
        word = arguments[Self.word] ?? ""
    }

    func run(in context: CommandContext) async throws -> ExitCode { preconditionFailure("run by the application") }

    func run(_ complete: CommandLineApplication.CompletionProvider, in context: CommandContext) async -> ExitCode {
        let candidates = await complete(kind, word, context)
        for candidate in Set(candidates).sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        where candidate.utf8.starts(with: word.utf8) && !candidate.utf8.contains(where: { $0 < 0x20 }) {
            context.output.write(candidate + "\n")
        }
        return .success
    }
}
