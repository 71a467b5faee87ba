package import Diagnostics
internal import Support

/// `pipelines/<name>.yml`: what runs.
package struct Pipeline: Sendable {
    package let name: Located<String>
    package let description: String?
    package let parameters: [MapEntry<ParameterDeclaration>]
    package let variables: [MapEntry<VariableDeclaration>]
    package let triggers: [Trigger]
    /// Runs of this pipeline at a time in one environment.
    package let concurrency: Int
    package let activities: [Activity]
    package let range: SourceRange

    package static let codec = Codec<Pipeline>.object("pipeline", "A pipeline: activities and the order between them.") { r in
        let header = r.header(.pipeline)
        return Pipeline(
            name: header.name,
            description: header.description,
            parameters: r.defaulted("parameters", ParameterDeclaration.map, "Parameters of a run.", default: []),
            variables: r.defaulted(
                "variables", VariableDeclaration.codec.dictionary(keyCheck: Codec<String>.problemWithName),
                "Variables that activities set.", default: []),
            triggers: r.defaulted("triggers", Trigger.codec.list(), "What starts it.", default: []),
            concurrency: r.defaulted(
                "concurrency", .integer(minimum: 1), "Runs at a time in one environment.", default: 1, shown: 1),
            activities: r.required("activities", Activity.listCodec, "The steps."),
            range: r.range)
    }
}

/// What starts a pipeline.
package struct Trigger: Sendable {
    package let name: String?
    package let cron: Located<String>
    /// IANA or Windows name; nil is UTC.
    package let timeZone: Located<String>?

    private struct Schedule: Sendable {
        let cron: Located<String>
        let timeZone: Located<String>?
    }

    private static let schedule = Codec<Schedule>.object("schedule", "Points in time.") { r in
        Schedule(
            cron: r.required("cron", Codec<Located<String>>.locatedText, "Five fields: minute hour day month weekday."),
            timeZone: r.optional("timezone", Codec<Located<String>>.locatedText, "IANA or Windows time zone; default UTC."))
    }

    package static let codec = Codec<Trigger>.object("trigger", "What starts the pipeline.") { r in
        let name = r.optional("name", .name, "Name of the trigger.")
        let schedule = r.required("schedule", schedule, "Points in time.")
        return Trigger(name: name, cron: schedule.cron, timeZone: schedule.timeZone)
    }
}
