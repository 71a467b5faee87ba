internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// Schedules and their time zones.
enum TriggerRule: PipelineRule {
    static func check(_ scope: PipelineScope) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for trigger in scope.pipeline.triggers {
            if let problem = CronFields.problem(with: trigger.cron.value) {
                diagnostics.append(
                    scope.finding(
                        .invalidValue, problem, at: trigger.cron.range,
                        help: "write minute, hour, day of the month, month and day of the week: 30 3 * * mon-fri"))
            }
            if let zone = trigger.timeZone, let finding = check(zone, scope) { diagnostics.append(finding) }
        }
        return diagnostics
    }

    private static func check(_ zone: Located<String>, _ scope: PipelineScope) -> Diagnostic? {
        guard let zones = TimeZones.installed else { return nil }
        do {
            _ = try zones.named(zone.value)
            return nil
        } catch .unknown(_, let suggestion) {
            return scope.finding(
                .expressionUnknownTimeZone, "there is no time zone '\(zone.value)'", at: zone.range,
                help: suggestion.map { "did you mean \"\($0)\"?" })
        } catch {
            // A damaged installation says nothing about the file.
            return nil
        }
    }
}

extension TimeZones {
    /// The zones of this machine; nil where it has none, so that no name can be judged.
    static var installed: TimeZones? { FileSystem.exists("/usr/share/zoneinfo/UTC") ? .system : nil }
}
