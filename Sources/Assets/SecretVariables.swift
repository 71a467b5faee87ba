package import Support

/// Values made from secrets that a rendered SQL reads from variables of its session, so that no text holds them: not the
/// statement, a plan, a view or the engine's messages on any of these.
package struct SecretVariables: Sendable {
    /// By name; to be set in the session before the SQL is run: `SET VARIABLE name = $1`.
    package private(set) var values: [(name: String, value: JSONValue)] = []

    /// What stands in the SQL. The cast gives it the type that the value as a literal would have, also where the variable is not
    /// set: in a validation.
    mutating func expression(for value: JSONValue, _ type: ParameterType?) -> String {
        switch value {
        case .null: return "NULL"
        case .array(let items):
            var parts: [String] = []
            for item in items { parts.append(expression(for: item, nil)) }
            return "[" + parts.joined(separator: ", ") + "]"
        case .bool: return variable(value, as: "BOOLEAN")
        case .integer(let number):
            if type == .float { return variable(value, as: "DOUBLE") }
            return variable(value, as: Int32(exactly: number) == nil ? "BIGINT" : "INTEGER")
        case .double:
            if type == .int, let whole = value.asInteger { return expression(for: .integer(whole), type) }
            return variable(value, as: "DOUBLE")
        case .string: return variable(value, as: type == .date ? "DATE" : type == .timestamp ? "TIMESTAMP" : "VARCHAR")
        case .object: return variable(.string(value.text()), as: "VARCHAR")
        }
    }

    private mutating func variable(_ value: JSONValue, as type: String) -> String {
        let name = "pipectl_secret_\(values.count + 1)"
        values.append((name, value))
        return "CAST(getvariable('\(name)') AS \(type))"
    }
}
