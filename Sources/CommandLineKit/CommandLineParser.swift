internal import Support

/// Reads the words of a command line by the declarations of a tree of commands.
package struct CommandLineParser {
    package enum Outcome {
        case run(CommandSpecification, ParsedArguments)
        /// `--help`, `help COMMAND`: of the last command in the path.
        case help([CommandSpecification])
        case version
        /// A group alone: its help, but the usage is wrong.
        case missingCommand([CommandSpecification])
    }

    private var path: [CommandSpecification]
    private var words: ArraySlice<String>
    private var parsed: ParsedArguments
    private var positionals: [String] = []
    private var wantsHelp = false
    private var wantsVersion = false

    private init(root: CommandSpecification, words: [String]) {
        path = [root]
        self.words = words[...]
        parsed = ParsedArguments(declarations: GlobalOptions.declarations + root.arguments)
    }

    /// - Parameter words: without the program's name.
    package static func parse(_ words: [String], root: CommandSpecification) throws(UsageError) -> Outcome {
        var parser = CommandLineParser(root: root, words: words)
        do {
            return try parser.parse()
        } catch {
            var error = error
            error.command = parser.path.map(\.name)
            throw error
        }
    }

    private mutating func parse() throws(UsageError) -> Outcome {
        var areOptionsOver = false
        while let word = words.popFirst() {
            if areOptionsOver || word == "-" || !word.hasPrefix("-") || isNegativeNumber(word) {
                try readWord(word)
            } else if word == "--" {
                areOptionsOver = true
            } else if word.hasPrefix("--") {
                try readLongOption(word)
            } else {
                try readShortOptions(word)
            }
        }
        if wantsHelp { return .help(path) }
        if wantsVersion { return .version }
        let command = path[path.count - 1]
        if command.isGroup { return .missingCommand(path) }
        try assignPositionals(of: command)
        for declaration in path.flatMap(\.arguments) + command.globalOptions {
            try declaration.check(parsed.words(of: declaration))
        }
        return .run(command, parsed)
    }

    // MARK: Words

    private mutating func readWord(_ word: String) throws(UsageError) {
        let current = path[path.count - 1]
        guard current.isGroup else { return positionals.append(word) }
        if let next = current.subcommands.first(where: { $0.name == word }) {
            path.append(next)
            parsed.declare(next.arguments)
        } else if word == "help", path.count == 1 {
            wantsHelp = true
        } else {
            let near = Suggestion.nearest(to: word, in: current.visibleSubcommands.map(\.name))
            throw UsageError("unknown command '\(word)'", help: near.map { "did you mean '\($0)'?" })
        }
    }

    private mutating func assignPositionals(of command: CommandSpecification) throws(UsageError) {
        var rest = positionals[...]
        for declaration in command.positionals {
            guard case .positional(_, let maximum) = declaration.form else { continue }
            for word in rest.prefix(maximum ?? rest.count) { parsed.append(word, to: declaration) }
            rest = rest.dropFirst(maximum ?? rest.count)
        }
        if let word = rest.first { throw UsageError("unexpected argument '\(word)'") }
    }

    private func isNegativeNumber(_ word: String) -> Bool {
        guard word.hasPrefix("-"), let first = word.dropFirst().first, first.isASCII, first.isNumber else { return false }
        return option { $0.short == first } == nil
    }

    // MARK: Options

    private func option(where matches: (ArgumentDeclaration) -> Bool) -> ArgumentDeclaration? {
        (path.reversed().flatMap(\.options) + GlobalOptions.declarations).first(where: matches)
    }

    private mutating func readLongOption(_ word: String) throws(UsageError) {
        let sign = word.firstIndex(of: "=")
        let name = String(word[word.index(word.startIndex, offsetBy: 2)..<(sign ?? word.endIndex)])
        let value = sign.map { String(word[word.index(after: $0)...]) }
        // A command may have a `--version` of its own: that of a secret, say.
        if name == "help" || name == "version" && option(where: { $0.name == name }) == nil {
            guard value == nil else { throw UsageError("the option '--\(name)' takes no value") }
            if name == "help" { wantsHelp = true } else { wantsVersion = true }
            return
        }
        if let declaration = option(where: { $0.name == name }) {
            return try read(declaration, as: "--" + name, value: value)
        }
        if name.hasPrefix("no-"), let declaration = option(where: { $0.form == .flag(canNegate: true) && "no-" + $0.name == name }) {
            guard value == nil else { throw UsageError("the option '--\(name)' takes no value") }
            return parsed.append("false", to: declaration)
        }
        throw unknown("--" + name)
    }

    /// `-e dev`, `-edev`, `-e=dev`, `-qv`.
    private mutating func readShortOptions(_ word: String) throws(UsageError) {
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            if letter == "h" {
                wantsHelp = true
                continue
            }
            guard let declaration = option(where: { $0.short == letter }) else { throw unknown("-\(letter)") }
            if declaration.takesValue {
                let value = letters.isEmpty ? nil : String(letters.first == "=" ? letters.dropFirst() : letters)
                return try read(declaration, as: "-\(letter)", value: value)
            }
            try read(declaration, as: "-\(letter)", value: nil)
        }
    }

    private mutating func read(
        _ declaration: ArgumentDeclaration, as shown: String, value: String?
    ) throws(UsageError) {
        guard case .option(let valueName, let repeats) = declaration.form else {
            guard value == nil else { throw UsageError("the option '\(shown)' takes no value") }
            return parsed.append("true", to: declaration)
        }
        if !repeats, !parsed.words(of: declaration).isEmpty {
            throw UsageError("the option '\(declaration.title)' is given twice")
        }
        if let value { return parsed.append(value, to: declaration) }
        guard let next = words.first, next == "-" || !next.hasPrefix("-") || isNegativeNumber(next) else {
            throw UsageError("the option '\(shown)' needs a value: \(shown) \(valueName)")
        }
        words.removeFirst()
        parsed.append(next, to: declaration)
    }

    private func unknown(_ shown: String) -> UsageError {
        var known = (path.flatMap(\.options) + GlobalOptions.declarations).filter { !$0.isHidden }.flatMap { option in
            option.form == .flag(canNegate: true) ? [option.title, "--no-" + option.name] : [option.title]
        }
        known += ["--help", "--version"]
        let near = shown.hasPrefix("--") ? Suggestion.nearest(to: shown, in: known) : nil
        return UsageError("unknown option '\(shown)'", help: near.map { "did you mean '\($0)'?" })
    }
}
