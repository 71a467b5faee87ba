internal import Assets
internal import Expressions
internal import Support

/// Stand-ins for the values of expressions, of the right type, so that SQL with expressions can be compiled.
struct Placeholders {
    let pipeline: Pipeline

    func render(_ text: SQLText) -> RenderedSQL {
        text.render(stand: { stand(for: $0) }) { expression in value(of: expression) }
    }

    /// A NULL of the type, as far as it is known: it fits wherever a value of that type does.
    private func stand(for expression: Expression) -> String? {
        if expression.constant != nil { return nil }
        if let name = expression.directParameterName,
            let declaration = pipeline.parameters.first(where: { $0.name.lowercased() == name.lowercased() })?.value
        {
            switch declaration.type {
            // A text literal fits a date or a number as well.
            case .string: return "NULL"
            case .int: return "CAST(NULL AS BIGINT)"
            case .float: return "CAST(NULL AS DOUBLE)"
            case .bool: return "CAST(NULL AS BOOLEAN)"
            case .date: return "CAST(NULL AS DATE)"
            case .timestamp: return "CAST(NULL AS TIMESTAMP)"
            case .array: return nil
            case .object: return "CAST(NULL AS VARCHAR)"
            }
        }
        var scope = ExpressionScope(isItemAvailable: true)
        scope.variables = Dictionary(
            pipeline.variables.map { ($0.name, $0.value.expressionType) }, uniquingKeysWith: { first, _ in first })
        switch expression.check(in: scope).type {
        case .integer: return "CAST(NULL AS BIGINT)"
        case .float: return "CAST(NULL AS DOUBLE)"
        case .boolean: return "CAST(NULL AS BOOLEAN)"
        case .any, .null, .string: return "NULL"
        case .object: return "CAST(NULL AS VARCHAR)"
        case .array: return nil
        }
    }

    private func value(of expression: Expression) -> (JSONValue, ParameterType?) {
        if let constant = expression.constant { return (constant, nil) }
        if let name = expression.directParameterName,
            let declaration = pipeline.parameters.first(where: { $0.name.lowercased() == name.lowercased() })?.value
        {
            return (declaration.defaultValue ?? Self.sample(declaration.type), declaration.type)
        }
        return (Self.sample(expression.check(in: ExpressionScope(isItemAvailable: true)).type), nil)
    }

    private static func sample(_ type: ParameterType) -> JSONValue {
        switch type {
        case .string: "x"
        case .int: 1
        case .float: 1.5
        case .bool: true
        case .date: "2000-01-01"
        case .timestamp: "2000-01-01T00:00:00"
        case .array: []
        case .object: [:]
        }
    }

    private static func sample(_ type: ExpressionType) -> JSONValue {
        switch type {
        case .integer: 1
        case .float: 1.5
        case .boolean: true
        case .array: []
        case .object: [:]
        case .null: .null
        case .string, .any: "x"
        }
    }
}
