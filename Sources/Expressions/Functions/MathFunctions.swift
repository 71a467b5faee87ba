internal import Support

/// Integers stay integers, and what does not fit in 64 bits is an error; with a float among the arguments the result is
/// a float.
enum MathFunctions {
    static let table: [FunctionDefinition] = [
        .init("add", .math, "The sum.", two("summand1", "summand2"), returns: numeric, .pure(add)),
        .init(
            "div", .math, "The quotient; of two integers its whole part.", two("dividend", "divisor"), returns: numeric,
            .pure(div)),
        .init(
            "max", .math, "The highest of the numbers, or of those in an array.", rest: .init("number", .integer, .float, .array),
            returns: numeric, .pure(max)),
        .init(
            "min", .math, "The lowest of the numbers, or of those in an array.", rest: .init("number", .integer, .float, .array),
            returns: numeric, .pure(min)),
        .init(
            "mod", .math, "The remainder, with the sign of the dividend.", two("dividend", "divisor"), returns: numeric,
            .pure(mod)),
        .init("mul", .math, "The product.", two("multiplicand1", "multiplicand2"), returns: numeric, .pure(mul)),
        .init(
            "rand", .math, "A random integer from the lowest up to, but without, the highest.",
            [.init("minValue", .integer), .init("maxValue", .integer)], returns: .integer, .contextual(rand)),
        .init(
            "range", .math, "An array of so many integers from a start on.",
            [.init("startIndex", .integer), .init("count", .integer)], returns: .array, .pure(range)),
        .init("sub", .math, "The difference.", two("minuend", "subtrahend"), returns: numeric, .pure(sub)),
    ]

    private static func two(_ first: String, _ second: String) -> [FunctionDefinition.Parameter] {
        [.init(first, .integer, .float), .init(second, .integer, .float)]
    }

    @Sendable private static func numeric(_ types: [ExpressionType]) -> ExpressionType {
        guard types.allSatisfy(\.isNumber), !types.isEmpty else { return .any }
        return types.allSatisfy { $0 == .integer } ? .integer : .float
    }

    @Sendable static func add(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try calculate(a, { $0.addingReportingOverflow($1) }, +)
    }
    @Sendable static func sub(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try calculate(a, { $0.subtractingReportingOverflow($1) }, -)
    }
    @Sendable static func mul(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try calculate(a, { $0.multipliedReportingOverflow(by: $1) }, *)
    }
    @Sendable static func div(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        guard a[1].asDouble != 0 else { throw "the divisor is 0" }
        return try calculate(a, { $0.dividedReportingOverflow(by: $1) }, /)
    }
    @Sendable static func mod(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        guard a[1].asDouble != 0 else { throw "the divisor is 0" }
        // The remainder of the lowest integer and -1 is 0, though the quotient overflows.
        return try calculate(
            a, { $1 == -1 ? (0, false) : $0.remainderReportingOverflow(dividingBy: $1) },
            { $0.truncatingRemainder(dividingBy: $1) })
    }

    private static func calculate(
        _ a: FunctionArguments, _ integers: (Int64, Int64) -> (partialValue: Int64, overflow: Bool),
        _ floats: (Double, Double) -> Double
    ) throws(FunctionFailure) -> JSONValue {
        if case .integer(let x) = a[0], case .integer(let y) = a[1] {
            let (value, overflow) = integers(x, y)
            guard !overflow else { throw "the result for \(value: a[0]) and \(value: a[1]) does not fit in 64 bits" }
            return .integer(value)
        }
        let value = floats(a[0].asDouble ?? 0, a[1].asDouble ?? 0)
        guard value.isFinite else { throw "the result for \(value: a[0]) and \(value: a[1]) is no finite number" }
        return .double(value)
    }

    @Sendable static func max(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue { try extreme(a) { $0 > 0 } }
    @Sendable static func min(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue { try extreme(a) { $0 < 0 } }

    private static func extreme(_ a: FunctionArguments, _ isBetter: (Int) -> Bool) throws(FunctionFailure) -> JSONValue {
        var numbers: [JSONValue] = []
        for value in a.values {
            if let items = value.asArray { numbers += items } else { numbers.append(value) }
        }
        guard var best = numbers.first else { throw "the array is empty" }
        for number in numbers {
            guard number.asDouble != nil else { throw "\(value: number) is no number" }
            if isBetter(LogicFunctions.exactOrder(number, best)) { best = number }
        }
        return best
    }

    @Sendable static func range(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let (start, count) = (a.integer(0), a.integer(1))
        guard count >= 0, count <= ExpressionLimits.rangeLength else {
            throw "the count \(value: a[1]) is not between 0 and \(Int(ExpressionLimits.rangeLength))"
        }
        guard !start.addingReportingOverflow(count).overflow else { throw "the numbers do not fit in 64 bits" }
        return .array((start..<(start + count)).map { .integer($0) })
    }

    @Sendable static func rand(
        _ a: FunctionArguments, _ context: any EvaluationContext
    ) throws(FunctionFailure) -> JSONValue {
        let (low, high) = (a.integer(0), a.integer(1))
        guard low < high else { throw "minValue \(value: a[0]) is not less than maxValue \(value: a[1])" }
        return .integer(context.randomInteger(in: low..<high))
    }
}
