internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support

/// Schedules and their time zones.
enum TriggerRules {
    static func check(_ project: LoadedProject) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for file in project.pipelines {
            let asset = "pipeline \(file.asset.name.value)"
            for trigger in file.asset.triggers {
                if let problem = CronFields.problem(with: trigger.cron.value) {
                    diagnostics.append(
                        Diagnostic(
                            .invalidValue, problem, at: trigger.cron.range,
                            help: "write minute, hour, day of the month, month and day of the week: 30 3 * * mon-fri", asset: asset))
                }
                if let zone = trigger.timeZone, let finding = check(zone, asset: asset) { diagnostics.append(finding) }
            }
        }
        return diagnostics
    }

    private static func check(_ zone: Located<String>, asset: String) -> Diagnostic? {
        guard let zones = TimeZones.installed else { return nil }
        do {
            _ = try zones.named(zone.value)
            return nil
        } catch .unknown(_, let suggestion) {
            return Diagnostic(
                .expressionUnknownTimeZone, "there is no time zone '\(zone.value)'", at: zone.range,
                help: suggestion.map { "did you mean \"\($0)\"?" }, asset: asset)
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
