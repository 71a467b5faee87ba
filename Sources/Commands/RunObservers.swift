internal import CommandLineKit
internal import Diagnostics
internal import Runtime
internal import State
internal import Support
internal import Synchronization

/// The ways in which a run is shown.
enum RunObservers {
    static func make(in context: CommandContext) -> any RunObserver {
        switch context.global.output {
        case .json: JSONRunObserver(output: context.output)
        case .text:
            context.output.isInteractive && !context.global.isQuiet
                ? LiveRunObserver(terminal: context.output, style: context.style)
                : LineRunObserver(output: context.output, style: context.style, isQuiet: context.global.isQuiet)
        }
    }
}
