internal import Expressions

extension Pipeline {
    /// The type that a value has in SQL, in a run as in a validation; nil where it hangs on the value.
    package func sqlType(of slot: SQLSlot, in project: Project?) -> ParameterType? {
        if let declared = slot.declared { return declared }
        let expression = slot.expression
        if expression.constant != nil { return nil }
        if let name = expression.directParameterName,
            let declaration = parameters.first(where: { $0.name.lowercased() == name.lowercased() })?.value
        {
            return declaration.type
        }
        var scope = ExpressionScope(isItemAvailable: true)
        scope.parameters = Self.types(parameters.map { ($0.name, $0.value.type.expressionType) })
        scope.variables = Self.types(variables.map { ($0.name, $0.value.expressionType) })
        scope.globalParameters = Self.types((project?.globalParameters ?? []).map { ($0.name, ExpressionType(of: $0.value)) })
        return switch expression.check(in: scope).type {
        case .string: .string
        case .integer: .int
        case .float: .float
        case .boolean: .bool
        case .array: .array
        case .object: .object
        case .null, .any: nil
        }
    }

    private static func types(_ pairs: [(String, ExpressionType)]) -> [String: ExpressionType] {
        Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}
