package import Support

/// The JSON Schemas of the asset files, from the declarations that decode them.
package enum AssetSchemas {
    private static let kinds: [(AssetKind, SchemaNode)] = [
        (.project, Project.codec.schema), (.environment, Environment.codec.schema), (.pipeline, Pipeline.codec.schema),
        (.template, Template.codec.schema), (.sourceSchema, SourceSchema.codec.schema),
    ]

    /// One schema for all kinds (told apart by `kind`), or that of one kind. Draft 2020-12.
    package static func document(for kind: AssetKind? = nil) -> JSONValue {
        var document: JSONObject = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": .string("pipectl " + (kind.map(\.word) ?? "asset")),
        ]
        var definitions: JSONObject = [
            "activities": Activity.list.schema.jsonSchema, "dependencies": Activity.dependencyList.schema.jsonSchema,
        ]
        if let kind, let node = kinds.first(where: { $0.0 == kind })?.1 {
            for (key, value) in node.jsonSchema.asObject?.members ?? [] { document[key] = value }
        } else {
            for (kind, node) in kinds { definitions[kind.definitionName] = node.jsonSchema }
            document["type"] = "object"
            document["required"] = ["kind"]
            document["allOf"] = .array(
                kinds.map { kind, _ in
                    [
                        "if": ["properties": ["kind": ["const": .string(kind.rawValue)]]],
                        "then": ["$ref": .string("#/$defs/" + kind.definitionName)],
                    ]
                })
        }
        document["$defs"] = .object(definitions)
        return .object(document)
    }
}
