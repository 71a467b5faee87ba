internal import Expressions

/// The types that values have in a pipeline's SQL, in a run as in a validation.
package struct SQLValueTypes: Sendable {
    private let parameters: [ParameterDeclaration]
    private let names: [String]
    private let scope: ExpressionScope

    package init(_ pipeline: Pipeline, of project: Project?) {
        parameters = pipeline.parameters.map(\.value)
        names = pipeline.parameters.map { $0.name.lowercased() }
        var scope = ExpressionScope(isItemAvailable: true)
        scope.parameters = Self.types(pipeline.parameters.map { ($0.name, $0.value.type.expressionType) })
        scope.variables = Self.types(pipeline.variables.map { ($0.name, $0.value.expressionType) })
        scope.globalParameters = Self.types((project?.globalParameters ?? []).map { ($0.name, ExpressionType(of: $0.value)) })
        self.scope = scope
    }

    /// nil where it hangs on the value.
    package func type(of slot: SQLSlot) -> ParameterType? {
        if let declared = slot.declared { return declared }
        if slot.expression.constant != nil { return nil }
        if let parameter = parameter(slot) { return parameter.type }
        return switch slot.expression.check(in: scope).type {
        case .string: .string
        case .integer: .int
        case .float: .float
        case .boolean: .bool
        case .array: .array
        case .object: .object
        case .null, .any: nil
        }
    }

    /// The parameter of the pipeline that the expression is.
    package func parameter(_ slot: SQLSlot) -> ParameterDeclaration? {
        slot.expression.directParameterName.flatMap { names.firstIndex(of: $0.lowercased()) }.map { parameters[$0] }
    }

    private static func types(_ pairs: [(String, ExpressionType)]) -> [String: ExpressionType] {
        Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}
