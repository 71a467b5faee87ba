extension CompletionScript {
    var zsh: String {
        let f = "_" + root.name
        return """
            #compdef \(root.name)
            # Completion of \(root.name) for zsh. Put it as \(f) into a folder of $fpath.

            # Whether the option $2 of the command $1 takes a value.
            \(f)_takes_value() {
                case "$1:$2" in
            \(takesValueCases(indent: 8))
                    *) return 1 ;;
                esac
            }

            # Whether $2 is a command below $1.
            \(f)_is_command() {
                case "$1 $2" in
            \(commandCases(indent: 8))
                    *) return 1 ;;
                esac
            }

            # Offers what the program knows about a kind of value.
            \(f)_dynamic() {
                local -a found
                found=(${(f)"$("$program" ${project:+--project} ${project:+$project} __complete "$1" "$PREFIX" 2>/dev/null)"})
                compadd -a found
            }

            # Values of the option $2 of the command $1.
            \(f)_option_values() {
                case "$1:$2" in
            \(zshOptionValues)
                esac
            }

            # Values of the positional argument number $2 of the command $1, and names of commands.
            \(f)_positional_values() {
                local -a offered
                case "$1:$2" in
            \(zshPositionals)
                esac
            }

            \(f)_options() {
                local -a offered
                offered=(
            \(zshDescriptions(globalOptions, indent: 8))
                    '--help:Show help'
                )
                case "$1" in
            \(zshOptions)
                esac
                _describe -o option offered
            }

            \(f)() {
                local program="${words[1]}" command_path=\(Self.quoted(root.name)) project="" word="" option=""
                local -i index=2 positional=0 over=0
                while ((index < CURRENT)); do
                    word="${words[index]}"
                    option=""
                    if ((over)); then
                        ((positional += 1))
                    elif [[ "$word" == -- ]]; then
                        over=1
                    elif [[ "$word" == --project=* ]]; then
                        project="${word#--project=}"
                    elif [[ "$word" == -?* ]]; then
                        if \(f)_takes_value "$command_path" "$word"; then
                            option="$word"
                            ((index += 1))
                            [[ "$word" == --project || "$word" == -C ]] && project="${words[index]}"
                        fi
                    elif \(f)_is_command "$command_path" "$word"; then
                        command_path="$command_path $word"
                    else
                        ((positional += 1))
                    fi
                    ((index += 1))
                done
                if [[ -n "$option" ]] && ((index > CURRENT)); then
                    \(f)_option_values "$command_path" "$option"
                elif ((!over)) && [[ "$PREFIX" == --?*=* ]]; then
                    option="${PREFIX%%=*}"
                    compset -P '*='
                    \(f)_option_values "$command_path" "$option"
                elif ((!over)) && [[ "$PREFIX" == -* ]]; then
                    \(f)_options "$command_path"
                else
                    \(f)_positional_values "$command_path" "$positional"
                fi
            }

            # Read from $fpath, the file is the body of the function at its first call; else it is sourced.
            if [[ "${funcstack[1]}" == \(f) ]]; then
                \(f) "$@"
            else
                compdef \(f) \(root.name)
            fi

            """
    }

    private var zshOptionValues: String {
        var lines: [String] = []
        // A command's own option comes before that of every command with its name.
        for place in places {
            for option in options(of: place) where option.takesValue {
                guard let offer = zshOffer(option.completion) else { continue }
                let patterns = words(of: option).map { "\(Self.quoted(place.path)):\($0)" }
                lines.append(patterns.joined(separator: " | ") + ") \(offer) ;;")
            }
        }
        for option in globalOptions where option.takesValue {
            guard let offer = zshOffer(option.completion) else { continue }
            lines.append(words(of: option).map { "*:\($0)" }.joined(separator: " | ") + ") \(offer) ;;")
        }
        return lines.map { "        " + $0 }.joined(separator: "\n")
    }

    private var zshPositionals: String {
        var lines: [String] = []
        for place in places {
            let path = Self.quoted(place.path)
            if place.command.isGroup {
                let names = place.command.visibleSubcommands.map { Self.quoted(Self.describable($0.name, $0.summary)) }
                lines.append("\(path):0) offered=(\(names.joined(separator: " "))); _describe command offered ;;")
            }
            for (number, positional) in place.command.positionals.enumerated() where !positional.isHidden {
                guard let offer = zshOffer(positional.completion) else { continue }
                var takesRest = false
                if case .positional(_, maximum: nil) = positional.form { takesRest = true }
                lines.append("\(path):\(takesRest ? "*" : String(number))) \(offer) ;;")
            }
        }
        return lines.map { "        " + $0 }.joined(separator: "\n")
    }

    private var zshOptions: String {
        places.compactMap { place -> String? in
            let own = ownOptions(of: place)
            guard !own.isEmpty else { return nil }
            return "        \(Self.quoted(place.path))) offered+=(\n\(zshDescriptions(own, indent: 12))\n        ) ;;"
        }.joined(separator: "\n")
    }

    private func zshDescriptions(_ options: [ArgumentDeclaration], indent: Int) -> String {
        options.flatMap { option in words(of: option).map { Self.quoted(Self.describable($0, option.help)) } }
            .map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
    }

    /// `_describe` divides at the first colon that has no backslash before it.
    private static func describable(_ word: String, _ text: String) -> String {
        word.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "\\:") + ":" + text
    }

    private func zshOffer(_ completion: ArgumentDeclaration.Completion) -> String? {
        switch completion {
        case .none: nil
        case .file: "_files"
        case .directory: "_files -/"
        case .words(let words): "compadd -- " + words.map(Self.quoted).joined(separator: " ")
        case .dynamic(let kind): "_\(root.name)_dynamic " + Self.quoted(kind)
        }
    }
}
