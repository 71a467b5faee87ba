internal import Support

enum LogicFunctions {
    static let table: [FunctionDefinition] = [
        .init(
            "and", .logic, "Whether all are true; stops at the first that is not.",
            [.init("expression", .boolean)], rest: .init("expression", .boolean), returns: .boolean, .special(.and)),
        .init(
            "equals", .logic, "Whether both values are the same; true equals 1.",
            [.init("object1", .any), .init("object2", .any)], returns: .boolean, .pure(equals)),
        .init(
            "greater", .logic, "Whether the first number or text is the greater one.", comparison, returns: .boolean,
            .pure(greater)),
        .init(
            "greaterOrEquals", .logic, "Whether the first number or text is not the lesser one.", comparison,
            returns: .boolean, .pure(greaterOrEquals)),
        .init(
            "if", .logic, "The second argument if the first is true, else the third; the other is not evaluated.",
            [.init("condition", .boolean), .init("valueIfTrue", .any), .init("valueIfFalse", .any)],
            returns: { $0.count == 3 ? $0[1].joined($0[2]) : .any }, .special(.if)),
        .init(
            "less", .logic, "Whether the first number or text is the lesser one.", comparison, returns: .boolean,
            .pure(less)),
        .init(
            "lessOrEquals", .logic, "Whether the first number or text is not the greater one.", comparison,
            returns: .boolean, .pure(lessOrEquals)),
        .init(
            "not", .logic, "The opposite.", [.init("expression", .boolean)], returns: .boolean, .pure(not)),
        .init(
            "or", .logic, "Whether any is true; stops at the first that is.",
            [.init("expression", .boolean)], rest: .init("expression", .boolean), returns: .boolean, .special(.or)),
    ]

    private static let comparison: [FunctionDefinition.Parameter] = [
        .init("value", .integer, .float, .string), .init("compareTo", .integer, .float, .string),
    ]

    @Sendable static func equals(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .bool(areEqual(a[0], a[1]))
    }

    /// Numbers by value; a boolean and a number as 1 and 0, as documented; text with case.
    static func areEqual(_ a: JSONValue, _ b: JSONValue) -> Bool {
        switch (a, b) {
        case (.bool(let flag), .integer), (.bool(let flag), .double): return b.asDouble == (flag ? 1 : 0)
        case (.integer, .bool), (.double, .bool): return areEqual(b, a)
        case (.integer(let x), .integer(let y)): return x == y
        case (.integer, .double), (.double, .integer): return exactOrder(a, b) == 0
        case (.array(let x), .array(let y)): return x.count == y.count && zip(x, y).allSatisfy { areEqual($0, $1) }
        case (.object(let x), .object(let y)):
            return x.count == y.count && x.members.allSatisfy { key, value in y[key].map { areEqual(value, $0) } ?? false }
        case (.string(let x), .string(let y)): return x.utf8.elementsEqual(y.utf8)
        default: return a == b
        }
    }

    @Sendable static func not(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .bool(a[0] == false)
    }

    @Sendable static func greater(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue { .bool(try order(a) > 0) }
    @Sendable static func greaterOrEquals(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .bool(try order(a) >= 0)
    }
    @Sendable static func less(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue { .bool(try order(a) < 0) }
    @Sendable static func lessOrEquals(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .bool(try order(a) <= 0)
    }

    /// Negative, zero or positive. Texts are compared by UTF-16 units.
    private static func order(_ a: FunctionArguments) throws(FunctionFailure) -> Int {
        switch (a[0], a[1]) {
        case (.string(let x), .string(let y)):
            if x.utf16.elementsEqual(y.utf16) { return 0 }
            return x.utf16.lexicographicallyPrecedes(y.utf16) ? -1 : 1
        case (.string, _), (_, .string): throw "a number and a text cannot be compared"
        default: return exactOrder(a[0], a[1])
        }
    }

    /// Of two numbers, without rounding large integers.
    static func exactOrder(_ a: JSONValue, _ b: JSONValue) -> Int {
        if let x = a.asInteger, let y = b.asInteger { return x < y ? -1 : x == y ? 0 : 1 }
        guard let x = a.asDouble, let y = b.asDouble else { return 0 }
        return x < y ? -1 : x == y ? 0 : 1
    }
}
