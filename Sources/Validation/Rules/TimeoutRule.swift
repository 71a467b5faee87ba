internal import Assets
internal import Diagnostics
internal import Support

/// Time limits that cannot work as they are written.
enum TimeoutRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var limits: [Limit] = []
        func visit(_ activities: [Activity], _ outer: Limit?) {
            for activity in activities {
                var inside = outer
                if let timeout = activity.timeout {
                    let limit = Limit(activity: activity, timeout: timeout, outer: outer)
                    limits.append(limit)
                    if timeout < outer?.timeout ?? timeout + .seconds(1) { inside = limit }
                }
                for list in activity.kind.lists { visit(list, inside) }
            }
        }
        visit(scope.pipeline.activities, nil)
        guard !limits.isEmpty else { return [] }
        let interval = interval(of: scope.pipeline)
        return limits.compactMap { check($0, interval, scope) }
    }

    private struct Limit {
        let activity: Activity
        let timeout: Duration
        private let outerName: String?
        private let outerTimeout: Duration?

        init(activity: Activity, timeout: Duration, outer: Limit?) {
            self.activity = activity
            self.timeout = timeout
            outerName = outer?.activity.name.value
            outerTimeout = outer?.timeout
        }

        /// The shortest limit around it.
        var outer: (name: String, timeout: Duration)? { outerName.flatMap { name in outerTimeout.map { (name, $0) } } }
    }

    private static func check(_ limit: Limit, _ interval: (minutes: Int, cron: SourceRange)?, _ scope: PipelineScope) -> Diagnostic? {
        let activity = limit.activity
        let text = Durations.text(limit.timeout)
        func finding(_ message: String, labels: [Diagnostic.Label] = [], help: String) -> Diagnostic {
            scope.finding(.impossibleTimeout, message, at: activity.name.range, in: activity, labels: labels, help: help)
        }
        if limit.timeout == .zero {
            return finding("a timeout of 0 leaves the activity no time at all", help: "leave \"timeout\" out where there is to be no limit")
        }
        if case .wait(let seconds) = activity.kind, let seconds = seconds.literal, .seconds(seconds) >= limit.timeout {
            return finding("it waits \(seconds) seconds and may take \(text), so it always fails", help: "give it more time than it waits")
        }
        if let outer = limit.outer, limit.timeout > outer.timeout {
            return finding(
                "its timeout of \(text) is never reached: \"\(outer.name)\" around it ends after \(Durations.text(outer.timeout))",
                help: "make it shorter, or that of \"\(outer.name)\" longer")
        }
        if let interval, limit.timeout > .seconds(interval.minutes * 60) {
            return scope.finding(
                .longTimeout, "it may take \(text), and the next run is due after \(Durations.text(.seconds(interval.minutes * 60)))",
                at: activity.name.range, in: activity, labels: [.init(interval.cron, "this schedule")],
                help: "shorten the timeout, start the pipeline less often, or let more runs go on at a time (concurrency)")
        }
        return nil
    }

    /// Between two starts, where the pipeline runs once at a time.
    private static func interval(of pipeline: Pipeline) -> (minutes: Int, cron: SourceRange)? {
        guard pipeline.concurrency == 1 else { return nil }
        return pipeline.triggers.compactMap { trigger in
            (try? CronSchedule(trigger.cron.value))?.shortestInterval.map { ($0, trigger.cron.range) }
        }.min { $0.0 < $1.0 }
    }
}

extension DiagnosticCode {
    static let impossibleTimeout = DiagnosticCode(
        "impossible-timeout", .warning, isAdvice: true, summary: "A time limit always or never takes effect.",
        explanation: "It leaves no time at all, is shorter than what the activity waits, or is longer than the limit of the activity around it, which ends first.",
        example: "- { name: a, type: wait, seconds: 600, timeout: 5m }", fix: "- { name: a, type: wait, seconds: 600, timeout: 15m }")
    static let longTimeout = DiagnosticCode(
        "long-timeout", .warning, isAdvice: true, summary: "An activity may take longer than the time between two starts of its pipeline.",
        explanation: "The pipeline runs once at a time, so the next start has to wait, and delays add up. Shorten the time limit, start the pipeline less often, or raise `concurrency`.",
        example: "triggers: [{ schedule: { cron: \"*/15 * * * *\" } }]\nactivities:\n  - { name: load, type: copy, timeout: 1h, ... }",
        fix: "triggers: [{ schedule: { cron: \"*/15 * * * *\" } }]\nactivities:\n  - { name: load, type: copy, timeout: 10m, ... }")
}
