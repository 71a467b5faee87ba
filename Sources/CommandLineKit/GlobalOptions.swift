package import Diagnostics

extension OutputFormat: ArgumentValue {}
extension ReportFormat: ArgumentValue {}

package enum ColorChoice: String, ArgumentValue, CaseIterable {
    case auto, always, never

    /// `auto`: on a terminal that is not `dumb`, unless `NO_COLOR` is set to anything (no-color.org).
    package func style(for terminal: Terminal, environment: [String: String]) -> TerminalStyle {
        switch self {
        case .always: .coloured
        case .never: .plain
        case .auto:
            terminal.isInteractive && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
                ? .coloured : .plain
        }
    }
}

/// The options that every command takes.
package struct GlobalOptions: Sendable {
    /// Folder of the project; nil where it is to be looked for from the current one.
    package var project: String?
    package var output: OutputFormat = .text
    package var color: ColorChoice = .auto
    package var isQuiet = false

    package init() {}

    /// - Parameter replaced: names of the options for which the command has its own; they keep their defaults here.
    init(_ arguments: ParsedArguments, replaced: Set<String>) {
        project = arguments[Self.project]
        if !replaced.contains(Self.output.declaration.name) { output = arguments[Self.output] }
        color = arguments[Self.color]
        isQuiet = arguments[Self.quiet]
    }

    package static let project = Argument<String?>.option(
        "project", short: "C", value: "DIR", help: "Folder of the project (default: the nearest one that has pipectl.yml)",
        completion: .directory)
    package static let output = Argument<OutputFormat>.option(
        "output", value: "FORMAT", default: .text, help: "How results are written: text for people, json for programs")
    package static let color = Argument<ColorChoice>.option(
        "color", value: "WHEN", default: .auto, help: "Colours: auto, always or never")
    package static let quiet = Argument<Bool>.flag("quiet", short: "q", help: "Only errors and results")

    package static let declarations = [
        project.declaration, output.declaration, color.declaration, quiet.declaration,
    ]
}
