extension CompletionScript {
    var bash: String {
        let f = "_" + root.name
        return """
            # Completion of \(root.name) for bash. Load it with: source <(\(root.name) completion bash)

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

            # Offers those of the given words that begin with what is typed.
            \(f)_words() {
                local candidate
                for candidate in "$@"; do
                    [[ $candidate == "$current"* ]] && COMPREPLY+=("$candidate")
                done
            }

            # Offers what the program knows about a kind of value.
            \(f)_dynamic() {
                local candidate
                while IFS= read -r candidate; do
                    [[ $candidate == "$current"* ]] && COMPREPLY+=("$(printf '%q' "$candidate")")
                done < <("$program" ${project:+--project "$project"} __complete "$1" "$current" 2>/dev/null)
            }

            \(f)_files() {
                local candidate
                compopt -o filenames 2>/dev/null
                while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen "$1" -- "$current")
            }

            # Values of the option $2 of the command $1.
            \(f)_option_values() {
                case "$1:$2" in
            \(optionValueCases(indent: 8))
                esac
            }

            # Values of the positional argument number $2 of the command $1, and names of commands.
            \(f)_positional_values() {
                case "$1:$2" in
            \(positionalCases(indent: 8))
                esac
            }

            \(f)_options() {
                case "$1" in
            \(optionCases(indent: 8))
                esac
                \(f)_words \(globalWords.joined(separator: " "))
            }

            \(f)() {
                local program="${COMP_WORDS[0]}" current="${COMP_WORDS[COMP_CWORD]}" path=\(Self.quoted(root.name))
                local project="" word="" option="" index=1 positional=0 over=0
                COMPREPLY=()
                while ((index < COMP_CWORD)); do
                    word="${COMP_WORDS[index]}"
                    option=""
                    if ((over)); then
                        ((positional += 1))
                    elif [[ $word == -- ]]; then
                        over=1
                    elif [[ $word == -?* ]]; then
                        if \(f)_takes_value "$path" "$word"; then
                            option="$word"
                            ((index += 1))
                            # bash makes `=` a word of its own.
                            [[ ${COMP_WORDS[index]} == "=" ]] && ((index < COMP_CWORD)) && ((index += 1))
                            [[ $word == --project || $word == -C ]] && project="${COMP_WORDS[index]}"
                        fi
                    elif \(f)_is_command "$path" "$word"; then
                        path="$path $word"
                    else
                        ((positional += 1))
                    fi
                    ((index += 1))
                done
                if [[ -n $option ]] && ((index > COMP_CWORD)); then
                    [[ $current == "=" ]] && current=""
                    \(f)_option_values "$path" "$option"
                elif [[ $current == -* ]] && ((!over)); then
                    \(f)_options "$path"
                else
                    \(f)_positional_values "$path" "$positional"
                fi
            }

            complete -F \(f) \(root.name)

            """
    }

    var globalWords: [String] { globalOptions.flatMap(words) + ["--help", "-h"] }

    func takesValueCases(indent: Int) -> String {
        var patterns = globalOptions.filter(\.takesValue).flatMap(words).map { "*:\($0)" }
        for place in places {
            patterns += options(of: place).filter(\.takesValue).flatMap(words).map { "\(Self.quoted(place.path)):\($0)" }
        }
        return patterns.map { String(repeating: " ", count: indent) + $0 + ") return 0 ;;" }.joined(separator: "\n")
    }

    func commandCases(indent: Int) -> String {
        places.dropFirst().map { String(repeating: " ", count: indent) + Self.quoted($0.path) + ") return 0 ;;" }
            .joined(separator: "\n")
    }

    private func optionValueCases(indent: Int) -> String {
        var lines: [String] = []
        // A command's own option comes before that of every command with its name.
        for place in places {
            for option in options(of: place) where option.takesValue {
                guard let offer = bashOffer(option.completion) else { continue }
                let patterns = words(of: option).map { "\(Self.quoted(place.path)):\($0)" }
                lines.append(patterns.joined(separator: " | ") + ") \(offer) ;;")
            }
        }
        for option in globalOptions where option.takesValue {
            if let offer = bashOffer(option.completion) {
                lines.append(words(of: option).map { "*:\($0)" }.joined(separator: " | ") + ") \(offer) ;;")
            }
        }
        return lines.map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
    }

    private func positionalCases(indent: Int) -> String {
        var lines: [String] = []
        for place in places {
            let path = Self.quoted(place.path)
            if place.command.isGroup {
                let names = place.command.visibleSubcommands.map(\.name).joined(separator: " ")
                lines.append("\(path):0) _\(root.name)_words \(names) ;;")
            }
            for (number, positional) in place.command.positionals.enumerated() where !positional.isHidden {
                guard let offer = bashOffer(positional.completion) else { continue }
                var takesRest = false
                if case .positional(_, maximum: nil) = positional.form { takesRest = true }
                lines.append("\(path):\(takesRest ? "*" : String(number))) \(offer) ;;")
            }
        }
        return lines.map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
    }

    private func optionCases(indent: Int) -> String {
        places.compactMap { place -> String? in
            let all = ownOptions(of: place).flatMap(words)
            guard !all.isEmpty else { return nil }
            return String(repeating: " ", count: indent)
                + "\(Self.quoted(place.path))) _\(root.name)_words \(all.joined(separator: " ")) ;;"
        }.joined(separator: "\n")
    }

    private func bashOffer(_ completion: ArgumentDeclaration.Completion) -> String? {
        switch completion {
        case .none: nil
        case .file: "_\(root.name)_files -f"
        case .directory: "_\(root.name)_files -d"
        case .words(let words): "_\(root.name)_words " + words.map(Self.quoted).joined(separator: " ")
        case .dynamic(let kind): "_\(root.name)_dynamic " + Self.quoted(kind)
        }
    }
}
