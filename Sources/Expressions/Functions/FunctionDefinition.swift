internal import Support

/// One function of the language: what check, evaluation and documentation know of it.
package struct FunctionDefinition: Sendable {
    package enum Category: String, Sendable, CaseIterable {
        case text, collection, logic, conversion, math, date, context
    }

    package struct Parameter: Sendable {
        package let name: String
        /// A value of any of these types is taken.
        package let types: [ExpressionType]
        package let isOptional: Bool
        let isTimeZone: Bool

        init(_ name: String, _ types: ExpressionType..., optional: Bool = false, isTimeZone: Bool = false) {
            self.name = name
            self.types = types
            isOptional = optional
            self.isTimeZone = isTimeZone
        }
    }

    enum Implementation: Sendable {
        /// The same arguments always give the same value.
        case pure(@Sendable (FunctionArguments) throws(FunctionFailure) -> JSONValue)
        /// Reads the clock, chance or time zones.
        case contextual(@Sendable (FunctionArguments, any EvaluationContext) throws(FunctionFailure) -> JSONValue)
        /// The evaluator itself decides which arguments it evaluates, or what the function stands for.
        case special(SpecialFunction)
    }

    package let name: String
    package let category: Category
    /// One line for the documentation.
    package let summary: String
    package let parameters: [Parameter]
    /// What may follow the parameters, as often as wanted; at least once unless it is optional.
    package let rest: Parameter?
    let result: @Sendable ([ExpressionType]) -> ExpressionType
    let implementation: Implementation

    init(
        _ name: String, _ category: Category, _ summary: String, _ parameters: [Parameter] = [], rest: Parameter? = nil,
        returns result: @escaping @Sendable ([ExpressionType]) -> ExpressionType, _ implementation: Implementation
    ) {
        self.name = name
        self.category = category
        self.summary = summary
        self.parameters = parameters
        self.rest = rest
        self.result = result
        self.implementation = implementation
    }

    init(
        _ name: String, _ category: Category, _ summary: String, _ parameters: [Parameter] = [], rest: Parameter? = nil,
        returns type: ExpressionType, _ implementation: Implementation
    ) {
        self.init(name, category, summary, parameters, rest: rest, returns: { _ in type }, implementation)
    }

    package var minimumCount: Int { parameters.count { !$0.isOptional } + (rest.map { $0.isOptional ? 0 : 1 } ?? 0) }
    /// nil where there is no upper bound.
    package var maximumCount: Int? { rest == nil ? parameters.count : nil }

    /// `substring(text, start, length?)`
    package var signature: String {
        var names = parameters.map { $0.name + ($0.isOptional ? "?" : "") }
        if let rest { names.append(rest.name + "...") }
        return "\(name)(\(names.joined(separator: ", ")))"
    }

    func parameter(at index: Int) -> Parameter? { index < parameters.count ? parameters[index] : rest }

    /// `2 arguments`, `1 to 3 arguments`, `at least 2 arguments`
    var countText: String {
        let minimum = minimumCount
        guard let maximum = maximumCount else { return "at least \(minimum) argument\(minimum == 1 ? "" : "s")" }
        if minimum == maximum { return minimum == 0 ? "no arguments" : "\(minimum) argument\(minimum == 1 ? "" : "s")" }
        return "\(minimum) to \(maximum) arguments"
    }

    func takes(_ count: Int) -> Bool { count >= minimumCount && count <= maximumCount ?? .max }
}

/// What the evaluator does itself.
enum SpecialFunction: Sendable {
    case `if`, and, or, coalesce
    case object(RootObject)
    case variables, activity, item, secret, vaultSecret, env
}

/// Arguments of a call whose number and types were found right.
struct FunctionArguments: Sendable {
    let values: [JSONValue]

    var count: Int { values.count }
    subscript(index: Int) -> JSONValue { values[index] }

    func text(_ index: Int) -> String { values[index].asString ?? "" }
    func integer(_ index: Int) -> Int64 { values[index].asInteger ?? 0 }

    /// nil where the argument was left out or is null.
    func optional(_ index: Int) -> JSONValue? { index < values.count && !values[index].isNull ? values[index] : nil }
    func optionalText(_ index: Int) -> String? { optional(index)?.asString }
}
