internal import CommandLineKit
internal import Diagnostics
internal import Runtime
internal import State
internal import Support
internal import Synchronization

/// A run as it goes, on a terminal: what is done stays above, what is running is drawn below with its progress.
final class LiveRunObserver: RunObserver, @unchecked Sendable {
    // Events come one at a time (RunEvents), the ticker's drawing is behind the same lock.
    private struct Running {
        let path: String
        let type: String
        let started: ContinuousClock.Instant
        var fraction: Double?
    }

    private let terminal: Terminal
    private let words: RunWords
    private let style: TerminalStyle
    private let lock = Mutex(())
    private var view: LiveView
    private var running: [Running] = []
    private var waiting: [String] = []
    /// The run that was asked for; others are runs it started.
    private var root: String?
    private var pathWidth = 20
    private var ticker: Task<Void, Never>?
    private var spinner = 0

    init(terminal: Terminal, style: TerminalStyle) {
        self.terminal = terminal
        self.style = style
        words = RunWords(style: style)
        view = LiveView(terminal)
    }

    func receive(_ event: RunEvent) {
        lock.withLock { _ in
            switch event {
            case .runStarted(let run):
                guard root == nil else { return }
                root = run.id
                waiting = run.activities.map(\.path)
                pathWidth = max(pathWidth, waiting.map { DisplayWidth.of($0) }.max() ?? 0)
                view.write(above: "\(style.bold(run.pipeline)) in \(style.bold(run.environment))  \(style.dim("run \(run.id)\(run.isResumed ? ", resumed" : "")"))")
                startTicker()
            case .activityStarted(let path, let type, _):
                waiting.removeAll { $0 == path }
                running.append(Running(path: path, type: type, started: ContinuousClock().now))
            case .activityProgress(let path, let fraction):
                if let index = running.firstIndex(where: { $0.path == path }) { running[index].fraction = fraction }
            case .activityFinished(let activity):
                running.removeAll { $0.path == activity.path }
                waiting.removeAll { $0 == activity.path }
                view.write(above: words.finished(activity, pathWidth: pathWidth))
            case .check(let check):
                if let text = words.check(check) { view.write(above: text) }
            case .message(let path, let level, let text):
                view.write(above: "\(level.rawValue): \(path.map { VisibleText.escaped($0) + ": " } ?? "")\(VisibleText.escaped(text))")
            case .runFinished(let result):
                guard result.id == root else { return }
                running = []
                view.clear()
                view.write(above: words.ended(result))
                ticker?.cancel()
                return
            }
            draw()
        }
    }

    private func startTicker() {
        guard ticker == nil else { return }
        ticker = Task { [weak self] in
            while !Task.isCancelled {
                do { try await Task.sleep(for: .milliseconds(120)) } catch { return }
                guard let self else { return }
                self.lock.withLock { _ in if !Task.isCancelled { self.draw() } }
            }
        }
    }

    private static let frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

    private func draw() {
        spinner += 1
        let frame = Self.frames[spinner % Self.frames.count]
        let now = ContinuousClock().now
        var lines = running.map { activity in
            let path = DisplayWidth.padded(VisibleText.escaped(activity.path), to: pathWidth)
            let type = DisplayWidth.padded(activity.type, to: 9)
            return "\(style(frame, .cyan)) \(path)  \(type)  \(words.leftPadded(Durations.text(now - activity.started), 7))\(bar(activity.fraction))"
        }
        if !waiting.isEmpty {
            let names = waiting.prefix(6).map { VisibleText.escaped($0) }.joined(separator: ", ")
            lines.append(style.dim("  \(waiting.count) to come: \(names)\(waiting.count > 6 ? ", …" : "")"))
        }
        view.update(lines)
    }

    private func bar(_ fraction: Double?) -> String {
        guard let fraction, fraction > 0 else { return "" }
        let filled = Int((min(fraction, 1) * 20).rounded())
        return "  " + style(String(repeating: "━", count: filled), .cyan) + style.dim(String(repeating: "─", count: 20 - filled)) + " \(Int(min(fraction, 1) * 100))%"
    }
}
