internal import Assets
internal import Diagnostics
internal import Support

/// Time limits that cannot work as they are written.
enum TimeoutRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var limits: [Limit] = []
        func visit(_ activities: [Activity], _ outer: Limit?) {
            for activity in activities {
                let limit = activity.timeout.map { Limit(activity: activity, timeout: $0, outer: outer) }
                if let limit { limits.append(limit) }
                let inside = limit.map { $0.timeout < outer?.timeout ?? $0.timeout + .seconds(1) ? $0 : outer } ?? outer
                for list in activity.kind.lists { visit(list, inside) }
            }
        }
        visit(scope.pipeline.activities, nil)
        return limits.compactMap { impossible($0, scope) } + tooLong(scope)
    }

    private struct Limit {
        let activity: Activity
        let timeout: Duration
        let range: SourceRange
        /// The shortest limit around it.
        let outer: (name: String, timeout: Duration)?

        init(activity: Activity, timeout: Located<Duration>, outer: Limit?) {
            self.activity = activity
            self.timeout = timeout.value
            range = timeout.range
            self.outer = outer.map { ($0.activity.name.value, $0.timeout) }
        }
    }

    private static func impossible(_ limit: Limit, _ scope: PipelineScope) -> Diagnostic? {
        let text = Durations.written(limit.timeout)
        func finding(_ message: String, help: String) -> Diagnostic {
            scope.finding(.impossibleTimeout, message, at: limit.range, in: limit.activity, help: help)
        }
        if limit.timeout == .zero {
            return finding("a timeout of 0 leaves the activity no time at all", help: "leave \"timeout\" out where there is to be no limit")
        }
        if let wait = limit.activity.kind.knownWait, wait >= limit.timeout {
            return finding(
                wait == limit.timeout
                    ? "it waits \(text) and may take no longer than that, so chance decides whether it fails"
                    : "it waits \(Durations.written(wait)) and may take \(text), so it always fails",
                help: "give it more time than it waits")
        }
        if let outer = limit.outer, limit.timeout > outer.timeout {
            return finding(
                "its timeout of \(text) is never reached: \"\(outer.name)\" around it ends after \(Durations.written(outer.timeout))",
                help: "make it shorter, or that of \"\(outer.name)\" longer")
        }
        return nil
    }

    /// Activities that may, or will, go on when the next run is due. What stands in one with a limit ends with it.
    private static func tooLong(_ scope: PipelineScope) -> [Diagnostic] {
        // No two starts are closer than a minute, and to find the closest takes a while.
        var mayBeLong = false
        scope.pipeline.forEachActivity { activity in
            mayBeLong = mayBeLong || activity.timeout != nil || activity.kind.knownWait ?? .zero > .seconds(60)
        }
        guard mayBeLong, let (minutes, cron) = interval(of: scope.pipeline) else { return [] }
        let interval = Duration.seconds(minutes * 60)
        var diagnostics: [Diagnostic] = []
        func visit(_ activities: [Activity]) {
            for activity in activities {
                if let finding = tooLong(activity, interval, cron, scope) {
                    diagnostics.append(finding)
                } else if activity.timeout == nil {
                    for list in activity.kind.lists { visit(list) }
                }
            }
        }
        visit(scope.pipeline.activities)
        return diagnostics
    }

    private static func tooLong(_ activity: Activity, _ interval: Duration, _ cron: SourceRange, _ scope: PipelineScope) -> Diagnostic? {
        let due = "the next run is due after \(Durations.written(interval))"
        func finding(_ message: String, _ range: SourceRange, labels: [Diagnostic.Label] = [], help: String) -> Diagnostic {
            scope.finding(
                .longTimeout, message + due, at: range, in: activity, labels: [.init(cron, "this schedule")] + labels,
                help: help + ", start the pipeline less often, or let more runs go on at a time (concurrency)")
        }
        if let wait = activity.kind.knownWait {
            // What always fails at its limit has been told.
            guard wait > interval, activity.timeout.map({ $0.value > wait }) ?? true, case .wait(let seconds) = activity.kind else { return nil }
            return finding("it waits \(Durations.written(wait)), and ", seconds.range, help: "wait less")
        }
        guard let timeout = activity.timeout else { return nil }
        if timeout.value > interval {
            return finding("it may take \(Durations.written(timeout.value)), and ", timeout.range, help: "shorten the timeout")
        }
        guard let retries = activity.retry.range, activity.retry.count > 0 else { return nil }
        let whole = activity.retry.longest(attempt: timeout.value)
        guard whole > interval else { return nil }
        return finding(
            "its \(activity.retry.count + 1) attempts may together take \(Durations.written(whole)), and ", timeout.range,
            labels: [.init(retries, "each attempt may take that long, after a pause")], help: "shorten the timeout, retry less often")
    }

    /// Between two starts, where the pipeline runs once at a time.
    private static func interval(of pipeline: Pipeline) -> (minutes: Int, cron: SourceRange)? {
        guard pipeline.concurrency == 1 else { return nil }
        return pipeline.triggers.compactMap { trigger in
            (try? CronSchedule(trigger.cron.value))?.shortestInterval.map { ($0, trigger.cron.range) }
        }.min { $0.0 < $1.0 }
    }
}

extension ActivityKind {
    /// How long it waits, where that is written down.
    fileprivate var knownWait: Duration? { if case .wait(let seconds) = self { seconds.literal.map { .seconds($0) } } else { nil } }
}

extension Activity.Retry {
    /// All attempts, each of which takes as long as it may, with the pauses between them; a year stands for more.
    fileprivate func longest(attempt: Duration) -> Duration {
        let year = Duration.seconds(365 * 86400)
        var (total, pause) = (min(attempt, year), min(interval, year))
        // A thousand attempts are enough for any answer, and few enough to count.
        for _ in 0..<min(count, 1000) {
            total = min(total + pause + attempt, year)
            pause = min(pause * backoff, year)
        }
        return total
    }
}

extension DiagnosticCode {
    static let impossibleTimeout = DiagnosticCode(
        "impossible-timeout", .warning, isAdvice: true, summary: "A time limit always or never takes effect.",
        explanation: "It leaves no time at all, is not longer than what the activity waits, or is longer than the limit of the activity around it, which ends first.",
        example: "- { name: a, type: wait, seconds: 600, timeout: 5m }", fix: "- { name: a, type: wait, seconds: 600, timeout: 15m }")
    static let longTimeout = DiagnosticCode(
        "long-timeout", .warning, isAdvice: true, summary: "An activity may take longer than the time between two starts of its pipeline.",
        explanation: "The pipeline runs once at a time, so the next start has to wait, and delays add up. The limit holds for each attempt: retries and the pauses before them count as well. So does a `wait` that is longer than that. Shorten the time limit, start the pipeline less often, or raise `concurrency`.",
        example: "triggers: [{ schedule: { cron: \"*/15 * * * *\" } }]\nactivities:\n  - { name: load, type: copy, timeout: 1h, ... }",
        fix: "triggers: [{ schedule: { cron: \"*/15 * * * *\" } }]\nactivities:\n  - { name: load, type: copy, timeout: 10m, ... }")
}
