/// Where an expression gets values from. The evaluator answers these itself.
enum ContextFunctions {
    static let table: [FunctionDefinition] = [
        .init(
            "pipeline", .context, "The run of this pipeline: parameters, globalParameters, Pipeline, RunId, TriggerTime, TriggerType, GroupId.",
            returns: .object, .special(.object(.pipeline))),
        .init(
            "variables", .context, "The value of a variable of the pipeline.", [.init("name", .string)], returns: .any,
            .special(.variables)),
        .init(
            "activity", .context, "What an earlier activity left: output, status and error.", [.init("name", .string)],
            returns: .object, .special(.activity)),
        .init("item", .context, "The element that forEach or filter is at.", returns: .any, .special(.item)),
        .init(
            "trigger", .context, "What started the run: startTime, scheduledTime.", returns: .object,
            .special(.object(.trigger))),
        .init(
            "secret", .context, "A secret of the environment's store, in its latest or the given version.",
            [.init("name", .string), .init("version", .string, optional: true)], returns: .string, .special(.secret)),
        .init(
            "vaultSecret", .context, "A secret of another vault that the environment maps to a store, in its latest or the given version.",
            [.init("vault", .string), .init("name", .string), .init("version", .string, optional: true)], returns: .string,
            .special(.vaultSecret)),
        .init(
            "env", .context, "An environment variable of the process, or the default.",
            [.init("name", .string), .init("default", .any, optional: true)],
            returns: { $0.count < 2 || $0[1] == .string ? .string : .any }, .special(.env)),
        .init(
            "environment", .context, "The environment file: name and variables.", returns: .object,
            .special(.object(.environment))),
        .init("run", .context, "The current run: id, startedAt.", returns: .object, .special(.object(.run))),
    ]
}
