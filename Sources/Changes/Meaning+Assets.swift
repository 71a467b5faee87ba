internal import AssetLoading
internal import Assets
internal import Diagnostics
internal import Expressions
internal import Support
internal import YAML

extension Meaning {
    static func pipeline(_ file: LoadedPipeline) -> Meaning? {
        guard let pipeline = file.pipeline else { return nil }
        var fields = JSONObject()
        fields.set("description", pipeline.description)
        fields.set("concurrency", pipeline.concurrency)
        let parts =
            pipeline.parameters.map { parameter($0) }
            + pipeline.variables.map { entry in
                var fields: JSONObject = ["type": .string(entry.value.type.rawValue)]
                fields["default"] = entry.value.initialValue
                return Meaning(.variable, entry.name, fields: fields, place: entry.key.range)
            }
            + pipeline.triggers.map(trigger) + activities(pipeline.activities, in: nil, of: file)
            + file.lostActivities.enumerated().map { .unreadable(.activity, $1.name ?? "(\($0 + 1))", file.path, file.diagnostics) }
        return Meaning(.pipeline, pipeline.name.value, fields: fields, parts: parts, place: pipeline.range)
    }

    private static func parameter(_ entry: MapEntry<ParameterDeclaration>) -> Meaning {
        var fields: JSONObject = ["type": .string(entry.value.type.rawValue)]
        fields.set("default", entry.value.defaultValue)
        fields.set("description", entry.value.description)
        return Meaning(.parameter, entry.name, fields: fields, place: entry.key.range)
    }

    /// One without a name is known by when it starts.
    private static func trigger(_ trigger: Trigger) -> Meaning {
        let zone = trigger.timeZone?.value ?? "UTC"
        let schedule = (try? CronSchedule(trigger.cron.value)).map { CronWords.text($0) }
        let words = "\(schedule ?? trigger.cron.value), \(zone)"
        guard let name = trigger.name else { return Meaning(.trigger, words, place: trigger.cron.range) }
        return Meaning(.trigger, name.value, fields: ["schedule": .string(words)], place: trigger.cron.range)
    }

    static func project(_ project: Project) -> Meaning {
        var fields: JSONObject = ["name": .string(project.name.value)]
        fields.set("description", project.description)
        fields.set("defaultEnvironment", project.defaultEnvironment?.value)
        fields["layers"] = .texts(project.layers.map(\.value))
        fields.set("folders.pipelines", FileSystem.normalise(project.folders.pipelines))
        fields.set("folders.environments", FileSystem.normalise(project.folders.environments))
        fields.set("folders.templates", FileSystem.normalise(project.folders.templates))
        fields.set("folders.schemas", FileSystem.normalise(project.folders.schemas))
        fields.set("folders.notebooks", FileSystem.normalise(project.folders.notebooks))
        let parts =
            project.globalParameters.map { Meaning(.globalParameter, $0.name, fields: ["value": $0.value], place: $0.key.range) }
            + project.ruleLevels.map { Meaning(.rule, $0.name, fields: ["level": .string($0.value.rawValue)], place: $0.key.range) }
        return Meaning(.project, Project.fileName, fields: fields, parts: parts, place: project.name.range)
    }

    static func schema(_ schema: SourceSchema) -> Meaning {
        func relation(_ kind: Kind, _ entry: MapEntry<SourceSchema.Relation>) -> Meaning {
            var fields = JSONObject()
            fields.set(names: entry.value.key.map(\.value), "key")
            return Meaning(kind, entry.name, fields: fields, parts: columns(entry.value.columns), place: entry.value.range)
        }
        let parts =
            schema.tables.map { relation(.table, $0) } + schema.files.map { relation(.file, $0) }
            + schema.queries.map { query in
                Meaning(.query, query.text.value, parts: columns(query.columns), place: query.text.range)
            }
        return Meaning(.sourceSchema, schema.connection.value, parts: parts, place: schema.range)
    }

    private static func columns(_ entries: [MapEntry<String>]) -> [Meaning] {
        entries.enumerated().map { index, entry in
            Meaning(.column, entry.name, fields: ["type": .string(entry.value), "position": .integer(Int64(index + 1))], place: entry.key.range)
        }
    }

    /// The body as it is written: what it means is told where it is used.
    static func template(_ template: Template) -> Meaning {
        var fields = JSONObject()
        fields.set("description", template.description)
        let activities = template.body.items.enumerated().map { index, node in
            var fields = JSONObject()
            for (key, value) in node.pairs where key.text != "name" { set(value, key.text ?? "", &fields) }
            return Meaning(.activity, node["name"]?.text ?? "\(index + 1)", fields: fields, place: node.range)
        }
        return Meaning(
            .template, template.name.value, fields: fields, parts: template.parameters.map { parameter($0) } + activities, place: template.range)
    }

    private static func set(_ node: YAMLNode, _ key: String, _ fields: inout JSONObject) {
        if node.kind == .mapping, node.count > 0 {
            for (inner, value) in node.pairs { set(value, "\(key).\(inner.text ?? "")", &fields) }
        } else {
            fields[key] = written(node)
        }
    }

    /// Expressions in their normal spelling.
    private static func written(_ node: YAMLNode) -> JSONValue {
        switch node.kind {
        case .null: return .null
        case .scalar:
            guard node.mayHoldExpression, let text = node.text else { return node.json }
            return .string(DynamicText.parse(text, path: node.range.path, position: node.positions()).0.description)
        case .sequence: return .array(node.items.map { written($0) })
        case .mapping: return .object(JSONObject(node.pairs.map { ($0.key.text ?? "", written($0.value)) }))
        }
    }
}
