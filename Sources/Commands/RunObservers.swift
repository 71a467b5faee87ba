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

/// One JSON object a line.
struct JSONRunObserver: RunObserver {
    let output: Terminal

    func receive(_ event: RunEvent) {
        output.write(json(event).text(.canonical) + "\n")
        output.flush()
    }

    private func json(_ event: RunEvent) -> JSONValue {
        switch event {
        case .runStarted(let run):
            return [
                "event": "runStarted", "run": .string(run.id), "pipeline": .string(run.pipeline),
                "environment": .string(run.environment), "resumed": .bool(run.isResumed),
                "activities": .array(run.activities.map { ["activity": .string($0.path), "type": .string($0.type)] }),
            ]
        case .activityStarted(let path, let type, let attempt):
            return ["event": "activityStarted", "activity": .string(path), "type": .string(type), "attempt": .integer(Int64(attempt))]
        case .activityProgress(let path, let fraction):
            return ["event": "activityProgress", "activity": .string(path), "fraction": .double(fraction)]
        case .activityFinished(let activity):
            var object: JSONObject = [
                "event": "activityFinished", "activity": .string(activity.path), "type": .string(activity.type),
                "status": .string(activity.status.rawValue), "attempt": .integer(Int64(activity.attempt)),
                "seconds": .double(activity.duration.seconds), "fromEarlierAttempt": .bool(activity.isFromEarlierAttempt),
            ]
            if let message = activity.message { object["message"] = .string(message) }
            for (key, value) in activity.metrics.counts { object[key] = .integer(Int64(value)) }
            if let table = activity.metrics.table { object["table"] = .string(table) }
            if let version = activity.metrics.version { object["version"] = .integer(version) }
            return .object(object)
        case .check(let check):
            return [
                "event": "check", "activity": .string(check.path), "check": .string(check.title), "type": .string(check.type),
                "onViolation": .string(check.onViolation), "violations": .integer(Int64(check.violations)),
                "passed": .bool(check.passed), "sample": .array(check.sample.map { .string($0) }),
            ]
        case .message(let path, let level, let text):
            return ["event": "message", "activity": path.map { .string($0) } ?? .null, "level": .string(level.rawValue), "text": .string(text)]
        case .runFinished(let result):
            return [
                "event": "runFinished", "run": .string(result.id), "status": .string(result.status.rawValue),
                "seconds": .double(result.duration.seconds), "message": result.message.map { .string($0) } ?? .null,
            ]
        }
    }
}

extension Duration {
    /// Seconds, to the millisecond.
    var seconds: Double { (Double(components.seconds) * 1000 + (Double(components.attoseconds) / 1e15).rounded()) / 1000 }
}

extension ActivityMetrics {
    var counts: [(String, Int)] {
        [("rowsRead", rowsRead), ("rowsWritten", rowsWritten), ("rowsDropped", rowsDropped), ("rowsQuarantined", rowsQuarantined)]
            .compactMap { name, value in value.map { (name, $0) } }
    }
}

/// Words for what happened, shared by the plain lines and the live view.
struct RunWords {
    let style: TerminalStyle

    func finished(_ activity: ActivitySummary, pathWidth: Int) -> String {
        let path = DisplayWidth.padded(VisibleText.escaped(activity.path), to: pathWidth)
        var text = "\(mark(activity.status)) \(path)  \(DisplayWidth.padded(activity.type, to: 9))"
        if activity.isFromEarlierAttempt { return text + "  " + style.dim("done before") }
        if activity.status == .skipped || activity.status == .cancelled {
            return text + "  " + style.dim("\(activity.status.rawValue): \(VisibleText.escaped(activity.message ?? ""))")
        }
        text += "  \(leftPadded(Durations.text(activity.duration), 7))"
        let metrics = activity.metrics
        if let rows = metrics.rowsWritten { text += "  \(leftPadded(grouped(rows), 11)) rows" }
        if let table = metrics.table {
            text += "  \(VisibleText.escaped(table))" + (metrics.version.map { style.dim(" v\($0)") } ?? "")
        }
        if let rows = metrics.rowsQuarantined, rows > 0 { text += style("  \(grouped(rows)) quarantined", .yellow) }
        if let rows = metrics.rowsDropped, rows > 0 { text += style("  \(grouped(rows)) dropped", .yellow) }
        if activity.attempt > 1 { text += style.dim("  attempt \(activity.attempt)") }
        if let message = activity.message { text += lines(of: message) }
        return text
    }

    /// Below the activity, indented. What an engine says beyond a few lines is general advice; the log keeps it.
    private func lines(of message: String) -> String {
        let lines = message.split(whereSeparator: \.isNewline).prefix(4)
        return lines.map { "\n    " + style(VisibleText.escaped(String($0)), .red) }.joined()
    }

    func check(_ check: CheckSummary) -> String? {
        guard !check.passed, check.onViolation == "warn" else { return nil }
        let sample = check.sample.first.map { ", for example \(VisibleText.escaped($0))" } ?? ""
        return style("! \(VisibleText.escaped(check.path)): \(VisibleText.escaped(check.title)) does not hold for \(grouped(check.violations))\(sample)", .yellow)
    }

    func ended(_ result: RunResult) -> String {
        let how =
            switch result.status {
            case .succeeded: style("succeeded", .bold, .green)
            case .cancelled: style("interrupted", .bold, .yellow)
            default: style(result.status.rawValue, .bold, .red)
            }
        var text = "run \(result.id) of \(result.pipeline) in \(result.environment) \(how) after \(Durations.text(result.duration))"
        if let message = result.message { text += ": \(VisibleText.escaped(message))" }
        if result.status != .succeeded { text += "\n  go on with it: pipectl run --env \(result.environment) --resume \(result.id)" }
        return text
    }

    func mark(_ status: ActivityStatus) -> String {
        switch status {
        case .succeeded: style("✓", .green)
        case .failed: style("✗", .red)
        case .skipped, .cancelled, .interrupted: style("-", .yellow)
        case .pending, .running: style("•", .cyan)
        }
    }

    func grouped(_ number: Int) -> String {
        var digits = String(abs(number))
        var parts: [String] = []
        while digits.count > 3 {
            parts.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        return (number < 0 ? "-" : "") + ([digits] + parts).joined(separator: ",")
    }

    func leftPadded(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
}

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
