extension CompletionScript {
    var fish: String {
        let f = "__" + root.name
        return """
            # Completion of \(root.name) for fish. Put it into ~/.config/fish/completions/\(root.name).fish

            # Whether the option $argv[2] of the command $argv[1] takes a value.
            function \(f)_takes_value
                switch "$argv[1]:$argv[2]"
            \(fishCases(fishTakesValue))
                        return 0
                end
                return 1
            end

            # Whether $argv[2] is a command below $argv[1].
            function \(f)_is_command
                switch "$argv[1] $argv[2]"
            \(fishCases(places.dropFirst().map { Self.fishQuoted($0.path) }))
                        return 0
                end
                return 1
            end

            # The command before the cursor, a colon and the number of positional arguments after it.
            function \(f)_place
                set -l tokens (commandline -opc)
                set -l place \(Self.fishQuoted(root.name))
                set -l positional 0
                set -l skip 0
                for word in $tokens[2..-1]
                    if test $skip -eq 1
                        set skip 0
                    else if string match -q -- '-*' $word
                        if \(f)_takes_value "$place" "$word"
                            set skip 1
                        end
                    else if \(f)_is_command "$place" "$word"
                        set place "$place $word"
                    else
                        set positional (math $positional + 1)
                    end
                end
                echo "$place:$positional"
            end

            function \(f)_at
                string match -q -- "$argv[1]" (\(f)_place)
            end

            # What the program knows about a kind of value.
            function \(f)_dynamic
                set -l tokens (commandline -opc)
                set -l project
                for index in (seq 2 (count $tokens))
                    switch "$tokens[$index]"
                        case --project -C
                            set -l next (math $index + 1)
                            if test $next -le (count $tokens)
                                set project --project $tokens[$next]
                            end
                        case '--project=*'
                            set project $tokens[$index]
                    end
                end
                $tokens[1] $project __complete $argv[1] (commandline -ct) 2>/dev/null
            end

            complete -c \(root.name) -f
            complete -c \(root.name) -s h -l help -d 'Show help'
            \((globalOptions.flatMap { fishOption($0, condition: nil) } + places.flatMap(fishLines)).joined(separator: "\n"))

            """
    }

    private var fishTakesValue: [String] {
        globalOptions.filter(\.takesValue).flatMap(words).map { Self.fishQuoted("*:" + $0) }
            + places.flatMap { place in
                options(of: place).filter(\.takesValue).flatMap(words).map { Self.fishQuoted(place.path + ":" + $0) }
            }
    }

    private func fishCases(_ patterns: [String]) -> String {
        "        case " + patterns.joined(separator: " \\\n            ")
    }

    private func fishLines(_ place: Place) -> [String] {
        let f = "__" + root.name
        var lines: [String] = []
        func condition(_ number: String) -> String { Self.fishQuoted("\(f)_at " + Self.fishQuoted("\(place.path):\(number)")) }
        for command in place.command.visibleSubcommands {
            lines.append(
                "complete -c \(root.name) -n \(condition("0")) -a \(command.name) -d \(Self.fishQuoted(command.summary))")
        }
        for (number, positional) in place.command.positionals.enumerated() where !positional.isHidden {
            guard let offer = fishOffer(positional.completion) else { continue }
            var takesRest = false
            if case .positional(_, maximum: nil) = positional.form { takesRest = true }
            lines.append("complete -c \(root.name) -n \(condition(takesRest ? "*" : String(number))) \(offer)")
        }
        return lines + options(of: place).flatMap { fishOption($0, condition: condition("*")) }
    }

    private func fishOption(_ option: ArgumentDeclaration, condition: String?) -> [String] {
        let start = "complete -c \(root.name)" + (condition.map { " -n \($0)" } ?? "")
        let description = " -d \(Self.fishQuoted(option.help))"
        var line = start + " -l \(option.name)"
        if let short = option.short { line += " -s \(short)" }
        // -x is -r (needs a value) with -f (no files).
        if option.takesValue { line += option.completion == .file ? " -r" : " -x" }
        if option.takesValue, let offer = fishOffer(option.completion) { line += " " + offer }
        var lines = [line + description]
        if option.form == .flag(canNegate: true) { lines.append(start + " -l no-\(option.name)" + description) }
        return lines
    }

    private func fishOffer(_ completion: ArgumentDeclaration.Completion) -> String? {
        switch completion {
        case .none: nil
        case .file: "-F"
        case .directory: "-a '(__fish_complete_directories (commandline -ct))'"
        case .words(let words): "-a " + Self.fishQuoted(words.joined(separator: " "))
        case .dynamic(let kind): "-a " + Self.fishQuoted("(__\(root.name)_dynamic \(kind))")
        }
    }

    /// In single quotes, where only backslash and the quote itself are escaped.
    private static func fishQuoted(_ text: String) -> String {
        "'" + text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }
}
