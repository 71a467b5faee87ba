internal import CommandLineKit
internal import Diagnostics
internal import Runtime
internal import State
internal import Support
internal import Synchronization

/// One JSON object a line.
struct JSONRunObserver: RunObserver {
    let output: Terminal

    func receive(_ event: RunEvent) {
        output.write(VisibleText.withoutCommands(json: SecretScrubber.shared.scrub(json(event)).text(.canonical)) + "\n")
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
