internal import Support

enum CollectionFunctions {
    static let table: [FunctionDefinition] = [
        .init(
            "contains", .collection, "Whether a text has the part, an array the value, or an object the key; case counts.",
            [.init("collection", .string, .array, .object), .init("value", .any)], returns: .boolean, .pure(contains)),
        .init(
            "empty", .collection, "Whether a text, array or object has nothing in it, or the value is null.",
            [.init("collection", .string, .array, .object, .null)], returns: .boolean, .pure(empty)),
        .init(
            "first", .collection, "The first character or item; null for an empty array.",
            [.init("collection", .string, .array)], returns: itemType, .pure(first)),
        .init(
            "intersection", .collection, "What all the arrays, or all the objects, have in common.",
            [.init("collection", .array, .object)], rest: .init("collection", .array, .object), returns: { $0.first ?? .any },
            .pure(intersection)),
        .init(
            "join", .collection, "The items of an array as one text, with the delimiter between them.",
            [.init("collection", .array), .init("delimiter", .string)], returns: .string, .pure(join)),
        .init(
            "last", .collection, "The last character or item; null for an empty array.",
            [.init("collection", .string, .array)], returns: itemType, .pure(last)),
        .init(
            "length", .collection, "How many characters or items there are.", [.init("collection", .string, .array)],
            returns: .integer, .pure(length)),
        .init(
            "skip", .collection, "The array without so many items at its front.",
            [.init("collection", .array), .init("count", .integer)], returns: .array, .pure(skip)),
        .init(
            "take", .collection, "So many characters or items from the front.",
            [.init("collection", .string, .array), .init("count", .integer)], returns: { $0.first ?? .any }, .pure(take)),
        .init(
            "union", .collection, "What any of the arrays, or any of the objects, has, without repetitions.",
            [.init("collection", .array, .object)], rest: .init("collection", .array, .object), returns: { $0.first ?? .any },
            .pure(union)),
    ]

    @Sendable private static func itemType(_ types: [ExpressionType]) -> ExpressionType {
        types.first == .string ? .string : .any
    }

    @Sendable static func contains(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        switch a[0] {
        case .array(let items): return .bool(items.contains { LogicFunctions.areEqual($0, a[1]) })
        case .object(let object):
            guard let key = a[1].asString else { throw "an object's key is text, not \(value: a[1])" }
            return .bool(object[key] != nil)
        default:
            guard let part = a[1].asString else { throw "a text contains text, not \(value: a[1])" }
            return .bool(TextFunctions.first(of: Array(part.utf8), in: Array(a.text(0).utf8), from: 0) != nil)
        }
    }

    @Sendable static func empty(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        switch a[0] {
        case .string(let text): .bool(text.isEmpty)
        case .array(let items): .bool(items.isEmpty)
        case .object(let object): .bool(object.isEmpty)
        default: .bool(true)
        }
    }

    @Sendable static func first(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        if let items = a[0].asArray { return items.first ?? .null }
        return .string(try TextFunctions.text(Array(a.text(0).utf16).prefix(1)))
    }

    @Sendable static func last(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        if let items = a[0].asArray { return items.last ?? .null }
        return .string(try TextFunctions.text(Array(a.text(0).utf16).suffix(1)))
    }

    @Sendable static func length(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .integer(Int64(a[0].asArray?.count ?? a.text(0).utf16.count))
    }

    @Sendable static func take(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        let count = try self.count(a)
        if let items = a[0].asArray { return .array(Array(items.prefix(count))) }
        return .string(try TextFunctions.text(Array(a.text(0).utf16).prefix(count)))
    }

    @Sendable static func skip(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        .array(Array((a[0].asArray ?? []).dropFirst(try count(a))))
    }

    private static func count(_ a: FunctionArguments) throws(FunctionFailure) -> Int {
        guard a.integer(1) >= 0 else { throw "the count \(value: a[1]) is negative" }
        return Int(a.integer(1))
    }

    @Sendable static func join(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        try TextFunctions.joined((a[0].asArray ?? []).map(\.interpolated), a.text(1))
    }

    /// Items in the order of their first appearance; of members with one name the last.
    @Sendable static func union(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        switch try sameKind(a) {
        case .arrays(let arrays):
            var seen = Set<JSONValue>()
            return .array(arrays.joined().filter { seen.insert(comparable($0)).inserted })
        case .objects(let objects):
            return .object(JSONObject(objects.flatMap { $0.members.map { ($0.key, $0.value) } }))
        }
    }

    @Sendable static func intersection(_ a: FunctionArguments) throws(FunctionFailure) -> JSONValue {
        switch try sameKind(a) {
        case .arrays(let arrays):
            var common = Set(arrays[0].map(comparable))
            for array in arrays.dropFirst() { common.formIntersection(array.map(comparable)) }
            return .array(arrays[0].filter { common.remove(comparable($0)) != nil })
        case .objects(let objects):
            let common = objects[0].keys.filter { key in objects.allSatisfy { $0[key] != nil } }
            return .object(JSONObject(common.map { ($0, objects.last![$0]!) }))
        }
    }

    private enum Collections {
        case arrays([[JSONValue]])
        case objects([JSONObject])
    }

    private static func sameKind(_ a: FunctionArguments) throws(FunctionFailure) -> Collections {
        let arrays = a.values.compactMap(\.asArray)
        if arrays.count == a.count { return .arrays(arrays) }
        let objects = a.values.compactMap(\.asObject)
        guard objects.count == a.count else { throw "arrays and objects cannot be mixed" }
        return .objects(objects)
    }

    /// One form for equal numbers.
    private static func comparable(_ value: JSONValue) -> JSONValue {
        switch value {
        case .double: value.asInteger.map { .integer($0) } ?? value
        case .array(let items): .array(items.map(comparable))
        case .object(let object): .object(JSONObject(object.members.map { ($0.key, comparable($0.value)) }))
        default: value
        }
    }
}
