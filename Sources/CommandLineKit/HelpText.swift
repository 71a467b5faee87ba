internal import Diagnostics

/// The text of `--help`.
struct HelpText {
    let path: [CommandSpecification]
    let style: TerminalStyle
    let width: Int

    private var command: CommandSpecification { path[path.count - 1] }
    private var name: String { path.map(\.name).joined(separator: " ") }

    /// `pipectl run [options] PIPELINE`.
    static func usage(_ path: [CommandSpecification]) -> String {
        let command = path[path.count - 1]
        var parts = path.map(\.name)
        if command.isGroup { return (parts + ["COMMAND", "[options]"]).joined(separator: " ") }
        parts.append("[options]")
        for positional in command.positionals where !positional.isHidden {
            guard case .positional(let minimum, let maximum) = positional.form else { continue }
            let name = positional.name + (maximum == nil ? "..." : "")
            parts.append(minimum == 0 ? "[\(name)]" : name)
        }
        return parts.joined(separator: " ")
    }

    func render() -> String {
        var sections = [wrapped(command.summary) + "\n", style.bold("Usage:") + " \(Self.usage(path))\n"]
        if !command.discussion.isEmpty { sections.append(wrapped(command.discussion) + "\n") }
        if command.isGroup {
            sections.append(section("Commands", command.visibleSubcommands.map { ("  " + $0.name, $0.summary) }))
        }
        sections.append(section("Arguments", command.positionals.filter { !$0.isHidden }.map { ("  " + $0.name, details($0)) }))
        sections.append(section("Options", command.options.filter { !$0.isHidden }.map { (heading($0), details($0)) }))
        var global = command.globalOptions.map { (heading($0), details($0)) }
        global.append(("  -h, --help", "Show this help"))
        if path.count == 1 { global.append(("      --version", "Show the version")) }
        sections.append(section("Options of every command", global))
        sections.append(examples)
        if !command.isGroup { sections.append(section("Exit codes", exitCodes)) }
        if command.isGroup { sections.append("See '\(name) COMMAND --help' for one command.\n") }
        return sections.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func wrapped(_ text: String) -> String {
        DisplayWidth.wrapped(text, to: width).joined(separator: "\n")
    }

    /// `  -e, --env NAME`.
    private func heading(_ option: ArgumentDeclaration) -> String {
        let short = option.short.map { "  -\($0), " } ?? "      "
        switch option.form {
        case .option(let value, _): return short + "--\(option.name) \(value)"
        case .flag(let canNegate): return short + (canNegate ? "--[no-]\(option.name)" : "--\(option.name)")
        case .positional: return option.name
        }
    }

    private func details(_ argument: ArgumentDeclaration) -> String {
        var text = argument.help
        var remarks: [String] = []
        if case .words(let words) = argument.completion, !words.contains(where: { argument.help.contains($0) }) {
            remarks.append(words.joined(separator: ", "))
        }
        if let standard = argument.defaultText, !standard.isEmpty { remarks.append("default: \(standard)") }
        if case .option(_, repeats: true) = argument.form { remarks.append("may be repeated") }
        if !remarks.isEmpty { text += " (\(remarks.joined(separator: "; ")))" }
        return text
    }

    /// Two columns; what does not fit into the first one has its text on the next line.
    private func section(_ title: String, _ rows: [(heading: String, text: String)]) -> String {
        guard !rows.isEmpty else { return "" }
        let longest = rows.map { DisplayWidth.of($0.heading) }.max() ?? 0
        let column = min(longest, max(16, width * 2 / 5)) + 2
        let indentation = String(repeating: " ", count: column)
        var out = style.bold(title + ":") + "\n"
        for row in rows {
            var lines = DisplayWidth.wrapped(row.text, to: max(20, width - column))
            if DisplayWidth.of(row.heading) + 2 <= column {
                out += DisplayWidth.padded(row.heading, to: column) + lines.removeFirst() + "\n"
            } else {
                out += row.heading + "\n"
            }
            out += lines.map { indentation + $0 + "\n" }.joined()
        }
        return out
    }

    private var examples: String {
        guard !command.examples.isEmpty else { return "" }
        return style.bold("Examples:") + "\n"
            + command.examples.map { example in
                "  \(example.command)\n"
                    + DisplayWidth.wrapped(example.explanation, to: max(20, width - 6)).map { "      \($0)\n" }.joined()
            }.joined()
    }

    private var exitCodes: [(heading: String, text: String)] {
        var meanings: [ExitCode: String] = [:]
        for code in [ExitCode.success, .failure, .usage, .environment, .interrupted] { meanings[code] = code.meaning }
        for (code, meaning) in command.exitCodes { meanings[code] = meaning }
        return meanings.sorted { $0.key.rawValue < $1.key.rawValue }.map { ("  \($0.key.rawValue)", $0.value) }
    }
}
