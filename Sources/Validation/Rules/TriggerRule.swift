internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// Schedules: that they are ones, their time zones, and when they start the pipeline.
enum TriggerRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics = names(scope)
        var known: [Known] = []
        for trigger in scope.pipeline.triggers {
            let zone: Result<Zone, Refusal> = trigger.timeZone.map { Self.zone($0, scope) } ?? .success(.utc)
            if case .failure(let finding) = zone { diagnostics.append(finding.diagnostic) }
            do throws(CronSchedule.Problem) {
                let schedule = try CronSchedule(trigger.cron.value)
                diagnostics += check(schedule, trigger, scope)
                if case .success(let zone) = zone {
                    diagnostics += clockChanges(schedule, zone.rules, trigger, scope)
                    known.append(Known(schedule: schedule, zone: zone.name, trigger: trigger))
                }
            } catch {
                diagnostics.append(
                    scope.finding(.invalidValue, error.message, at: trigger.cron.range(ofBytes: error.place), help: error.help))
            }
        }
        return diagnostics + overlaps(known, scope)
    }

    private struct Known {
        let schedule: CronSchedule
        let zone: String
        let trigger: Trigger
    }

    private struct Zone {
        /// In lower case, one for all names of the zone.
        let name: String
        /// nil: no clock changes, or none that are known here.
        let rules: TimeZoneRules?

        static let utc = Zone(name: "utc", rules: nil)
    }

    private struct Refusal: Error { let diagnostic: Diagnostic }

    private static func names(_ scope: PipelineScope) -> [Diagnostic] {
        CaseRule.check(scope.pipeline.triggers.compactMap(\.name), word: "trigger", asset: scope.asset(nil))
    }

    private static func zone(_ written: Located<String>, _ scope: PipelineScope) -> Result<Zone, Refusal> {
        let byName = Zone(name: written.value.lowercased(), rules: nil)
        guard let zones = TimeZones.installed else { return .success(byName) }
        do {
            let rules = try zones.named(written.value)
            let isUTC = ["utc", "etc/utc", "gmt", "etc/gmt", "zulu", "etc/zulu", "uct", "universal"].contains(rules.name.lowercased())
            return .success(isUTC ? .utc : Zone(name: rules.name.lowercased(), rules: rules))
        } catch .unknown(_, let suggestion) {
            return .failure(
                Refusal(
                    diagnostic: scope.finding(
                        .expressionUnknownTimeZone, "there is no time zone '\(written.value)'", at: written.range,
                        help: suggestion.map { "did you mean \"\($0)\"?" })))
        } catch {
            // A damaged installation says nothing about the file.
            return .success(byName)
        }
    }

    private static func check(_ schedule: CronSchedule, _ trigger: Trigger, _ scope: PipelineScope) -> [Diagnostic] {
        if !schedule.everFires {
            return [
                scope.finding(
                    .scheduleNeverFires, "this schedule never starts the pipeline: no month it names has such a day", at: trigger.cron.range,
                    help: "name a day that one of its months has: February ends on the 28th or 29th, and April, June, September and November on the 30th")
            ]
        }
        guard schedule.meansEitherDay else { return [] }
        return [
            scope.finding(
                .scheduleEitherDay, "day of the month and day of the week are both given: cron starts on days that fit either of them",
                at: trigger.cron.range, help: "write * for one of them, unless both are meant")
        ]
    }

    /// Times of a few hours of the day that fall into the hour which is left out, or comes twice, when clocks change.
    private static func clockChanges(
        _ schedule: CronSchedule, _ rules: TimeZoneRules?, _ trigger: Trigger, _ scope: PipelineScope
    ) -> [Diagnostic] {
        // A schedule of many hours loses or gains little by one.
        guard let rules, schedule.everFires, schedule.hours.nonzeroBitCount <= 4, schedule.times.count <= 24 else { return [] }
        // Any one year far enough ahead: what is meant is the rule, not a date.
        let start = CivilDate(year: 2035, month: 1, day: 1)!.daysSinceEpoch
        let midday = (start...start + 365).map { offset(rules, day: $0) }
        var skipped: Int?
        var twice: Int?
        for index in 1..<midday.count where midday[index] != midday[index - 1] {
            for day in [start + index - 1, start + index] where schedule.fires(on: CivilDate(daysSinceEpoch: day)) {
                for time in schedule.times {
                    switch rules.resolve(local: Instant(microseconds: (Int64(day) * 1440 + Int64(time)) * 60_000_000)) {
                    case .skipped: skipped = skipped ?? time
                    case .ambiguous: twice = twice ?? time
                    case .unique: break
                    }
                }
            }
        }
        let (forward, back) = ("is left out on the day on which clocks go forward", "comes twice on the day on which")
        let found: String
        switch (skipped, twice) {
        case (nil, nil): return []
        case (let skipped?, nil): found = "\(text(skipped)) \(forward)"
        case (nil, let twice?): found = "\(text(twice)) \(back) clocks go back"
        case (let skipped?, let twice?):
            found = "\(text(skipped)) \(forward), and \(skipped == twice ? "" : text(twice) + " ")\(back) they go back"
        }
        return [
            scope.finding(
                .scheduleClockChange, "in \(rules.name), \(found)", at: trigger.cron.range,
                help: "choose another hour, or a time zone without summer time, such as UTC")
        ]
    }

    private static func offset(_ rules: TimeZoneRules, day: Int) -> Int {
        rules.offset(at: Instant(microseconds: (Int64(day) * 1440 + 720) * 60_000_000))
    }

    /// Two schedules in the same zone that start the pipeline in the same minute.
    private static func overlaps(_ known: [Known], _ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for (position, later) in known.enumerated() {
            // One finding a trigger is enough.
            for earlier in known[..<position] where earlier.zone == later.zone {
                guard let start = earlier.schedule.firstCommonStart(with: later.schedule) else { continue }
                let isSame = earlier.schedule == later.schedule
                diagnostics.append(
                    scope.finding(
                        .scheduleOverlap,
                        isSame
                            ? "another trigger starts the pipeline at the same times"
                            : "another trigger starts the pipeline at the same time, for example at \(text(start.minute)) on \(text(start.date))",
                        at: later.trigger.cron.range, labels: [.init(earlier.trigger.cron.range, "the other schedule")],
                        help: isSame ? "remove one of them" : "let one of them leave these times out, or make one schedule of both"))
                break
            }
        }
        return diagnostics
    }

    /// `03:30`
    private static func text(_ minute: Int) -> String { "\(Digits.padded(minute / 60, 2)):\(Digits.padded(minute % 60, 2))" }

    /// `a Monday, 1 May`: of a calendar that repeats, the year says nothing.
    private static func text(_ date: CivilDate) -> String {
        let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
        ]
        return "a \(weekdays[date.isoWeekday - 1]), \(date.day) \(months[date.month - 1])"
    }
}

extension TimeZones {
    /// The zones of this machine; nil where it has none, so that no name can be judged.
    static var installed: TimeZones? { FileSystem.exists("/usr/share/zoneinfo/UTC") ? .system : nil }
}

extension DiagnosticCode {
    static let scheduleNeverFires = DiagnosticCode(
        "schedule-never-fires", .warning, isAdvice: true, summary: "A schedule has no point in time.",
        explanation: "The days it names do not exist in the months it names, such as 30 February, so the trigger never starts the pipeline.",
        example: "triggers: [{ schedule: { cron: \"0 6 30 2 *\" } }]", fix: "triggers: [{ schedule: { cron: \"0 6 28 2 *\" } }]")
    static let scheduleEitherDay = DiagnosticCode(
        "schedule-either-day", .note, isAdvice: true, summary: "A schedule restricts both the day of the month and the day of the week.",
        explanation: "As crontab(5) has it, the schedule then holds on days that fit either of the two, not both: `0 6 13 * fri` starts on every 13th and on every Friday.",
        example: "triggers: [{ schedule: { cron: \"0 6 13 * fri\" } }]", fix: "triggers: [{ schedule: { cron: \"0 6 * * fri\" } }]")
    static let scheduleClockChange = DiagnosticCode(
        "schedule-clock-change", .note, isAdvice: true, summary: "A schedule names a time that summer time leaves out or repeats.",
        explanation: "Where clocks change, one hour in spring does not exist and one in autumn comes twice. A pipeline that is to run once a day should start at another hour, or by a zone without summer time.",
        example: "triggers: [{ schedule: { cron: \"30 2 * * *\", timezone: Europe/Berlin } }]",
        fix: "triggers: [{ schedule: { cron: \"30 4 * * *\", timezone: Europe/Berlin } }]")
    static let scheduleOverlap = DiagnosticCode(
        "schedule-overlap", .warning, isAdvice: true, summary: "Two triggers start the same pipeline in the same minute.",
        explanation: "The second run does what the first does, or waits for it and does it again. Remove one of the triggers, or let their times differ.",
        example: "triggers:\n  - { schedule: { cron: \"0 6 * * *\" } }\n  - { schedule: { cron: \"0 6 * * mon\" } }",
        fix: "triggers:\n  - { schedule: { cron: \"0 6 * * *\" } }")
}
