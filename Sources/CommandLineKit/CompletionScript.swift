/// Completion scripts, made from the tree of commands.
///
/// All three do the same: walk the words before the cursor to find the command, then offer the values of the option
/// before the cursor, the options where a dash is typed, or subcommands and values of the next positional argument.
struct CompletionScript {
    let root: CommandSpecification

    init(_ root: CommandSpecification) { self.root = root }

    func text(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// A visible command with its path, `pipectl lake ls`.
    struct Place {
        let path: String
        let command: CommandSpecification
    }

    /// Groups before what is in them.
    var places: [Place] { places(of: root, path: root.name) }

    private func places(of command: CommandSpecification, path: String) -> [Place] {
        [Place(path: path, command: command)]
            + command.visibleSubcommands.flatMap { places(of: $0, path: path + " " + $0.name) }
    }

    /// The words by which an option is written: `--env`, `-e`, `--no-cache`.
    func words(of option: ArgumentDeclaration) -> [String] {
        var words = ["--" + option.name]
        if option.form == .flag(canNegate: true) { words.append("--no-" + option.name) }
        if let short = option.short { words.append("-\(short)") }
        return words
    }

    var globalOptions: [ArgumentDeclaration] { GlobalOptions.declarations.filter { !$0.isHidden } }

    /// Without those that stand among the options of every command already.
    func ownOptions(of place: Place) -> [ArgumentDeclaration] {
        options(of: place).filter { !place.command.replacedGlobalOptions.contains($0.name) }
    }

    func options(of place: Place) -> [ArgumentDeclaration] { place.command.options.filter { !$0.isHidden } }

    /// In single quotes for bash and zsh.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
