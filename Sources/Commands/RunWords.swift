internal import CommandLineKit
internal import Diagnostics
internal import Runtime
internal import State
internal import Support
internal import Synchronization

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
