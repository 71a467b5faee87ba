package import Support

/// The shape of a value, from which JSON Schema is written and error messages are worded.
package indirect enum SchemaNode: Sendable {
    case any
    case string(pattern: String?, values: [String]?)
    case integer(minimum: Int?)
    case number
    case boolean
    case array(SchemaNode)
    /// Any keys, values of one shape.
    case map(SchemaNode)
    case object(ObjectSchema)
    case oneOf([SchemaNode])
    /// A shape defined once under `$defs`, for recursion and reuse.
    case reference(String)
    /// The shape, or text with an expression.
    case dynamic(SchemaNode)
}

package struct ObjectSchema: Sendable {
    package struct Field: Sendable {
        package let key: String
        package let schema: SchemaNode
        package let isRequired: Bool
        package let documentation: String
        package let defaultValue: JSONValue?
    }

    package var name: String
    package var documentation: String
    package var fields: [Field]
}

extension SchemaNode {
    /// JSON Schema (draft 2020-12) of this shape.
    package var jsonSchema: JSONValue {
        switch self {
        case .any: return true
        case .string(let pattern, let values):
            var object: JSONObject = ["type": "string"]
            if let pattern { object["pattern"] = .string(pattern) }
            if let values { object["enum"] = .array(values.map { .string($0) }) }
            return .object(object)
        case .integer(let minimum):
            var object: JSONObject = ["type": "integer"]
            if let minimum { object["minimum"] = .integer(Int64(minimum)) }
            return .object(object)
        case .number: return ["type": "number"]
        case .boolean: return ["type": "boolean"]
        case .array(let item): return ["type": "array", "items": item.jsonSchema]
        case .map(let value): return ["type": "object", "additionalProperties": value.jsonSchema]
        case .object(let object): return object.jsonSchema
        case .oneOf(let alternatives): return ["anyOf": .array(alternatives.map(\.jsonSchema))]
        case .reference(let name): return ["$ref": .string("#/$defs/" + name)]
        case .dynamic(let inner):
            return ["anyOf": [inner.jsonSchema, ["type": "string", "pattern": "\\$\\{\\{"]]]
        }
    }
}

extension ObjectSchema {
    package var jsonSchema: JSONValue {
        var properties = JSONObject()
        for field in fields {
            var property = field.schema.jsonSchema.asObject ?? [:]
            property["description"] = .string(field.documentation)
            if let value = field.defaultValue { property["default"] = value }
            properties[field.key] = .object(property)
        }
        var object: JSONObject = [
            "type": "object", "description": .string(documentation), "properties": .object(properties),
            "additionalProperties": false,
        ]
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.key) }
        if !required.isEmpty { object["required"] = .array(required) }
        return .object(object)
    }
}
