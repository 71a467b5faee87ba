internal import CommandLineKit
internal import Diagnostics
internal import Runtime
internal import State
internal import Support
internal import Synchronization

/// Plain lines, one as each activity ends: for pipes, files and CI logs.
final class LineRunObserver: RunObserver {
    private let output: Terminal
    private let words: RunWords
    private let isQuiet: Bool
    private let pathWidth = Mutex(20)

    init(output: Terminal, style: TerminalStyle, isQuiet: Bool) {
        self.output = output
        self.isQuiet = isQuiet
        words = RunWords(style: style)
    }

    func receive(_ event: RunEvent) {
        if let line = line(event) {
            output.write(line + "\n")
            output.flush()
        }
    }

    private func line(_ event: RunEvent) -> String? {
        switch event {
        case .runStarted(let run):
            pathWidth.withLock { width in width = max(width, run.activities.map { DisplayWidth.of($0.path) }.max() ?? 0) }
            guard !isQuiet else { return nil }
            return "run \(run.id) of \(run.pipeline) in \(run.environment)\(run.isResumed ? ", resumed" : "")"
        case .activityStarted, .activityProgress: return nil
        case .activityFinished(let activity):
            if isQuiet, activity.status == .succeeded { return nil }
            return words.finished(activity, pathWidth: pathWidth.withLock { $0 })
        case .check(let check): return words.check(check)
        case .message(let path, let level, let text):
            if isQuiet, level == .info { return nil }
            return "\(level.rawValue): \(path.map { VisibleText.escaped($0) + ": " } ?? "")\(VisibleText.escaped(text))"
        case .runFinished(let result): return words.ended(result)
        }
    }
}
